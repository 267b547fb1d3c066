package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const canary = "canary-5d1c0e77"

// panicker is a process that dies as a server would die of a library's
// goroutine, with what somebody typed as the panic's value.
func panicker() {
	if err := harden(); err != nil {
		os.Exit(exitFailed)
	}
	var out io.Writer = os.Stderr
	if os.Args[1] == "muted" {
		var err error
		if out, err = muteRuntime(); err != nil {
			os.Exit(exitFailed)
		}
	}
	report(out)
	go func() { panic(canary) }()
	<-time.After(time.Minute)
}

// report tells what the process looks like from inside.
func report(w io.Writer) {
	var core unix.Rlimit
	_ = unix.Getrlimit(unix.RLIMIT_CORE, &core)
	dumpable, _ := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	mask := unix.Umask(0o077)
	fmt.Fprintf(w, "traceback=%s core=%d,%d dumpable=%d umask=%o\n", os.Getenv("GOTRACEBACK"), core.Cur, core.Max, dumpable, mask)
}

// TestHardened starts a process whose environment asks for everything that
// would give memory away.
func TestHardened(t *testing.T) {
	for _, how := range []string{"plain", "muted"} {
		t.Run(how, func(t *testing.T) {
			cmd := exec.Command("panicker", how)
			cmd.Env = append(os.Environ(), "GOTRACEBACK=crash")
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			var exit *exec.ExitError
			if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 2 {
				t.Fatalf("the process ended with %v, want exit code 2", err)
			}
			const want = "traceback=none core=0,0 dumpable=0 umask=77\n"
			if !strings.HasPrefix(out.String(), want) {
				t.Errorf("the process says\n%s\nwant %s", out.String(), want)
			}
			if strings.Contains(out.String(), "goroutine ") {
				t.Error("it printed a stack trace")
			}
			// The control: without muting, the runtime prints the value, and so
			// the test would see it.
			if got := strings.Contains(out.String(), canary); got != (how == "plain") {
				t.Errorf("the panic's value is in the output: %v", got)
			}
		})
	}
}
