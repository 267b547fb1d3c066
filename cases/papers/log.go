package papers

import "ombra/crypto/custody"

// log follows the daily checkpoints from the one that this machine verified
// last. A log that only its host signs proves nothing against the host, which
// can restore an old database and sign anew; every desk that remembers one
// checkpoint is a witness that it cannot get around.
func (r *reader) log() {
	known, any := r.lastKnown()
	list := r.p.checkpoints
	if any {
		r.t.CheckpointSize, r.t.CheckpointNote = known.Size, known.note
	}
	switch {
	case any && r.t.Log.Size < known.Size:
		r.warnf("The custody log is shorter than it was: entries were taken out. Tell oversight and the auditors.")
		return
	case len(list) == 0:
		if r.t.Log.Size != known.Size {
			r.warnf("These papers bring no checkpoint of the custody log, so nothing shows that it only grew.")
		}
		return
	}
	if r.chain(known, any) {
		last := list[len(list)-1]
		r.t.CheckpointSize, r.t.CheckpointNote = last.Size, last.note
	}
}

func (r *reader) lastKnown() (checkpoint, bool) {
	if r.pins.LastSize == 0 {
		return checkpoint{}, false
	}
	c, err := custody.OpenCheckpoint(r.pins.LastCheckpoint, r.t.Log.Verifier)
	if err != nil || c.Size != r.pins.LastSize {
		r.warnf("The last checkpoint on this machine does not verify, so the custody log cannot be compared with it.")
		return checkpoint{}, false
	}
	return checkpoint{Checkpoint: c, note: r.pins.LastCheckpoint}, true
}

// chain checks each checkpoint against the one before it, and that one of them
// continues the known one. The host may send older ones than this machine has:
// it only knows what acts have named.
func (r *reader) chain(known checkpoint, any bool) bool {
	linked := !any
	for i, c := range r.p.checkpoints {
		if any && c.Size == known.Size {
			if c.Root != known.Root {
				r.warnf("Two different custody logs of the same size were signed. Keep these papers, and tell oversight and the auditors.")
				return false
			}
			linked = true
		}
		before := known
		if i > 0 {
			before = r.p.checkpoints[i-1]
		}
		switch ok, bridged := r.step(before, c, i == 0); {
		case !ok:
			r.warnf("The custody log was rewritten, or not shown to have grown only: its checkpoint of %d entries does not continue the one before. Tell oversight and the auditors.", c.Size)
			return false
		case i == 0 && bridged && any:
			linked = true
		}
	}
	if !linked {
		r.warnf("These papers do not show that the custody log continues the one that this machine knows. Tell oversight if the next ones do not either.")
	}
	return linked
}

// step checks one checkpoint. The first may stand alone, or come with a proof
// that begins at a checkpoint which is not here; then it bridges nothing.
func (r *reader) step(before, c checkpoint, first bool) (ok, bridged bool) {
	if c.proof == nil {
		return first, false
	}
	p, err := custody.ParseProof(string(c.proof))
	if err != nil {
		return false, false
	}
	if first && p.Index != before.Size {
		return true, false
	}
	if first && before.Size == 0 {
		return len(p.Hashes) == 0, false
	}
	ok = custody.CheckTree(before.Checkpoint, c.Checkpoint, p) == nil
	return ok, ok
}
