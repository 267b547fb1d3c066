package config

import (
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"ombra/crypto"
)

func (k *checker) backup() {
	k.number("backup.keep_days", k.Backup.KeepDays, 1, 3650)
	if inside(k.Office.Data, k.Backup.Folder) {
		k.bad("backup.folder", "backup.folder lies in the data folder", "name a folder that is not lost with it")
	}
	if inside(k.Office.Data, k.Backup.Leaves) {
		k.bad("backup.leaves", "backup.leaves lies in the data folder", "name a folder that is not lost with it")
	}
	if k.Backup.Recipient == "" {
		return
	}
	r, err := crypto.ParseRecipient(k.Backup.Recipient)
	switch {
	case err != nil:
		k.bad("backup.recipient", "backup.recipient is not taken", err.Error())
	case r.Kind() != crypto.KindHybrid && r.Kind() != crypto.KindClassic:
		// Restoring needs the secret half in a file: a host runs no plugins.
		k.bad("backup.recipient", "backup.recipient belongs to a hardware key, which ombra restore cannot ask", "make a key with age-keygen -pq")
	case k.Office.RequirePQ && !r.PostQuantum():
		k.bad("backup.recipient", "backup.recipient would not withstand a quantum computer", "make a key with age-keygen -pq, or write require_pq = false")
	}
}

// inside reports whether a folder is another or lies in it. Both are as
// written, relative to the same file.
func inside(outer, name string) bool {
	if outer == "" || name == "" {
		return false
	}
	rel, err := filepath.Rel(outer, name)
	return err == nil && filepath.IsLocal(rel)
}

func (k *checker) monitor() {
	m := k.Monitor
	if m.Listen == "" {
		if m.Metrics || m.Exposed {
			k.bad("monitor", "[monitor] does nothing without listen", "add listen = \"127.0.0.1:9464\", or take the table out")
		}
		return
	}
	if m.IsSocket() {
		return
	}
	host, port, err := net.SplitHostPort(m.Listen)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
		k.bad("monitor.listen", "monitor.listen is no address", "write one like 127.0.0.1:9464, or the path of a socket like run/monitor.sock")
		return
	}
	at, err := netip.ParseAddr(host)
	switch {
	case host != "" && err != nil: // a name may mean another address tomorrow
		k.bad("monitor.listen", "monitor.listen names no address", "write numbers, like 127.0.0.1:9464")
	case !m.Exposed && !at.IsLoopback():
		k.bad("monitor.listen", "other machines can reach monitor.listen", "write 127.0.0.1, or exposed = true if that is meant")
	}
}

// IsSocket reports whether Listen is the path of a unix socket.
func (m Monitor) IsSocket() bool { return strings.Contains(m.Listen, "/") }
