// Wine 8 lacks bcryptprimitives.dll, from which Go takes its random numbers. This one asks the function that Windows had before.

#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID, ULONG); // RtlGenRandom

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
  while (size > 0) {
    ULONG part = size < 0x10000000 ? (ULONG)size : 0x10000000;
    if (!SystemFunction036(data, part)) return FALSE;
    data += part;
    size -= part;
  }
  return TRUE;
}
