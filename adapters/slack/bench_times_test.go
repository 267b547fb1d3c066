package slack_test

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// times are how long something took, each time.
type times struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *times) add(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, d)
}

// at is a percentile, in milliseconds.
func (s *times) at(percent int) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 {
		return 0
	}
	slices.Sort(s.all)
	return float64(s.all[(len(s.all)-1)*percent/100].Microseconds()) / 1000
}

// after is how many took longer.
func (s *times) after(most time.Duration) (n float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.all {
		if d > most {
			n++
		}
	}
	return n
}

// synced is how long a synced write of one page takes, as a rule, in milliseconds:
// no commit takes less.
func synced(tb testing.TB) float64 {
	tb.Helper()
	f, err := os.Create(filepath.Join(tb.TempDir(), "page"))
	must(tb, err)
	defer func() { _ = f.Close() }()
	var took times
	page := make([]byte, 4096)
	for i := range 101 {
		began := time.Now()
		_, err := f.WriteAt(page, int64(i)*4096)
		must(tb, err, f.Sync())
		took.add(time.Since(began))
	}
	return took.at(50)
}
