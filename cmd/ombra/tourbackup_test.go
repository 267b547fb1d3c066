package main

import (
	"bufio"
	"strings"
	"syscall"
	"testing"
)

// TestTourStoppedAtTheBackup: whoever stops the tour while there is a backup and a
// second office leaves neither in the temporary folder.
func TestTourStoppedAtTheBackup(t *testing.T) {
	cmd, temp := demoProcess(t, "demo", "--tour")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	reached := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if !reached && strings.Contains(lines.Text(), "the operator ") {
			reached = true
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // on a slow day it was done before the signal came
	if !reached || !isEmptyNow(t, temp) {
		t.Errorf("the backup was reached: %v; the temporary folder is left: %v", reached, !isEmptyNow(t, temp))
	}
}
