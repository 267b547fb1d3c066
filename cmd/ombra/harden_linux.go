package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// harden closes the process off: what people type lies in its memory for the
// length of a request, and must not end up in a core file, a debugger's hands or
// a stack trace.
func harden() error {
	// Whatever is made is the owner's alone, also by libraries.
	unix.Umask(0o077)
	if err := reexec("/proc/self/exe"); err != nil {
		return err
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("no core files: %w", err)
	}
	// Others of the same user cannot attach either, nor read /proc/self/mem.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("not dumpable: %w", err)
	}
	return nil
}

// reexec starts the program anew with GOTRACEBACK=none: the runtime reads it
// before main, and debug.SetTraceback cannot go below what it has read. A trace
// holds the arguments of functions.
func reexec(self string) error {
	if os.Getenv("GOTRACEBACK") == "none" {
		return nil
	}
	if err := os.Setenv("GOTRACEBACK", "none"); err != nil {
		return err
	}
	return unix.Exec(self, os.Args, os.Environ())
}

// muteRuntime gives the standard error to nobody and returns another way to
// where it led. Before it dies of a panic the runtime prints the panic's value
// there, which may be what somebody typed; no setting switches that off. Our own
// goroutines recover; this covers those of libraries. What is left of such a
// death is the exit code 2, which whoever started us sees.
func muteRuntime() (io.Writer, error) {
	fd, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("keep the standard error: %w", err)
	}
	null, err := unix.Open(os.DevNull, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("mute the runtime: %w", err)
	}
	defer func() { _ = unix.Close(null) }()
	if err := unix.Dup3(null, 2, 0); err != nil {
		return nil, fmt.Errorf("mute the runtime: %w", err)
	}
	return os.NewFile(uintptr(fd), "stderr"), nil
}
