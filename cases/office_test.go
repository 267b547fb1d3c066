package cases_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/cases/sqlite"
	"ombra/crypto/receipt"
)

// monday is when the offices of these tests begin: a Monday, early.
var monday = time.Date(2026, 11, 23, 0, 30, 0, 0, time.UTC)

// A trial is an office of a test's own.
type trial struct {
	*testing.T
	*bottest.Office
	db  *sqlite.DB
	dir string
}

func newTrial(t *testing.T, set bottest.Settings) *trial {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "office")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	tr := &trial{T: t, dir: dir}
	var err error
	if tr.db, err = sqlite.Open(filepath.Join(dir, "ombra.db"), sqlite.Options{Create: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.db.Close() })
	shelf, err := sqlite.OpenShelf(filepath.Join(dir, "files"), sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if set.Start.IsZero() {
		set.Start = monday
	}
	if tr.Office, err = bottest.NewOffice(t.Context(), tr.db, shelf, set); err != nil {
		t.Fatal(err)
	}
	return tr
}

// filing makes a filing under a new receipt.
func filing(text string, excluded ...string) (cases.Filing, receipt.Receipt) {
	r := receipt.New(bottest.Origin)
	return cases.Filing{
		Kind: cases.Report, Source: cases.Typed, Text: text, Gate: "1", Excluded: excluded,
		Public: r.Public([32]byte{}), Tag: r.Tag, Signer: r.Signer(),
	}, r
}

func (tr *trial) file(excluded ...string) (receipt.Receipt, *cases.Case) {
	tr.Helper()
	f, r := filing("What happened.", excluded...)
	if _, err := tr.Cases.File(tr.Context(), f); err != nil {
		tr.Fatal(err)
	}
	return r, tr.load(r)
}

// load reads the case of a receipt as the host has it.
func (tr *trial) load(r receipt.Receipt) (c *cases.Case) {
	tr.Helper()
	err := tr.db.View(tr.Context(), func(tx cases.Tx) error {
		list, err := tx.CasesOf(r.Lookup().Hash(), r.Signer().Verifier())
		if len(list) == 1 {
			c = list[0]
		}
		return err
	})
	if err != nil || c == nil {
		tr.Fatalf("the case is not there: %v", err)
	}
	return c
}

func (tr *trial) desk(who string) *cases.Desk {
	tr.Helper()
	d, err := tr.Cases.Desk(who)
	if err != nil {
		tr.Fatal(err)
	}
	return d
}

// fetch gets the papers of a case, and the passcode that opens the file.
func (tr *trial) fetch(id cases.ID, who string) (file []byte, passcode string) {
	tr.Helper()
	f, err := tr.desk(who).Papers(tr.Context(), id, cases.NewOnce())
	if err != nil {
		tr.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		tr.Fatal(err)
	}
	return b.Bytes(), f.Passcode
}

// thread opens fresh papers on somebody's machine.
func (tr *trial) thread(id cases.ID, who string) *papers.Thread {
	tr.Helper()
	th, err := tr.Machines[who].Open(tr.fetch(id, who))
	if err != nil {
		tr.Fatal(err)
	}
	return th
}

// signed signs a draft on fresh papers.
func (tr *trial) signed(id cases.ID, who string, d papers.Draft) error {
	tr.Helper()
	in, err := tr.Cases.Inspect(tr.actFile(id, who, d))
	if err != nil {
		tr.Fatal(err)
	}
	_, _, err = tr.desk(who).Signed(tr.Context(), in)
	return err
}

// put changes one of the roster behind the service's back, and restarts it.
func (tr *trial) put(name string, change func(*cases.Ombudsman)) {
	tr.Helper()
	err := tr.db.Update(tr.Context(), func(tx cases.Tx) error {
		all, err := tx.Ombudsmen()
		for _, o := range all {
			if o.Name == name {
				change(&o)
				return tx.PutOmbudsman(o)
			}
		}
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	tr.restart()
}

func (tr *trial) restart() {
	tr.Helper()
	s, err := cases.New(tr.Context(), tr.Cases.Options)
	if err != nil {
		tr.Fatal(err)
	}
	tr.Cases = s
}

// outbox lists what waits, of any day.
func (tr *trial) outbox() (list []cases.Notice) {
	tr.Helper()
	err := tr.db.View(tr.Context(), func(tx cases.Tx) (err error) {
		list, err = tx.Waiting("9999-01-01", 99)
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return list
}

func (tr *trial) size() (n int64) {
	tr.Helper()
	n, err := tr.Cases.VerifyLog(tr.Context())
	if err != nil {
		tr.Fatal(err)
	}
	return n
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
