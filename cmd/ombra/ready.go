package main

import (
	"context"
	"net"
	"os"
	"strings"
)

// tellManager says to a service manager that the office is served: sd_notify(3),
// one datagram to the socket that it names. Without one it does nothing.
func tellManager(ctx context.Context) error {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return nil
	}
	if abstract, ok := strings.CutPrefix(name, "@"); ok {
		name = "\x00" + abstract
	}
	c, err := new(net.Dialer).DialContext(ctx, "unixgram", name)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	_, err = c.Write([]byte("READY=1"))
	return err
}
