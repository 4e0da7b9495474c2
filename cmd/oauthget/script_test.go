package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oauthget/oauthget/internal/child"
	"github.com/oauthget/oauthget/internal/demoas"
	"github.com/oauthget/oauthget/internal/demoas/testas"
	"github.com/oauthget/oauthget/internal/testbus"
	"github.com/oauthget/oauthget/internal/testnet"
)

// canary begins every secret that the test server issues. It may appear on stdout, where the token is the result, and
// nowhere else.
const canary = "canary-"

func TestMain(m *testing.M) {
	commands := map[string]func(){
		"oauthget": func() { end(watched()) },
		"browser":  func() { os.Exit(fakeBrowser(os.Args[1:])) },
	}
	if runtime.GOOS == "windows" {
		commands["cat"] = func() { os.Exit(cat(os.Args[1:])) }
	}
	testscript.Main(untilBrowsersEnd{m}, commands)
}

// untilBrowsersEnd runs tests, and waits for the browsers that they have opened: Windows removes no program that runs.
type untilBrowsersEnd struct{ *testing.M }

func (m untilBrowsersEnd) Run() int {
	code := m.M.Run()
	if runtime.GOOS != "windows" {
		return code
	}
	browser, err := exec.LookPath("browser")
	if err != nil {
		return code // testscript has made none
	}
	for deadline := time.Now().Add(time.Minute); os.Remove(browser) != nil && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	return code
}

// cat is the program of that name, for systems that have none.
func cat(files []string) int {
	if len(files) == 0 {
		io.Copy(os.Stdout, os.Stdin)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		os.Stdout.Write(data)
	}
	return 0
}

// watched is the program, with somebody reading what it writes on stderr.
func watched() child.Status {
	world := system()
	watch := &watcher{File: os.Stderr}
	world.stderr = watch
	status := runUntilSignal(os.Args[1:], world)
	if strings.Contains(watch.seen.String(), canary) {
		io.WriteString(os.Stderr, "LEAK: a secret was written to stderr\n")
		return child.Status{Code: 99}
	}
	return status
}

// watcher kills the program when it has written $DIES_AFTER.
type watcher struct {
	*os.File
	mu   sync.Mutex
	seen strings.Builder
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Write(p)
	n, err := w.File.Write(p)
	if last := os.Getenv("DIES_AFTER"); last != "" && strings.Contains(w.seen.String(), last) {
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			_ = self.Kill()
		}
		select {}
	}
	return n, err
}

// fakeBrowser is what $BROWSER names in scripts: a browser with a person in front of it. $PERSON says what they do, and
// page.txt holds what they saw in the end.
func fakeBrowser(args []string) int {
	p := demoas.Person{Types: map[string]string{"username": os.Getenv("PERSON_NAME")}, Proxy: http.ProxyFromEnvironment}
	switch os.Getenv("PERSON") {
	case "denies":
		p.Deny = true
	case "is away":
		_ = os.WriteFile(filepath.Join(os.Getenv("WORK"), "page.txt"), []byte("nobody is here"), 0o600)
		return 0
	case "has no browser":
		return 3
	case "prints":
		io.WriteString(os.Stdout, "browser says hello\n")
		io.WriteString(os.Stderr, "browser complains\n")
	case "never closes":
		defer time.Sleep(time.Minute)
	}
	page, err := p.Visit(context.Background(), args[len(args)-1])
	if err != nil {
		page = "error: " + err.Error()
	}
	_ = os.WriteFile(filepath.Join(os.Getenv("WORK"), "page.txt"), []byte(page), 0o600)
	return 0
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server":   cmdServer,
			"faults":   cmdFaults,
			"requests": cmdRequests,
			"keyring":  cmdKeyring,
			"exits":    cmdExits,
			"quiet":    cmdQuiet,
			"poll":     cmdPoll,
			"await":    cmdAwait,
			"waiting":  cmdWaiting,
			"signal":   cmdSignal,
			"exited":   cmdExited,
			"binder":   cmdBinder,
			"proved":   cmdProved,
			"talk":     cmdTalk,
			"provider": cmdProvider,
		},
	})
}

// world is what one script has around it.
type scriptWorld struct {
	server *testas.Running
	before map[string]int // requests at the last "requests reset"
	bus    *testbus.Bus
	last   *exec.Cmd // the one that was sent a signal
	binder *binder

	network *testnet.Net // at whose other end the server is, if that is a provider's
}

type worldKey struct{}

func setUp(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	w := &scriptWorld{before: map[string]int{}}
	env.Values[worldKey{}] = w
	env.Vars = append(env.Vars, "HOME="+home, "BROWSER=browser", "XDG_RUNTIME_DIR="+home, "TERM=dumb",
		// Nowhere: a script that asks for no keyring must not find the one of whoever runs it.
		"DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(env.WorkDir, "no-bus"),
		"GORACE=atexit_sleep_ms=0") // else each command of a race-built test takes a second more
	if runtime.GOOS == "windows" { // as elsewhere, so that scripts find files by one name
		env.Vars = append(env.Vars, "USERPROFILE="+home, "AppData="+filepath.Join(home, ".config"), "LocalAppData="+filepath.Join(home, ".local", "state"))
	}
	env.Defer(func() {
		if w.network != nil {
			w.network.Close()
		} else if w.server != nil {
			w.server.Close()
		}
		if w.bus != nil {
			w.bus.Close()
		}
		if leak := findCanary(home); leak != "" {
			panic("a secret stands in clear in " + leak)
		}
	})
	return nil
}

// findCanary names a file below dir that holds a secret in clear.
func findCanary(dir string) string {
	found := ""
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if data, err := os.ReadFile(path); err == nil && strings.Contains(string(data), canary) {
			found = path
		}
		return nil
	})
	return found
}

func worldOf(ts *testscript.TestScript) *scriptWorld { return ts.Value(worldKey{}).(*scriptWorld) }

// serverConfig is the argument of "server": testas.Config by the names in its tags.
type serverConfig struct {
	testas.Config
	LifetimeMS int `json:"lifetime_ms"`
}

// server [CONFIG] starts an authorization server and sets $ISSUER and $API.
func cmdServer(ts *testscript.TestScript, neg bool, args []string) {
	server, err := testas.Start(context.Background(), "127.0.0.1:0", readConfig(ts, args))
	ts.Check(err)
	use(ts, server)
}

// readConfig reads the CONFIG of a server, which may be missing.
func readConfig(ts *testscript.TestScript, args []string) testas.Config {
	var c serverConfig
	if len(args) > 0 {
		ts.Check(unmarshalStrictly(args[0], &c))
	}
	config := c.Config
	config.AccessTokenLifetime, config.Prefix = time.Duration(c.LifetimeMS)*time.Millisecond, canary
	return config
}

// use makes server the one of the script.
func use(ts *testscript.TestScript, server *testas.Running) {
	worldOf(ts).server = server
	ts.Setenv("ISSUER", server.Issuer())
	ts.Setenv("API", server.APIURL())
	ts.Setenv("PORT", server.Issuer()[strings.LastIndex(server.Issuer(), ":")+1:])
}

// faults JSON replaces the server's faults. $ISSUER, $API and $PORT in it are the script's.
func cmdFaults(ts *testscript.TestScript, neg bool, args []string) {
	var faults testas.Faults
	ts.Check(unmarshalStrictly(os.Expand(args[0], ts.Getenv), &faults))
	worldOf(ts).server.SetFaults(faults)
}

// unmarshalStrictly takes no name that does not exist: a feature or a fault that is misspelt would be off.
func unmarshalStrictly(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// requests ENDPOINT N checks how many requests came since the last `requests reset`. "any" are those to the authorization server.
func cmdRequests(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	apis := []string{demoas.EndpointAPI, demoas.EndpointResourceMetadata} // which are not the authorization server's
	endpoints := []string{demoas.EndpointMetadata, demoas.EndpointJWKS, demoas.EndpointAuthorize, demoas.EndpointToken, demoas.EndpointUserinfo, demoas.EndpointRevoke, testas.EndpointDevice, testas.EndpointPAR, testas.EndpointRegister, testas.EndpointIntrospect}
	if args[0] == "reset" {
		for _, e := range slices.Concat(endpoints, apis) {
			w.before[e] = w.server.Requests(e)
		}
		return
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if args[0] != "any" {
		endpoints = []string{args[0]}
	}
	got := 0
	for _, e := range endpoints {
		got += w.server.Requests(e) - w.before[e]
	}
	if got != want {
		ts.Fatalf("%d requests to %s, want %d", got, args[0], want)
	}
}

// keyring starts a Secret Service; keyring FAULT makes it misbehave. On Windows there is the Credential Manager, which has no
// faults.
func cmdKeyring(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if runtime.GOOS == "windows" && len(args) == 0 {
		return
	}
	if w.bus == nil {
		bus, err := testbus.Start("")
		ts.Check(err)
		w.bus = bus
		ts.Setenv("DBUS_SESSION_BUS_ADDRESS", bus.Address())
	}
	for _, fault := range args {
		switch fault {
		case "lock":
			w.bus.Lock()
		case "unlock":
			w.bus.Unlock()
		case "bare": // a service that starts when it is needed, and has no keyring yet, as in a new session
			w.bus.RemoveCollection()
			w.bus.NoService()
			w.bus.MakeActivatable()
		case "sealed":
			for _, item := range w.bus.Items() {
				if strings.Contains(item.Secret, canary) {
					ts.Fatalf("a secret stands in clear in the keyring's item")
				}
			}
			if len(w.bus.Items()) == 0 {
				ts.Fatalf("nothing is in the keyring")
			}
		case "empty":
			if n := len(w.bus.Items()); n != 0 {
				ts.Fatalf("%d items in the keyring", n)
			}
		default:
			ts.Fatalf("unknown fault %q", fault)
		}
	}
}

// exits STATUS COMMAND… runs a command that fails as the contract has it: its status, nothing on stdout, one line that
// says what went wrong and one or two that say what to do.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode() // -1 for one that a signal ended
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	checkFailure(ts, want, got)
}

// signals are those of the scripts.
var signals = map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}

// signal NAME sends a signal to the last command in the background; after `wait`, exited STATUS checks how that ended, or
// exited NAME that the signal ended it.
func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	running := ts.BackgroundCmds()
	w := worldOf(ts)
	w.last = running[len(running)-1]
	ts.Check(w.last.Process.Signal(signals[args[0]]))
}

func cmdExited(ts *testscript.TestScript, neg bool, args []string) {
	state := worldOf(ts).last.ProcessState
	if s, ok := signals[args[0]]; ok {
		if how, ok := state.Sys().(syscall.WaitStatus); !ok || !how.Signaled() || how.Signal() != s {
			ts.Fatalf("%s, want SIG%s", state, args[0])
		}
		checkFailure(ts, -1, state.ExitCode())
		return
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	checkFailure(ts, want, state.ExitCode())
}

// await ENDPOINT N [COMMAND…] waits until so many requests have arrived since the last `requests reset`. Meanwhile it runs the
// command again and again.
func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	w := worldOf(ts)
	poll(ts, args[0]+" was not asked", func() bool {
		if len(args) > 2 {
			ts.Check(ts.Exec(args[2], args[3:]...))
		}
		return w.server.Requests(args[0])-w.before[args[0]] >= want
	})
}

// waiting N waits until so many commands in the background wait for a lock.
func cmdWaiting(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	poll(ts, args[0]+" commands do not wait for a lock", func() bool {
		locks, err := os.ReadFile("/proc/locks")
		ts.Check(err)
		n := 0
		for _, cmd := range ts.BackgroundCmds() {
			if regexp.MustCompile(fmt.Sprintf(`-> FLOCK +ADVISORY +(READ|WRITE) +%d `, cmd.Process.Pid)).Match(locks) {
				n++
			}
		}
		return n >= want
	})
}

// poll waits until the condition holds.
func poll(ts *testscript.TestScript, failure string, condition func() bool) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	ts.Fatalf("%s", failure)
}

func checkFailure(ts *testscript.TestScript, want, got int) {
	stderr := ts.ReadFile("stderr")
	ts.Logf("[stderr]\n%s", stderr)
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("stdout: %q", out)
	}
	if n := strings.Count(stderr, "oauthget: error: "); n != 1 {
		ts.Fatalf("%d error lines", n)
	}
	if n := strings.Count(stderr, "oauthget: hint: "); n < 1 || n > 2 {
		ts.Fatalf("%d hint lines", n)
	}
}

// quiet COMMAND… runs a command that must succeed without a word on stderr.
func cmdQuiet(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(ts.Exec(args[0], args[1:]...))
	if text := ts.ReadFile("stderr"); text != "" {
		ts.Fatalf("stderr: %q", text)
	}
}

// poll FILE [TEXT] waits until another process has written the file, with TEXT in it.
func cmdPoll(ts *testscript.TestScript, neg bool, args []string) {
	text := strings.Join(args[1:], " ")
	poll(ts, fmt.Sprintf("%s did not appear with %q", args[0], text), func() bool {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && len(data) > 0 && strings.Contains(string(data), text)
	})
}
