package slackfake

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Kind is a kind of fault.
type Kind string

// The kinds of faults.
const (
	Throttled Kind = "throttled" // 429 with Retry-After, nothing is done
	Broken    Kind = "broken"    // 500, nothing is done
	Silent    Kind = "silent"    // nothing is done, and no answer comes
	Lost      Kind = "lost"      // it is done, and the answer is lost
	Stalled   Kind = "stalled"   // half of a download comes, and then nothing, for good
)

// A Fault is something that goes wrong with calls of a method. Beside those of
// the Web API there are "upload", "download" and "response_url"; "*" is all.
type Fault struct {
	Method string
	Kind   Kind
	Times  int           // how often; zero is once, below zero always
	After  time.Duration // for Throttled: what Retry-After says; zero is a second
}

// Break makes something go wrong from now on. Faults are taken in the order in
// which they were made.
func (s *Server) Break(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Mend ends all faults, of calls and of deliveries.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.bother, s.retired = nil, bother{}, false
}

// fault takes the next fault of a method that is of one of some kinds. s.mu is held.
func (s *Server) fault(method string, kinds ...Kind) *Fault {
	for _, f := range s.faults {
		if f.Times != 0 && (f.Method == "*" || f.Method == method) && slices.Contains(kinds, f.Kind) {
			f.Times--
			if f.Times < -1 {
				f.Times = -1
			}
			return f
		}
	}
	return nil
}

// fail lets a call fail before anything is done. It reports whether it did.
func (s *Server) fail(method string, w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	f := s.fault(method, Throttled, Broken, Silent)
	if f != nil {
		s.calls = append(s.calls, Call{Method: method, Error: string(f.Kind), At: s.now()})
	}
	s.mu.Unlock()
	if f == nil {
		return false
	}
	switch f.Kind {
	case Throttled:
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(f.After.Seconds()))))
		answer(w, http.StatusTooManyRequests, obj{"ok": false, "error": "ratelimited"})
	case Broken:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	default:
		s.silence(r)
		cut(w)
	}
	return true
}

// silence lasts until whoever asked gives up. Whoever waits for the workspace to
// settle waits for the app, not for this.
func (s *Server) silence(r *http.Request) {
	s.end()
	defer s.begin()
	select {
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
}

// lost says whether the answer is lost. s.mu is held.
func (s *Server) lost(method string) bool { return s.fault(method, Lost) != nil }

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if c, _, err := h.Hijack(); err == nil {
			_ = c.Close()
		}
	}
}
