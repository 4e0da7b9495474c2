//go:build unix

package testsecurity

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// Exit statuses: the low byte of an error of the Security framework.
const (
	statusUsage         = 2
	interactionNotAllow = 36
	noDefaultKeychain   = 37
	itemNotFound        = 44
	duplicateItem       = 45
)

// Main is security, if the process was started by that name, and returns its exit status.
func Main(stdout io.Writer) (status int, called bool) {
	if filepath.Base(os.Args[0]) != program {
		return 0, false
	}
	k := &Keychain{os.Getenv(dirVariable)}
	r := run{keychain: k, stdout: stdout}
	data, err := os.ReadFile(filepath.Join(k.dir, stateFile))
	if err == nil {
		err = json.Unmarshal(data, &r.State)
	}
	if err != nil {
		return say(125, "%v", err), true
	}
	return r.main(os.Args[1:]), true
}

// run is one run of the program.
type run struct {
	keychain *Keychain
	stdout   io.Writer
	State
}

func (r run) main(args []string) int {
	if len(args) == 0 {
		return statusUsage
	}
	calls, err := os.OpenFile(filepath.Join(r.keychain.dir, callsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintln(calls, strings.Join(args, " "))
	}
	if err != nil {
		return say(125, "%v", err)
	}
	if r.Hang == args[0] {
		if err := r.hang(); err != nil {
			return say(125, "%v", err)
		}
	}
	if r.Noise != "" {
		fmt.Fprintln(os.Stderr, r.Noise)
	}
	if args[0] == "-i" {
		return r.interactive(os.Stdin)
	}
	return r.command(args)
}

// hang says so, and ends for SIGINT, SIGKILL or its release. A child holds the pipe too.
func (r run) hang() error {
	signal.Ignore(syscall.SIGHUP, syscall.SIGTERM) // not SIGINT: the real one dies of Ctrl-C
	pipe, err := os.OpenFile(filepath.Join(r.keychain.dir, hangingPipe), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer pipe.Close()
	release, err := os.OpenFile(filepath.Join(r.keychain.dir, releasePipe), os.O_RDWR, 0) // as a writer too it waits for none
	if err != nil {
		return err
	}
	defer release.Close()
	if _, err = fmt.Fprintln(pipe, syscall.Getpgrp()); err != nil {
		return err
	}
	child, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "exec sleep 1000"}, &os.ProcAttr{
		Env: os.Environ(), Files: []*os.File{nil, pipe, pipe},
	})
	if err != nil {
		return err
	}
	_, err = release.Read(make([]byte, 1))
	err = errors.Join(err, child.Kill())
	_, _ = child.Wait()
	return err
}

// maxLine is how many bytes of a line are read as one, without its end.
const maxLine = 4095

// interactive runs the commands on standard input, and returns the status of the last one. What follows the last line's end
// is not run. A line that is too long goes on in the next command.
func (r run) interactive(in io.Reader) (status int) {
	input := bufio.NewReader(in)
	for {
		var line []byte
		for len(line) < maxLine {
			c, err := input.ReadByte()
			if err != nil {
				return status
			}
			if c == '\n' {
				break
			}
			line = append(line, c)
		}
		words := split(string(line))
		if len(words) == 0 {
			status = 0
			continue
		}
		if status = r.command(words); status != 0 {
			fmt.Fprintf(os.Stderr, "%s: returned %d\n", words[0], status)
		}
	}
}

// split splits a line into words. A quote begins one only at its start, and ends it. A backslash protects the next character.
func split(line string) (words []string) {
	var word []byte
	in, protected, quote := false, false, byte(0)
	end := func() { words, word, in, quote = append(words, string(word)), nil, false, 0 }
	for i := range len(line) {
		c := line[i]
		space := strings.IndexByte(" \t\v\f\r", c) >= 0
		switch {
		case protected:
			word, protected = append(word, c), false
		case !in && space:
		case !in && (c == '"' || c == '\''):
			in, quote = true, c
		case c == '\\':
			in, protected = true, true
		case in && quote != 0 && c == quote, in && quote == 0 && space:
			end()
		default:
			in, word = true, append(word, c)
		}
	}
	if in {
		end()
	}
	return words
}

func (r run) command(words []string) int {
	switch words[0] {
	case "default-keychain":
		if r.Missing {
			return say(1, "SecKeychainCopyDefault: A default keychain could not be found.")
		}
		fmt.Fprintln(r.stdout, `    "/Users/you/Library/Keychains/login.keychain-db"`)
		return 0
	case "show-keychain-info":
		if status := r.unusable(); status != 0 {
			return say(status, "SecKeychainCopySettings <NULL>: refused")
		}
		fmt.Fprintln(os.Stderr, `Keychain "<NULL>" no-timeout`)
		return 0
	case "find-generic-password":
		return r.find(words[1:])
	case "add-generic-password":
		return r.add(words[1:])
	case "delete-generic-password":
		return r.remove(words[1:])
	}
	return say(1, "unknown command %q", words[0])
}

func (r run) unusable() int {
	switch {
	case r.Missing:
		return noDefaultKeychain
	case r.Locked:
		return interactionNotAllow
	}
	return 0
}

// search returns the path of an item. It needs no unlocked keychain.
func (r run) search(o map[byte]string) (path string, found bool) {
	if r.Missing {
		say(0, "SecKeychainSearchCreateFromAttributes: A default keychain could not be found.")
		return "", false
	}
	path = r.keychain.item(o['s'], o['a'])
	_, err := os.Stat(path)
	return path, err == nil
}

func notFound() int {
	return say(itemNotFound, "SecKeychainSearchCopyNext: The specified item could not be found in the keychain.")
}

func (r run) find(args []string) int {
	o, ok := options(args, "s:a:w")
	if _, password := o['w']; !ok || !password {
		return statusUsage
	}
	path, found := r.search(o)
	switch {
	case !found:
		return notFound()
	case r.Locked:
		return interactionNotAllow // without a word
	case r.Denied != 0:
		return r.Denied
	}
	password, err := os.ReadFile(path)
	if err != nil {
		return say(125, "%v", err)
	}
	text := string(password)
	if strings.IndexFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) >= 0 {
		text = hex.EncodeToString(password)
	}
	fmt.Fprintln(r.stdout, text)
	return 0
}

func (r run) add(args []string) int {
	o, ok := options(args, "s:a:w:U")
	password, given := o['w']
	if !ok || !given {
		return statusUsage
	}
	path, found := r.search(o)
	if _, update := o['U']; update && found {
		switch {
		case r.Locked:
			say(0, "SecKeychainItemModifyContent: User interaction is not allowed.")
		case r.Denied != 0:
			say(0, "SecKeychainItemModifyContent: User canceled the operation.")
		default:
			return write(path, password)
		}
	}
	status := r.unusable()
	if status == 0 && found {
		status = duplicateItem
	}
	if status != 0 {
		return say(status, "SecKeychainItemCreateFromContent (<default>): refused")
	}
	return write(path, password)
}

func write(path, password string) int {
	if err := os.WriteFile(path, []byte(password), 0o600); err != nil {
		return say(125, "%v", err)
	}
	return 0
}

func (r run) remove(args []string) int {
	o, ok := options(args, "s:a:")
	if !ok {
		return statusUsage
	}
	path, found := r.search(o)
	if !found {
		return notFound()
	}
	fmt.Fprintf(r.stdout, "keychain: \"/Users/you/Library/Keychains/login.keychain-db\"\nattributes:\n    \"acct\"<blob>=%q\n", o['a'])
	if r.Denied == 0 {
		if err := os.Remove(path); err != nil {
			return say(125, "%v", err)
		}
	}
	fmt.Fprintln(os.Stderr, "password has been deleted.") // whether or not it has
	return r.Denied
}

// options reads options as getopt does, and nothing else.
func options(args []string, known string) (map[byte]string, bool) {
	found := map[byte]string{}
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		if len(word) < 2 || word[0] != '-' {
			return nil, false
		}
		for i := 1; i < len(word); i++ {
			at := strings.IndexByte(known, word[i])
			if at < 0 || word[i] == ':' {
				return nil, false
			}
			found[word[i]] = ""
			if !strings.HasPrefix(known[at+1:], ":") {
				continue
			}
			value := word[i+1:]
			if value == "" && len(args) > 0 {
				value, args = args[0], args[1:]
			} else if value == "" {
				return nil, false
			}
			found[word[i]] = value
			break
		}
	}
	return found, true
}

// item is the path of an item's file.
func (k *Keychain) item(service, account string) string {
	return filepath.Join(k.dir, itemsDir, hex.EncodeToString([]byte(service+"\x00"+account)))
}

func say(status int, format string, a ...any) int {
	fmt.Fprintf(os.Stderr, "security: "+format+"\n", a...)
	return status
}
