package slackfake

import "time"

// Now is the time of the workspace.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

func (s *Server) now() time.Time {
	if s.o.Still {
		return s.began.Add(s.offset)
	}
	return time.Now().Add(s.offset)
}

// Advance moves the clock forward. What falls due by that is under way when it
// returns, so that Settle waits for it.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset += d
	for p := range s.pauses {
		s.ripe(p)
	}
	close(s.moved)
	s.moved = make(chan struct{})
	s.stir()
}

// A pause is something that waits for a time of the workspace's clock.
type pause struct {
	due  time.Time
	over bool // guarded by s.mu: it goes on, and counts as busy
}

// pause registers one. Nobody can move the clock between the end of what was busy
// before and this, as long as both happen under one lock. s.mu is held.
func (s *Server) pause(due time.Time) *pause {
	p := &pause{due: due}
	s.pauses[p] = true
	return p
}

// ripe lets a pause end if its time has come. s.mu is held.
func (s *Server) ripe(p *pause) bool {
	if !p.over && !p.due.After(s.now()) {
		p.over = true
		s.busy++
		delete(s.pauses, p)
	}
	return p.over
}

// wait waits for the end of a pause, from which on it counts as busy. It reports
// false at the end of the world.
func (s *Server) wait(p *pause) bool {
	for {
		s.mu.Lock()
		over, left, moved := s.ripe(p), p.due.Sub(s.now()), s.moved
		s.mu.Unlock()
		if over {
			return true
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-moved:
		case <-s.ctx.Done():
			timer.Stop()
			return false
		}
		timer.Stop()
	}
}

// begin and end enclose what keeps the workspace busy.
func (s *Server) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy++
	s.stir()
}

func (s *Server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.stir()
}

// stir tells whoever waits that something happened. s.mu is held.
func (s *Server) stir() {
	s.last = time.Now()
	close(s.changed)
	s.changed = make(chan struct{})
}

// quiet waits until done says so, with how long nothing has happened (zero while
// a call or a delivery is under way), and at most for most.
func (s *Server) quiet(most time.Duration, done func(still time.Duration) bool) {
	end := time.Now().Add(most)
	for {
		s.mu.Lock()
		still, changed := time.Since(s.last), s.changed
		if s.busy > 0 {
			still = 0
		}
		s.mu.Unlock()
		if done(still) {
			return
		}
		if time.Now().After(end) {
			return
		}
		timer := time.NewTimer(5 * time.Millisecond)
		select {
		case <-timer.C:
		case <-changed:
		case <-s.ctx.Done():
		}
		timer.Stop()
		if s.ctx.Err() != nil {
			return
		}
	}
}

// Settle waits until for some time no call and no delivery was under way. A
// redelivery that is due later is not waited for.
func (s *Server) Settle() {
	s.quiet(15*time.Second, func(still time.Duration) bool { return still > 40*time.Millisecond })
}
