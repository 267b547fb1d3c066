package main

import (
	"net"

	"golang.org/x/sys/unix"
)

// peer asks the kernel which user is at the other end.
func peer(c *net.UnixConn) (uid int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	cerr := raw.Control(func(fd uintptr) {
		cred, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	switch {
	case cerr != nil:
		return 0, cerr
	case err != nil:
		return 0, err
	}
	return int(cred.Uid), nil
}
