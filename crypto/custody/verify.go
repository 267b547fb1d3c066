package custody

import "io/fs"

// A Report says what Verify found to hold.
type Report struct {
	Origin      string
	Leaves      int64            // in the bundle
	Signed      int64            // of them under the last checkpoint that holds
	Checkpoints int              // that hold
	Opened      int64            // leaves that open
	Shredded    int64            // leaves that a shredded leaf names
	Lost        int64            // leaves whose opening a restored leaf says is lost
	Restored    []Restored       // in their order
	First, Last string           // days of the first and the last leaf
	Acts        map[string]int64 // opened leaves by act
}

// Verify recomputes an auditor bundle: each leaf's form, each checkpoint's
// signature and root, and that every leaf opens, or was shredded, when it was due,
// or lost, by a leaf that says so. The first break comes back as a *Break, in that order: leaves and
// checkpoints by size, then openings by leaf. Any other error means that the
// bundle could not be read. The report tells how far all was well.
//
// It cannot find a history that was rewritten and signed anew as a whole, which
// whoever holds the log key can do: compare the bundle's checkpoints with ones
// that were seen outside (desks, papers, the press).
func Verify(fsys fs.FS) (Report, error) {
	b, err := readBundle(fsys)
	if err != nil {
		return Report{}, err
	}
	v := &verification{bundle: b, report: Report{Leaves: int64(len(b.leaves)), Acts: make(map[string]int64)}}
	for _, leaf := range b.leaves {
		v.tree.Append(leaf)
	}
	if n := len(b.days); n > 0 {
		v.report.First, v.report.Last = b.days[0], b.days[n-1]
	}
	if brk := v.checkpoints(); brk != nil {
		return v.report, brk
	}
	if brk := v.openings(); brk != nil {
		return v.report, brk
	}
	return v.report, nil
}

type verification struct {
	*bundle
	tree   Memory
	report Report
}

// checkpoints verifies all of them, by size. One that holds vouches for every
// leaf below its size, so the next that does not leaves only those between.
func (v *verification) checkpoints() *Break {
	for i, f := range v.signed {
		c, err := OpenCheckpoint(f.msg, v.verifier)
		if err != nil {
			return &Break{Kind: BreakForged, File: f.name}
		}
		v.report.Origin = c.Origin
		if !v.matches(c) {
			if v.forked(i, c) {
				return &Break{Kind: BreakForked, File: f.name}
			}
			return v.diagnose(f.name, v.report.Signed, c.Size)
		}
		v.report.Signed = c.Size
		v.report.Checkpoints++
	}
	return nil
}

func (v *verification) matches(c Checkpoint) bool {
	if c.Size > v.tree.Size() {
		return false
	}
	root, err := Root(c.Size, &v.tree)
	return err == nil && root == c.Root
}

// forked says whether another signed checkpoint contradicts this one: it has
// the same size and another root, or a larger size and the leaves' own root.
func (v *verification) forked(i int, c Checkpoint) bool {
	for j, f := range v.signed {
		other, err := OpenCheckpoint(f.msg, v.verifier)
		if err != nil || j == i {
			continue
		}
		if other.Size == c.Size && other.Root != c.Root || other.Size > c.Size && v.matches(other) {
			return true
		}
	}
	return false
}

// diagnose finds out, from the openings, which of the leaves from lo up to hi
// made the checkpoint fail. They can tell as long as nothing there was
// shredded; otherwise the whole range is named.
func (v *verification) diagnose(file string, lo, hi int64) *Break {
	have := min(hi, v.tree.Size())
	good := lo // all opened leaves below open
	for n := lo; n < have; n++ {
		if _, ok := v.opened[n]; !ok {
			continue
		}
		if v.opens(n, n) {
			good = n + 1
			continue
		}
		switch next := v.nextOpened(n + 1); {
		case n > lo && v.opens(n, n-1): // the leaf lost had no opening itself
			return &Break{BreakDropped, FileLeaves, good, n}
		case next >= 0 && v.opens(next, next-1):
			return at(BreakDropped, FileLeaves, n)
		case v.opens(n, n+1):
			return &Break{BreakInserted, FileLeaves, good, n + 1}
		}
		return at(BreakAltered, FileLeaves, n)
	}
	if hi > have {
		return &Break{BreakTruncated, FileLeaves, have, hi}
	}
	return &Break{BreakRoot, file, lo, hi}
}

// opens says whether the opening of leaf n opens the leaf that stands at m.
func (v *verification) opens(n, m int64) bool {
	o, ok := v.opened[n]
	return ok && m >= 0 && m < int64(len(v.leaves)) && Opens(v.leaves[m], o.details, o.nonce)
}

func (v *verification) nextOpened(from int64) int64 {
	for n := from; n <= v.tree.Size(); n++ {
		if _, ok := v.opened[n]; ok {
			return n
		}
	}
	return -1
}

// openings requires that each leaf opens or was shredded, and never both.
func (v *verification) openings() *Break {
	shredded, brk := v.shredded()
	if brk != nil {
		return brk
	}
	for n := range v.tree.Size() {
		o, ok := v.opened[n]
		by, gone := shredded[n]
		switch {
		case ok && gone:
			return at(BreakShredding, FileOpened, by)
		case gone:
			v.gone(by)
			continue
		case !ok:
			return at(BreakMissing, FileOpened, n)
		case !v.opens(n, n):
			return at(BreakOpening, FileOpened, n)
		}
		d, err := ParseDetails(o.details)
		if err != nil {
			return at(BreakOpening, FileOpened, n)
		}
		v.report.Opened++
		v.report.Acts[d.Act]++
	}
	if n := v.beyond(); n >= 0 {
		return at(BreakOpening, FileOpened, n)
	}
	return nil
}

// shredded collects what the shredded and restored leaves name, as leaf number
// to that leaf's own. Only one whose opening opens is believed, if it was due or
// lost what came last, and no leaf goes twice.
func (v *verification) shredded() (map[int64]int64, *Break) {
	all := make(map[int64]int64)
	for n := range v.tree.Size() {
		d, err := ParseDetails(v.opened[n].details)
		if err != nil || d.Act != ActShredded && d.Act != ActRestored || !v.opens(n, n) {
			continue
		}
		if d.Act == ActShredded && !v.due(n, d) {
			return nil, at(BreakShredding, FileOpened, n)
		}
		if d.Act == ActRestored && !v.restored(n, d) {
			return nil, at(BreakOpening, FileOpened, n)
		}
		for _, gone := range d.Leaves {
			if _, twice := all[gone]; twice {
				return nil, at(BreakShredding, FileOpened, n)
			}
			all[gone] = n
		}
	}
	return all, nil
}

// beyond finds the least opening of a leaf that is not there.
func (v *verification) beyond() int64 {
	least := int64(-1)
	for n := range v.opened {
		if n >= v.tree.Size() && (least < 0 || n < least) {
			least = n
		}
	}
	return least
}
