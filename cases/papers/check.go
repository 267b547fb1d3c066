package papers

// continues compares with the last reading on this machine: papers are only
// ever added.
func (r *reader) continues() {
	now := make(map[int64]ManifestPaper, len(r.t.Papers))
	for _, e := range r.t.Papers {
		now[e.N] = e
	}
	for _, old := range r.pins.Seen {
		e, there := now[old.N]
		switch {
		case !there:
			r.warnf("Paper %d was there when you last opened this case, and is missing now.", old.N)
		case e.Sum != old.Sum || e.Leaf != old.Leaf:
			r.warnf("Paper %d is not the one that was there when you last opened this case.", old.N)
		}
	}
}
