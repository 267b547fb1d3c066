package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/storetest"
)

// mustOwe deletes some cases among others, as the process would have done that died
// right after it, beside some megabytes to copy. It returns what is to be found of
// them nowhere, and who stays.
func (s *served) mustOwe(megabytes int) (canaries [][]byte, stays []*cases.Case) {
	s.t.Helper()
	s.inside(func(o *office) {
		do := func(f func(tx cases.Tx) error) {
			if err := o.db.Update(s.t.Context(), f); err != nil {
				s.t.Fatal(err)
			}
		}
		var gone []cases.ID
		for i := range 60 {
			c := storetest.Case()
			for g := range c.Grants {
				c.Grants[g].Wrap = storetest.Bytes(1900 + 13*i)
			}
			do(func(tx cases.Tx) error { return storetest.File(tx, c) })
			if i%3 > 0 {
				stays = append(stays, c)
				continue
			}
			gone = append(gone, c.ID)
			for _, g := range c.Grants {
				canaries = append(canaries, g.Wrap[:64])
			}
		}
		for range megabytes {
			do(func(tx cases.Tx) error {
				for range 16 {
					p := storetest.Paper(stays[0], cases.PaperMore, 1<<16)
					p.Entry = stays[0].Entry
					if err := tx.AddPaper(p); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if s.traces(canaries) == 0 {
			s.t.Fatal("the search finds nothing")
		}
		do(func(tx cases.Tx) error {
			for _, id := range gone {
				if _, _, err := tx.Shred(id); err != nil {
					return err
				}
			}
			return tx.SetDone("traces", o.service.Today())
		})
	})
	return canaries, stays
}

func (s *served) traces(canaries [][]byte) (n int) {
	s.t.Helper()
	files, err := filepath.Glob(path(s.cfg, "ombra.db*"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, c := range canaries {
			if bytes.Contains(b, c) {
				n++
			}
		}
	}
	return n
}

// begun waits until the copy is being made.
func (s *served) begun() {
	s.t.Helper()
	for end := time.After(20 * time.Second); ; {
		if _, err := os.Stat(path(s.cfg, "ombra.db.fresh")); err == nil {
			return
		}
		select {
		case <-end:
			s.t.Fatal("nothing is taken out of the files")
		case <-time.After(time.Millisecond):
		}
	}
}

// says asks the office what it says of itself.
func (s *served) says() (f facts) {
	s.t.Helper()
	if err := newOptions().askOffice(s.t.Context(), s.cfg, "status", nothing{}, &f); err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *served) mustErase() {
	s.t.Helper()
	for end := time.After(30 * time.Second); s.says().Unerased != ""; {
		select {
		case <-end:
			s.t.Fatal("it was not finished")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// mustKeep looks at what is on disk when nobody serves.
func (s *served) mustKeep(stays []*cases.Case) {
	s.t.Helper()
	s.inside(func(o *office) {
		for _, c := range stays {
			storetest.Look(s.t, o.db, func(tx cases.Tx) error { _, err := tx.Case(c.ID, ""); return err })
		}
		storetest.CheckLog(s.t, o.db)
	})
}

// TestStoppedAndKilledWhileErasing: what was deleted is being taken out of the
// files when the server is stopped, or killed. A stop is not held up, everything
// that was filed is there, and the next start finishes.
func TestStoppedAndKilledWhileErasing(t *testing.T) {
	rounds, size := 4, 12
	if os.Getenv("OMBRA_LONG") != "" {
		rounds, size = 12, 800
	}
	s := mustServed(t)
	canaries, stays := s.mustOwe(size)
	var slowest time.Duration
	met := 0
	for round := range rounds {
		cmd, stderr := s.mustStart()
		s.begun()
		<-time.After(time.Duration(rand.IntN(10*size)) * time.Millisecond / 4)
		if round%2 == 0 {
			mustKill(t, cmd)
		} else {
			slowest = max(slowest, mustStop(t, cmd, stderr))
			if strings.Contains(stderr.String(), logJob) {
				t.Error("the stop was called a failure")
			}
		}
		s.mustKeep(stays)
		if s.says().Unerased != "" {
			met++
			continue
		}
		more, others := s.mustOwe(1)
		canaries, stays = append(canaries, more...), append(stays, others...)
	}
	cmd, stderr := s.mustStart()
	s.mustErase()
	mustStop(t, cmd, stderr)
	if n := s.traces(canaries); n != 0 {
		t.Errorf("%d traces", n)
	}
	s.mustKeep(stays)
	t.Logf("%d of %d met it at work; the slowest stop took %v", met, rounds, slowest.Round(time.Millisecond))
}

// TestFullDiskWhileErasing: there is no room for the copy. Log, metrics and check say
// so, people file on, and the next start with room does it.
func TestFullDiskWhileErasing(t *testing.T) {
	s := mustServed(t)
	canaries, stays := s.mustOwe(16)
	s.onDisk(diskReserve + 64<<20)
	// Room for attachments, and not for the database once more.
	free, err := (&office{cfg: s.cfg}).free()
	if err != nil {
		t.Fatal(err)
	}
	ballast := path(s.cfg, "ballast")
	if err := os.WriteFile(ballast, make([]byte, free-diskReserve-8<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd, stderr := s.mustStart()
	people := gather(s.socket, 1)
	for end := time.After(20 * time.Second); len(people.take(0)) < 3; {
		select {
		case <-end:
			t.Fatal("nobody could file")
		case <-time.After(20 * time.Millisecond):
		}
	}
	f := s.says()
	var found string
	for _, say := range judge(s.cfg, f) {
		if say.Must {
			found += say.What + ": " + say.Mend + "\n"
		}
	}
	if !strings.Contains(found, "what was deleted on "+string(f.Unerased)) || !strings.Contains(found, "the disk has room") {
		t.Errorf("check says %q", found)
	}
	close(people.home)
	people.all.Wait()
	if err := errors.Join(people.trouble...); err != nil {
		t.Error(err)
	}
	mustStop(t, cmd, stderr)
	if !strings.Contains(stderr.String(), logJob+" job=traces kind=unavailable") {
		t.Errorf("the log says %s", stderr)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	cmd, stderr = s.mustStart()
	s.mustErase()
	mustStop(t, cmd, stderr)
	if n := s.traces(canaries); n != 0 {
		t.Errorf("%d traces", n)
	}
	s.mustKeep(stays)
}

// onDisk moves the office to a disk of so many bytes.
func (s *served) onDisk(size int64) {
	s.t.Helper()
	data := s.cfg.Office.Data
	aside := data + "-aside"
	if err := errors.Join(os.Rename(data, aside), os.Mkdir(data, 0o700)); err != nil {
		s.t.Fatal(err)
	}
	small(s.t, data, strconv.FormatInt(size, 10))
	if out, err := exec.Command("cp", "-a", aside+"/.", data).CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
}
