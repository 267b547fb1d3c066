package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestDemoLeavesNothing: whoever leaves with Ctrl-C, closes the terminal or cuts
// the output off leaves no keys in the temporary folder.
func TestDemoLeavesNothing(t *testing.T) {
	for name, stop := range map[string]os.Signal{"ctrl-c": syscall.SIGINT, "hangup": syscall.SIGHUP, "term": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			cmd, temp := demoProcess(t, "demo")
			in, err := cmd.StdinPipe() // open, so that it waits
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = in.Close() }()
			readLine := startAndReadLine(t, cmd)
			if !strings.Contains(readLine, "demonstration") || isEmptyNow(t, temp) {
				t.Fatalf("it did not begin: %q", readLine)
			}
			if err := cmd.Process.Signal(stop); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Error("it claims success")
			}
			if !isEmptyNow(t, temp) {
				t.Error("the temporary folder is left")
			}
		})
	}
	t.Run("broken pipe", func(t *testing.T) {
		cmd, temp := demoProcess(t, "demo", "--tour")
		startAndReadLine(t, cmd) // and closes
		_ = cmd.Wait()
		if !isEmptyNow(t, temp) {
			t.Error("the temporary folder is left")
		}
	})
}

func demoProcess(t *testing.T, args ...string) (cmd *exec.Cmd, temp string) {
	t.Helper()
	temp = t.TempDir()
	cmd = exec.Command("ombra", args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	return cmd, temp
}

// startAndReadLine starts it, reads one line and closes its output.
func startAndReadLine(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, _ = r.Close(), w.Close()
	return line
}

func isEmptyNow(t *testing.T, dir string) bool {
	t.Helper()
	empty, err := isEmpty(dir)
	if err != nil {
		t.Fatal(err)
	}
	return empty
}
