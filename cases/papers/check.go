package papers

// receipts holds the live receipts to the one that the report pinned. A host
// could add one of its own and read every answer from then on; until there are
// handover notes to vouch for a second receipt, any other is named, and
// [Thread.Act] seals nothing to it.
func (r *reader) receipts() {
	known := false
	for i, rc := range r.t.Receipts {
		if rc.FilerHash() == r.t.Filer {
			known = true
			continue
		}
		r.warnf("Receipt %d of this case is not the one that the report was filed with, and nothing shows that the filer handed the case over. No answer is sealed to it.", i+1)
	}
	if !known && len(r.t.Receipts) > 0 {
		r.warnf("The receipt that the report was filed with is not live any more.")
	}
}

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
