package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ombra/cases"
	"ombra/config"
	"ombra/crypto"
)

// A served is an office that is served by a process of its own.
type served struct {
	t      *testing.T
	cfg    *config.Config
	file   string
	socket string
}

// mustServed makes an office with two ombudsmen, who are given every case.
func mustServed(t *testing.T) *served {
	t.Helper()
	cfg := mustConfig(t)
	s := &served{t: t, cfg: cfg, file: filepath.Join(t.TempDir(), "ombra.toml"), socket: path(cfg, "test.sock")}
	if err := createOffice(t.Context(), cfg, time.Now); err != nil {
		t.Fatal(err)
	}
	if err := create(s.file, []byte(config.Example(*cfg)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.inside(func(o *office) {
		for _, name := range []string{"anna", "ben"} {
			mustAppoint(t, o, name)
		}
	})
	return s
}

// inside opens the office in this process.
func (s *served) inside(f func(*office)) {
	s.t.Helper()
	o, err := openOffice(s.t.Context(), s.cfg, time.Now)
	if err != nil {
		s.t.Fatal(err)
	}
	f(o)
	if err := o.close(); err != nil {
		s.t.Fatal(err)
	}
}

// mustAppoint plays the ombudsman's machine and the operator.
func mustAppoint(tb testing.TB, o *office, name string) {
	tb.Helper()
	origin := o.cfg.Office.Origin
	id, err := crypto.NewIdentity()
	if err != nil {
		tb.Fatal(err)
	}
	key, err := crypto.NewSigningKey(origin + "/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	note, err := crypto.EnrolNote{
		Origin: origin, Name: name, Recipient: id.Recipient().String(), Verifier: key.Verifier(), Day: "2026-11-23",
	}.Sign(key)
	if err != nil {
		tb.Fatal(err)
	}
	done, err := o.rosterAdd(tb.Context(), appointment{Enrolment: note, Until: "2099-12-31"})
	if err != nil {
		tb.Fatal(err)
	}
	answer, err := crypto.Answer(done.Challenge, origin, id.Recipient(), id.Age())
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := o.rosterProve(tb.Context(), proof{name, answer}); err != nil {
		tb.Fatal(err)
	}
}

// start starts the process and returns it with a channel that gets its lines.
func (s *served) start() (cmd *exec.Cmd, lines <-chan string, stderr *bytes.Buffer) {
	s.t.Helper()
	cmd = exec.Command("ombra", "serve", "-c", s.file)
	stderr = &bytes.Buffer{}
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	said := make(chan string, 8)
	go func() {
		defer close(said)
		for in := bufio.NewScanner(out); in.Scan(); {
			said <- in.Text()
		}
	}()
	return cmd, said, stderr
}

func (s *served) mustStart() (*exec.Cmd, *bytes.Buffer) {
	s.t.Helper()
	cmd, lines, stderr := s.start()
	select {
	case line := <-lines:
		if line == "ready" {
			return cmd, stderr
		}
		_ = cmd.Wait()
		s.t.Fatalf("the server said %q: %s", line, stderr)
	case <-time.After(20 * time.Second):
		s.t.Fatal("the server never was ready")
	}
	return nil, nil
}

// mustOpen opens each receipt's case.
func (s *served) mustOpen(receipts []string, round int) {
	s.t.Helper()
	for i, r := range receipts {
		f, err := newFiler(s.socket, fmt.Sprintf("reader-%d-%d", round, i))
		if err == nil {
			for err = f.opens(r); errors.Is(err, errBusy); err = f.opens(r) {
				<-time.After(20 * time.Millisecond)
			}
			f.close()
		}
		if err != nil {
			s.t.Fatalf("a receipt that was shown does not open its case: %v", err)
		}
	}
}

// TestKill kills the server at random moments while people file. Law 3: a
// receipt means that it is safe on disk, a form that is sent again makes no
// second case, and nothing that was accepted is lost.
func TestKill(t *testing.T) {
	kills := 8
	if os.Getenv("OMBRA_LONG") != "" {
		kills = 200
	}
	s := mustServed(t)
	people := gather(s.socket, 4)
	opened, early := 0, 0
	for round := range kills {
		if rand.IntN(4) == 0 { // on its way up, too
			cmd, _, _ := s.start()
			<-time.After(time.Duration(rand.IntN(120)) * time.Millisecond)
			mustKill(t, cmd)
			early++
			continue
		}
		cmd, _ := s.mustStart()
		fresh := people.take(opened)
		s.mustOpen(fresh, round)
		opened += len(fresh)
		<-time.After(time.Duration(rand.IntN(200)) * time.Millisecond)
		mustKill(t, cmd)
	}
	close(people.home)
	cmd, stderr := s.mustStart()
	people.all.Wait()
	if err := errors.Join(people.trouble...); err != nil {
		t.Fatal(err)
	}
	s.mustOpen(people.shown, kills)
	mustStop(t, cmd, stderr)
	s.mustHold(people)
	t.Logf("%d kills, %d of them at the start; %d receipts, %d forms sent again", kills, early, len(people.shown), people.again)
	if people.again == 0 && kills > 50 {
		t.Error("no kill ever came between a form and its answer: this proves nothing")
	}
}

// mustHold looks at what is on disk: as many cases as receipts, and a log that
// holds.
func (s *served) mustHold(people *crowd) {
	s.t.Helper()
	distinct := map[string]bool{}
	for _, r := range people.shown {
		distinct[r] = true
	}
	s.inside(func(o *office) {
		var list []*cases.Case
		err := o.db.View(s.t.Context(), func(tx cases.Tx) (err error) {
			list, _, err = tx.GrantedTo("anna", 0, 1<<20)
			return err
		})
		if err != nil || len(list) != len(people.shown) || len(distinct) != len(people.shown) {
			s.t.Errorf("%d cases for %d receipts, %d of them distinct: %v", len(list), len(people.shown), len(distinct), err)
		}
		if _, err := o.service.VerifyLog(s.t.Context()); err != nil {
			s.t.Error(err)
		}
		s.mustShelve(o)
	})
}

// mustShelve wants every large file that a row names, and after a sweep no other.
func (s *served) mustShelve(o *office) {
	s.t.Helper()
	if err := o.sweep(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	there, err := os.ReadDir(path(o.cfg, "files"))
	if err != nil {
		s.t.Fatal(err)
	}
	err = o.db.View(s.t.Context(), func(tx cases.Tx) error {
		named, err := tx.Shelved()
		for _, f := range there {
			if !named[f.Name()] {
				s.t.Error("a file that no row names was not swept")
			}
			delete(named, f.Name())
		}
		if len(named) > 0 || len(there) == 0 {
			s.t.Errorf("%d files are there, %d more are named by rows", len(there), len(named))
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
}

func mustKill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

// mustStop sends SIGTERM and wants success within ten seconds.
func mustStop(t *testing.T, cmd *exec.Cmd, stderr io.Reader) time.Duration {
	t.Helper()
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	took := time.Since(began)
	if err != nil || took > 10*time.Second {
		said, _ := io.ReadAll(stderr)
		t.Fatalf("the server ended after %v with %v: %s", took, err, said)
	}
	return took
}

// TestStopUnderLoad stops the server while people file: those under way get
// their receipt, and afterwards nobody was told anything that is not so.
func TestStopUnderLoad(t *testing.T) {
	s := mustServed(t)
	people := gather(s.socket, 4)
	var slowest time.Duration
	for range 3 {
		cmd, stderr := s.mustStart()
		<-time.After(150 * time.Millisecond)
		slowest = max(slowest, mustStop(t, cmd, stderr))
		if strings.Contains(stderr.String(), logSlow) {
			t.Error("a conversation was cut off")
		}
		if _, err := os.Stat(path(s.cfg, "ombra.db-wal")); err == nil {
			t.Error("the journal was not moved into the database")
		}
	}
	close(people.home)
	cmd, stderr := s.mustStart()
	people.all.Wait()
	if err := errors.Join(people.trouble...); err != nil {
		t.Fatal(err)
	}
	mustStop(t, cmd, stderr)
	s.mustHold(people)
	t.Logf("%d receipts; the slowest stop took %v", len(people.shown), slowest.Round(time.Millisecond))
}
