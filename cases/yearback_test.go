package cases_test

import (
	"errors"
	"os"
	"path/filepath"

	"ombra/cases"
	"ombra/cases/sqlite"
)

// A backup is a copy of the office, and of what the test wrote down until then.
type backup struct {
	book

	dir  string
	day  cases.Day
	back cases.Day // when the office was made again from it
}

// withheld: its time was over when the office was restored, and it is there only
// because the disk was lost; so it is shown to nobody.
func (y *year) withheld(c *affair) bool {
	return y.saved != nil && y.over(c, y.saved.back)
}

// waiting says whether a case whose time is over stays for now. On the day of the
// restoration nothing goes, for its checkpoint is signed. What fell due since the
// backup waits for a hold or an appeal to be made again.
func (y *year) waiting(c *affair) bool {
	if !y.withheld(c) {
		return false
	}
	since := c.keptUntil(y.Cases.Office.Keeping) > y.saved.day
	return y.today() == y.saved.back || since && y.today() < y.saved.back.Add(cases.RestoredDays)
}

// disaster: in the middle of the year a backup is made; a day later the disk is
// lost, and the office goes on from that backup and from the second place of its
// log. It is to be a day on which something was deleted.
func (y *year) disaster(day, length int) {
	y.Helper()
	due := 0
	for _, c := range y.all {
		if y.over(c, y.today().Add(1)) {
			due++
		}
	}
	switch {
	case y.saved != nil && y.saved.day < y.today() && y.dir != y.saved.dir:
		y.restore()
		y.saved.book = book{}
	case y.saved == nil && (day > length/2 && due > 0 || day == length-20):
		y.backup()
	}
}

// backup copies what the command does: the database written anew, and the files
// that it names.
func (y *year) backup() {
	y.Helper()
	b := &backup{book: y.copied(), dir: filepath.Join(y.TempDir(), "office"), day: y.today()}
	y.must(os.MkdirAll(filepath.Join(b.dir, "files"), 0o700))
	c, err := y.db.Copy(ctx, filepath.Join(b.dir, "ombra.db"))
	y.must(err)
	for _, name := range c.Shelved {
		text, err := os.ReadFile(filepath.Join(y.dir, "files", name))
		y.must(err)
		y.must(os.WriteFile(filepath.Join(b.dir, "files", name), text, 0o600))
	}
	if len(c.Shelved) != len(y.onDisk()) || c.Leaves != b.leaves {
		y.Errorf("the backup has %d files and %d leaves, want %d and %d", len(c.Shelved), c.Leaves, len(y.onDisk()), b.leaves)
	}
	found, err := y.learned.Folder(b.dir)
	y.must(err)
	if len(found) > 0 {
		y.Errorf("the backup has what was deleted before it: %v", found)
	}
	y.saved = b
}

// restore loses the disk. What was deleted on the lost day is there again, and
// shown to nobody; what was filed on it is gone, and its receipts open nothing.
func (y *year) restore() {
	y.Helper()
	r := cases.Restoration{Backup: y.saved.day, Kept: true}
	y.must(y.db.View(ctx, func(tx cases.Tx) error {
		size, err := tx.Size()
		if err != nil {
			return err
		}
		leaves, err := tx.Leaves(y.saved.leaves, size)
		for _, l := range leaves {
			r.Leaves = append(r.Leaves, l.Leaf)
		}
		if err != nil {
			return err
		}
		r.Checkpoints, err = tx.Checkpoints(0)
		return err
	}))
	y.must(errors.Join(y.db.Close(), os.RemoveAll(y.dir)))
	lost := y.all
	y.saved.back = y.today()
	y.dir, y.book = y.saved.dir, y.saved.book
	y.reopen()
	y.must(y.Cases.Restore(ctx, r))
	y.lostCases(lost)
	for _, c := range y.all {
		if y.withheld(c) {
			y.made["came back"]++
			y.unseenByAll(c)
		}
	}
	y.work()
	y.made["leaves put back"] += len(r.Leaves)
}

func (y *year) reopen() {
	y.Helper()
	var err error
	y.db, err = sqlite.Open(filepath.Join(y.dir, "ombra.db"), sqlite.Options{})
	y.must(err)
	o := y.Cases.Options
	o.Store = y.db
	o.Shelf, err = sqlite.OpenShelf(filepath.Join(y.dir, "files"), sqlite.Options{})
	y.must(err)
	y.Cases, err = cases.New(ctx, o)
	y.must(err)
}

func (y *year) lostCases(all []*affair) {
	y.Helper()
	for _, c := range all {
		if y.byWord[string(c.id)] != nil {
			continue
		}
		y.made["filed and lost"]++
		if y.here(c.receipts[0].r) {
			y.Errorf("%s was filed after the backup, and is there", c.id)
		}
	}
}

// unseenByAll: whoever held it is answered like a stranger.
func (y *year) unseenByAll(c *affair) {
	y.Helper()
	for _, name := range y.names() {
		if !y.serves(name) {
			continue
		}
		if _, err := y.desk(name).Case(ctx, c.id); cases.KindOf(err) != cases.NotFound {
			y.Errorf("%s came back with a backup, and %s sees it: %v", c.id, name, err)
		}
	}
	if i := c.hand(); i >= 0 {
		if m := y.mine(c.receipts[i].r); len(m.Replies)+len(m.Written)+len(m.Remedies) > 0 || m.Disposition != "" {
			y.Errorf("%s came back with a backup, and its filer sees %+v", c.id, m)
		}
	}
}
