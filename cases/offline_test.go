package cases_test

import (
	"bytes"
	"os"
	"path/filepath"

	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// offline opens the replies of a receipt on the filer's own machine.
func (tr *trial) offline(r receipt.Receipt) *papers.Replies {
	tr.Helper()
	f, err := tr.mine(r).Folder(tr.Context())
	if err != nil || f == nil {
		tr.Fatalf("no file of replies: %v", err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		tr.Fatal(err)
	}
	return tr.read(r, b.Bytes(), f.Passcode)
}

func (tr *trial) read(r receipt.Receipt, file []byte, passcode string) *papers.Replies {
	tr.Helper()
	bundle, err := crypto.OpenPasscode(file, passcode)
	if err != nil {
		tr.Fatal(err)
	}
	pins := papers.Pins{}
	for _, o := range tr.Cases.Roster() {
		e, err := crypto.OpenEnrol(o.Enrolment)
		if err != nil {
			tr.Fatal(err)
		}
		pins.Replace(e)
	}
	replies, err := papers.OpenReplies(bundle, r, pins)
	if err != nil {
		tr.Fatal(err)
	}
	return replies
}

// sealedTo lists the papers to one receipt.
func (tr *trial) sealedTo(id cases.ID, r receipt.Receipt) (list []cases.Paper) {
	tr.Helper()
	err := tr.db.View(tr.Context(), func(tx cases.Tx) (err error) {
		list, err = tx.Papers(id, r.Public([32]byte{}).FilerHash())
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return list
}

// inFiles looks for bytes in every file of the office.
func (tr *trial) inFiles(what []byte) (found []string) {
	tr.Helper()
	err := filepath.WalkDir(tr.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, what) {
			found = append(found, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		tr.Fatal(err)
	}
	return found
}

// opens reads sealed replies with a receipt, on the filer's own machine.
func (tr *trial) opens(r receipt.Receipt, sealed ...crypto.Entry) *papers.Replies {
	tr.Helper()
	var b bytes.Buffer
	pass := crypto.NewPasscode()
	if err := papers.PackReplies(&b, pass, sealed); err != nil {
		tr.Fatal(err)
	}
	return tr.read(r, b.Bytes(), pass.Reveal())
}
