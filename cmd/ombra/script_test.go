package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts and tests run the program as a process of its own: the
// same code, hardening and all.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ombra":    main,
		"panicker": panicker,
		"stranger": stranger,
	})
}

// deskBinary is ombra-desk, which is another program: its bytes, built once.
var deskBinary = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "ombra-desk-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "ombra-desk")
	out, err := exec.Command("go", "build", "-o", name, "../ombra-desk").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("build ombra-desk: %w\n%s", err, out)
	}
	return os.ReadFile(name)
})

// mustDesk puts ombra-desk into a folder of the test's own.
func mustDesk(t *testing.T) string {
	t.Helper()
	program, err := deskBinary()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "ombra-desk")
	if err := os.WriteFile(name, program, 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestScripts tells what operators do, end to end.
func TestScripts(t *testing.T) {
	desk := mustDesk(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(desk)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("OMBRA_DESK_PASSPHRASE_FILE", filepath.Join(env.WorkDir, "passphrase"))
			// A place of its own that is short: a socket's path has 108 bytes.
			env.Setenv("OMBRA_CONFIG", filepath.Join(env.WorkDir, "ombra.toml"))
			return os.WriteFile(filepath.Join(env.WorkDir, "passphrase"), []byte("five quite random words here"), 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"waitfor": waitFor, "sigterm": sigterm, "ombudsman": makeOmbudsman,
			"file": fileByWire, "opens": opensByWire, "append": appendTo, "replace": replaceIn, "crlf": crlf,
		},
	})
}

// waitFor FILE waits until a file exists; a socket, until somebody answers it: it has
// its name a moment earlier.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor FILE")
	}
	there := func() bool {
		info, err := os.Stat(ts.MkAbs(args[0]))
		if err != nil || info.Mode().Type() != fs.ModeSocket {
			return err == nil
		}
		c, err := new(net.Dialer).DialContext(context.Background(), "unix", ts.MkAbs(args[0]))
		return err == nil && c.Close() == nil
	}
	if !eventually(there) {
		ts.Fatalf("%s never came", args[0])
	}
}

// eventually gives something ten seconds to become so.
func eventually(so func() bool) bool {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); <-time.After(10 * time.Millisecond) {
		if so() {
			return true
		}
	}
	return false
}

// sigterm NAME stops a background process as a service manager does, and wants
// it gone with success within ten seconds.
func sigterm(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: sigterm")
	}
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(syscall.SIGTERM))
	}
	began := time.Now()
	ts.Check(ts.Exec("true"))
	for _, c := range ts.BackgroundCmds() {
		gone := eventually(func() bool { return c.Process.Signal(syscall.Signal(0)) != nil })
		if took := time.Since(began); !gone || took > 10*time.Second {
			ts.Fatalf("the server did not end within ten seconds")
		}
	}
	ts.Logf("stopped in %v", time.Since(began).Round(time.Millisecond))
}

// makeOmbudsman NAME [FLAG…] enrols somebody, appoints and proves them, and
// gives them an account.
func makeOmbudsman(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: ombudsman NAME [FLAG…]")
	}
	name := args[0]
	home := ts.MkAbs("home-" + name)
	must := func(args ...string) string {
		ts.Check(ts.Exec(args[0], args[1:]...))
		return ts.ReadFile("stdout")
	}
	must("ombra-desk", "--home", home, "--origin", "ombud.example.org", "key", "new", "--name", name)
	must(append([]string{"ombra", "roster", "add", name + ".enrolment", "--until", "2099-12-31"}, args[1:]...)...)
	answer := must("ombra-desk", "--home", home, "key", "prove", name+".challenge.age")
	must("ombra", "roster", "prove", name, answer)
}

// appendTo FILE TEXT puts lines at the end of a file; \n in TEXT begins one.
func appendTo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: append FILE LINE…")
	}
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	for _, line := range args[1:] {
		_, err = fmt.Fprintln(f, line)
		ts.Check(err)
	}
	ts.Check(f.Close())
}

// replaceIn FILE OLD NEW changes every OLD, of which there must be one.
func replaceIn(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	changed := replaceAll(text, args[1], args[2])
	if changed == text {
		ts.Fatalf("there is no %q in it", args[1])
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(changed), info.Mode()))
}

// crlf FILE ends each line as mail does.
func crlf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: crlf FILE")
	}
	text := replaceAll(ts.ReadFile(args[0]), "\n", "\r\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// fileByWire SOCKET ACCOUNT FILE files a report and leaves the receipt in FILE.
func fileByWire(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: file SOCKET ACCOUNT FILE")
	}
	f, err := newFiler(ts.MkAbs(args[0]), args[1])
	ts.Check(err)
	defer f.close()
	ts.Check(f.form())
	shown, err := f.send()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(shown), 0o600))
}

// opensByWire SOCKET ACCOUNT FILE opens a case with the receipt in FILE.
func opensByWire(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: opens SOCKET ACCOUNT FILE")
	}
	f, err := newFiler(ts.MkAbs(args[0]), args[1])
	ts.Check(err)
	defer f.close()
	if err := f.opens(cmp.Or(ts.ReadFile(args[2]), "none")); (err == nil) == neg {
		ts.Fatalf("opens: %v", err)
	}
}
