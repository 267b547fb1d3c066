//go:build !linux

package main

import (
	"net"
	"os"
)

// peer believes the folder, which nobody else may enter: outside Linux the
// kernel's answer differs from system to system.
func peer(*net.UnixConn) (uid int, err error) { return os.Geteuid(), nil }
