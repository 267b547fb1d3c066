package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ombra/adapters/terminal"
	"ombra/bot/bottest"
	"ombra/config"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// A drill is an office with a clock that is set by hand, and everything that an
// operator does with it.
type drill struct {
	*testing.T

	top, file string // the office's folder and its configuration
	key       string // the backup's identity
	clock     atomic.Int64
	scan      *bottest.Scanner
	published map[string][]byte // checkpoints by day, as somebody outside keeps them
}

// mustDrill makes an office with a backup recipient, and a second place unless
// it is to have none.
func mustDrill(t *testing.T, second bool) *drill {
	t.Helper()
	restoreLogs(t)
	d := &drill{T: t, top: t.TempDir(), scan: bottest.NewScanner(), published: map[string][]byte{}}
	d.file, d.key = filepath.Join(d.top, "ombra.toml"), filepath.Join(d.top, "backup.key")
	d.day(0)
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	cfg := mustConfig(t)
	cfg.Office.Data = filepath.Join(d.top, "data")
	cfg.Backup.Recipient, cfg.Backup.Folder = id.Recipient().String(), "backups"
	if second {
		cfg.Backup.Leaves = "leaves"
	}
	if err := createOffice(t.Context(), cfg, d.now); err != nil {
		t.Fatal(err)
	}
	cfg.Office.Data = "data"
	for name, text := range map[string]string{d.file: config.Example(*cfg), d.key: id.Reveal() + "\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(d.top, "backups"), 0o700); err != nil {
		t.Fatal(err)
	}
	of := d.open(d.file)
	for _, name := range []string{"anna", "ben"} {
		mustAppoint(t, of, name)
	}
	if err := of.close(); err != nil {
		t.Fatal(err)
	}
	return d
}

// day sets the clock so many days after the first, at an odd time.
func (d *drill) day(n int) {
	d.clock.Store(time.Date(2026, 11, 23, 13, 37, 42, 0, time.UTC).AddDate(0, 0, n).Unix())
}

func (d *drill) now() time.Time { return time.Unix(d.clock.Load(), 0).UTC() }

func (d *drill) open(file string) *office {
	d.Helper()
	cfg, err := config.Load(file)
	if err != nil {
		d.Fatal(err)
	}
	of, err := openOffice(d.Context(), cfg, d.now)
	if err != nil {
		d.Fatal(err)
	}
	return of
}

// does runs a command and returns what it says.
func (d *drill) does(args ...string) (said string, code int) {
	var b bytes.Buffer
	code = run(d.Context(), args, &options{in: strings.NewReader(""), out: &b, err: &b, now: d.now})
	return b.String(), code
}

func (d *drill) must(args ...string) string {
	d.Helper()
	said, code := d.does(args...)
	if code != exitOK {
		d.Fatalf("ombra %s: %d\n%s", strings.Join(args, " "), code, said)
	}
	return said
}

// served serves an office for as long as f takes.
func (d *drill) served(file string, f func(socket string)) {
	d.Helper()
	of := d.open(file)
	o := &options{in: strings.NewReader(""), out: &lines{}, err: &lines{}, now: d.now}
	s, err := o.newServer(d.Context(), of)
	if err != nil {
		d.Fatal(err)
	}
	ctx, stop := context.WithCancel(d.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.run(ctx, sync.OnceFunc(func() { close(ready) })) }()
	<-ready
	f(path(of.cfg, "test.sock"))
	stop()
	if err := <-ended; err != nil {
		d.Error(err)
	}
}

// files files a report, with a large attachment if asked, and gives the receipt.
func (d *drill) files(socket, account string, attach bool) string {
	d.Helper()
	f, err := newFiler(socket, account)
	if err != nil {
		d.Fatal(err)
	}
	defer f.close()
	if err := f.form(); err != nil {
		d.Fatal(err)
	}
	for id, v := range f.values {
		if strings.HasPrefix(v[0], "What "+account) {
			f.values[id] = []string{strings.Repeat(d.scan.Plant("the field "+id)+" ", 3)}
		}
	}
	if attach {
		text := strings.Repeat(d.scan.Plant("an attachment")+"\n", 10_000)
		f.files = []terminal.Upload{{Name: d.scan.Plant("a file name") + ".txt", Data: []byte(text)}}
	}
	receipt, err := f.send()
	if err != nil {
		d.Fatal(err)
	}
	d.scan.Know("a receipt", receipt)
	return receipt
}

func (d *drill) opens(socket, receipt string) error {
	f, err := newFiler(socket, "whoever")
	if err != nil {
		return err
	}
	defer f.close()
	return f.opens(receipt)
}

// publish keeps every checkpoint, as an auditor does who gets them by mail.
func (d *drill) publish(file string) {
	d.Helper()
	dir := filepath.Join(d.TempDir(), "bundle")
	d.must("log", "export", dir, "-c", file)
	notes, err := filepath.Glob(filepath.Join(dir, custody.FolderSigned, "*"))
	if err != nil {
		d.Fatal(err)
	}
	for _, name := range notes {
		if d.published[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			d.Fatal(err)
		}
	}
}
