//go:build !linux

package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// harden does what can be done outside Linux, which is where offices are
// served: no core files, no loose file modes, no stack traces.
func harden() error {
	unix.Umask(0o077)
	if os.Getenv("GOTRACEBACK") != "none" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		if err := os.Setenv("GOTRACEBACK", "none"); err != nil {
			return err
		}
		return unix.Exec(self, os.Args, os.Environ())
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("no core files: %w", err)
	}
	return nil
}

// muteRuntime keeps the runtime from printing a panic's value, which may be what
// somebody typed.
func muteRuntime() (io.Writer, error) {
	fd, err := unix.Dup(2)
	if err != nil {
		return nil, fmt.Errorf("keep the standard error: %w", err)
	}
	unix.CloseOnExec(fd)
	null, err := unix.Open(os.DevNull, unix.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("mute the runtime: %w", err)
	}
	defer func() { _ = unix.Close(null) }()
	if err := unix.Dup2(null, 2); err != nil {
		return nil, fmt.Errorf("mute the runtime: %w", err)
	}
	return os.NewFile(uintptr(fd), "stderr"), nil
}
