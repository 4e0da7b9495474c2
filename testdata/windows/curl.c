// curl, as far as its config goes: opens it as curl does, and prints it.

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  char line[4096];
  FILE *config;
  int i = 1;
  while (i < argc && strcmp(argv[i], "--config") != 0) i++;
  if (i + 1 >= argc) return 2;
  if ((config = fopen(argv[i + 1], "r")) == NULL) {
    perror(argv[i + 1]);
    return 26; // as curl
  }
  while (fgets(line, sizeof line, config) != NULL) fputs(line, stdout);
  return 0;
}
