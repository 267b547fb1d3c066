package cases_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
)

// TestAttackAnsweredToThief: somebody finds a receipt and replaces it. Before its
// owner comes back the ombudsmen have answered twice, once with a file, to whoever
// has it now. The decision for the owner brings her all of that, signed for her,
// here and offline; and what was sealed to the thief alone is not there any more,
// for him, the host, or whoever takes the disk.
func TestAttackAnsweredToThief(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
	owner, c := tr.file()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(tr.signed(c.ID, "anna", tr.says("answer", "Before it was lost.")))
	thief := tr.replaced(owner, cases.Replace)
	must(tr.signed(c.ID, "anna", tr.says("answer", "Come on Tuesday.")))
	large := papers.Draft{Do: "ask", Text: "Is this you?", Files: []papers.Attachment{{Name: "photo.jpg", Data: bytes.Repeat([]byte("J"), 90<<10)}}}
	must(tr.signed(c.ID, "anna", large))
	tr.notMe(owner)
	var stolen [][]byte
	shelved := 0
	for _, p := range tr.sealedTo(c.ID, thief) {
		if p.Shelf != "" {
			shelved++
			continue
		}
		must(tr.db.View(t.Context(), func(tx cases.Tx) error {
			blob, err := tx.Blob(c.ID, p.N)
			stolen = append(stolen, blob)
			return err
		}))
	}
	if len(stolen) < 4 || shelved == 0 || len(tr.inFiles(stolen[len(stolen)-1][:500])) == 0 {
		t.Fatalf("the thief was sealed %d papers, %d on the shelf", len(stolen), shelved)
	}
	tr.settle(c.ID, "anna", papers.KeepFormer) // and brings nothing: it is open yet
	if n, _ := tr.thread(c.ID, "anna").Missed(papers.KeepFormer, string(tr.Cases.Today())); n != 0 {
		t.Errorf("anna alone says %d messages again", n)
	}
	if n := len(tr.sealedTo(c.ID, thief)); n != len(stolen)+shelved || len(tr.sealedTo(c.ID, owner)) != 2 {
		t.Errorf("the signature of one moved papers: %d to the thief, %d to the owner", n, len(tr.sealedTo(c.ID, owner)))
	}
	tr.settle(c.ID, "bela", papers.KeepFormer)

	m := tr.mine(owner)
	if len(m.Replies) != 2 {
		t.Fatalf("the owner has %d replies: %+v", len(m.Replies), m.Replies)
	}
	got := m.Replies[1]
	for _, want := range []string{"Come on Tuesday.", "Is this you?", "signed by anna", string(tr.Cases.Today())} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("the owner does not read %q:\n%s", want, got.Text)
		}
	}
	if got.Broken || got.By != "bela" || !slices.Equal(got.Files, []string{"a.txt", "photo.jpg"}) || strings.Contains(got.Text, "Before it was lost.") {
		t.Errorf("%+v", got)
	}
	off := tr.offline(owner)
	if len(off.Warnings) > 0 || len(off.Items) != 2 || !off.Items[1].Signed || len(off.Items[1].Files) != 2 || len(off.Items[1].Files[1].Data) != 90<<10 {
		t.Errorf("offline: %q %+v", off.Warnings, off.Items)
	}
	for _, who := range []string{"anna", "bela"} {
		if th := tr.thread(c.ID, who); len(th.Warnings) > 0 {
			t.Errorf("%s: %q", who, th.Warnings)
		}
	}
	if left := tr.sealedTo(c.ID, thief); len(left) > 0 {
		t.Errorf("%d papers are still sealed to the thief", len(left))
	}
	if in, err := os.ReadDir(filepath.Join(tr.dir, "files")); err != nil || len(in) != 3 { // the case's, as said and as said again, and hers
		t.Errorf("%d files on the shelf, %v", len(in), err)
	}
	tr.nights(1)
	tr.jobs() // they run every minute
	for _, blob := range stolen {
		if in := tr.inFiles(blob[len(blob)-200:]); len(in) > 0 {
			t.Errorf("what was sealed to the thief is still in %v", in)
		}
	}
	must(tr.signed(c.ID, "anna", tr.says("answer", "And this.")))
	if m := tr.mine(owner); len(m.Replies) != 3 || m.Replies[2].Broken {
		t.Errorf("%+v", m.Replies)
	}
	tr.size()
}

// TestEndedReceiptHearsTheEnd: a thief ends the receipt, and the case is closed
// with an answer that nobody could be sealed. The owner objects in time and reads
// it, when the only ombudsman has signed twice; a file that is too large for that is
// named.
func TestEndedReceiptHearsTheEnd(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	owner, c := tr.file()
	if err := tr.mine(owner).End(t.Context(), cases.NewOnce(), ""); err != nil {
		t.Fatal(err)
	}
	d := draftOf("close")
	d.Text, d.Files = "It was put right.", []papers.Attachment{{Name: "long.pdf", Data: make([]byte, 5<<20)}}
	if err := tr.signed(c.ID, "anna", d); err != nil {
		t.Fatal(err)
	}
	tr.notMe(owner)
	tr.settle(c.ID, "anna", papers.KeepFormer)
	tr.Pass(days(papers.AloneDays))
	if n, left := tr.thread(c.ID, "anna").Missed(papers.KeepFormer, string(tr.Cases.Today())); n != 1 || !slices.Equal(left, []string{"long.pdf"}) {
		t.Errorf("%d messages missed, and %v left", n, left)
	}
	tr.settle(c.ID, "anna", papers.KeepFormer)
	m := tr.mine(owner)
	if len(m.Replies) != 1 || m.Replies[0].Broken || !strings.Contains(m.Replies[0].Text, "It was put right.") || !strings.Contains(m.Replies[0].Text, "long.pdf is too large") || len(m.Replies[0].Files) > 0 {
		t.Errorf("%+v", m.Replies)
	}
	if off := tr.offline(owner); len(off.Warnings) > 0 {
		t.Errorf("%q", off.Warnings)
	}
}

// TestTypedToThief: what was typed in chat is said again too, and said to be no
// more than typed; the newer receipt, if it stays, has missed nothing of it.
func TestTypedToThief(t *testing.T) {
	for _, keep := range []string{papers.KeepFormer, papers.KeepNewer} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) { o.TypedReplies = true }})
		former, c := tr.file()
		newer := tr.replaced(former, cases.HandOver)
		if err := tr.desk("anna").Type(t.Context(), c.ID, cases.Answer, cases.NewOnce(), "Just typed."); err != nil {
			t.Fatal(err)
		}
		tr.notMe(former)
		tr.settles(c.ID, keep)
		stays, want := former, "typed in chat, not signed"
		if keep == papers.KeepNewer {
			stays, want = newer, "Just typed."
		}
		m := tr.mine(stays)
		if len(m.Replies) != 1 || !strings.Contains(m.Replies[0].Text, want) || m.Replies[0].Broken || (m.Replies[0].By == "") != (keep == papers.KeepNewer) {
			t.Errorf("%s: %+v", keep, m.Replies)
		}
	}
}

// TestAttackHostRepeatsElsewhere: a host that turned bad seals what was written to
// the one receipt to the other, by itself. That is not what an ombudsman said to
// this filer, and the filer is told.
func TestAttackHostRepeatsElsewhere(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	owner, c := tr.file()
	thief := tr.replaced(owner, cases.Replace)
	if err := tr.signed(c.ID, "anna", papers.Draft{Do: "answer", Text: "Come on Tuesday."}); err != nil {
		t.Fatal(err)
	}
	p := tr.sealedTo(c.ID, thief)
	var blob []byte
	if err := tr.db.View(t.Context(), func(tx cases.Tx) (err error) {
		blob, err = tx.Blob(c.ID, p[len(p)-1].N)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	head, body, err := crypto.DecryptEnvelope(blob, thief.Identity().Age())
	if err != nil {
		t.Fatal(err)
	}
	again, err := crypto.SealBytes(owner.Identity().Recipient(), head, body)
	if err != nil {
		t.Fatal(err)
	}
	if off := tr.opens(owner, crypto.Bytes("x", again)); len(off.Warnings) == 0 || off.Items[0].Signed {
		t.Errorf("nobody is warned: %+v", off.Items)
	}
}

// TestExposedReceiptAndTheDisk: a receipt was exposed, and its owner replaced it.
// Whoever found it gets at the disk, weeks later: nothing there is sealed to it any
// more. As long as it could object, or does, what it read stays for it.
func TestExposedReceiptAndTheDisk(t *testing.T) {
	for _, do := range []cases.Verb{cases.Replace, cases.EndReceipt} {
		tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}})
		found, c := tr.file()
		large := papers.Draft{Do: "answer", Text: "For you.", Files: []papers.Attachment{{Name: "a.bin", Data: make([]byte, 90<<10)}}}
		if err := tr.signed(c.ID, "anna", large); err != nil {
			t.Fatal(err)
		}
		list := tr.sealedTo(c.ID, found)
		var blob []byte
		if err := tr.db.View(t.Context(), func(tx cases.Tx) (err error) {
			blob, err = tx.Blob(c.ID, list[0].N)
			return err
		}); err != nil || len(list) != 2 || list[1].Shelf == "" {
			t.Fatalf("%v %+v", err, list)
		}
		if err := tr.receiptMove(string(do), found); err != nil {
			t.Fatal(err)
		}
		tr.nights(14)
		if n := len(tr.sealedTo(c.ID, found)); n != 2 {
			t.Fatalf("%s: %d papers while it can object", do, n)
		}
		tr.notMe(found)
		tr.nights(40)
		if n := len(tr.sealedTo(c.ID, found)); n != 2 {
			t.Fatalf("%s: %d papers in a dispute", do, n)
		}
		tr.settles(c.ID, papers.KeepFormer)
		if n := len(tr.mine(found).Replies); n != 1 {
			t.Fatalf("%s: its owner reads %d answers", do, n)
		}
		if err := tr.receiptMove(string(do), found); err != nil {
			t.Fatal(err)
		}
		tr.nights(15)
		tr.jobs() // in the same night: they run every minute
		tr.jobs()
		if n := len(tr.sealedTo(c.ID, found)); n != 0 || tr.here(found) {
			t.Errorf("%s: %d papers are still sealed to it", do, n)
		}
		if in := tr.inFiles(blob[len(blob)-200:]); len(in) > 0 {
			t.Errorf("%s: an answer is still in %v", do, in)
		}
		if err := tr.db.View(t.Context(), func(tx cases.Tx) error {
			named, err := tx.Shelved() // a young file outlives its row for a while: see sqlite.Shelf
			if len(named) != map[cases.Verb]int{cases.Replace: 2, cases.EndReceipt: 1}[do] {
				t.Errorf("%s: rows name %d files", do, len(named))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		tr.size()
	}
}

// TestSaidInTheDispute: what binds the office is signed while two receipts are in
// dispute too, and sealed to neither. The newer one, if it stays, gets it with the
// decision.
func TestSaidInTheDispute(t *testing.T) {
	tr := newPair(t)
	r, id := tr.walk(papers.Offered)
	newer := tr.replaced(r, cases.HandOver)
	tr.notMe(r)
	if err := tr.signed(id, "bela", tr.remedyDraft("refused")); err != nil {
		t.Fatal(err)
	}
	before := len(tr.mine(newer).Replies)
	tr.settle(id, "bela", papers.KeepNewer)
	tr.settle(id, "anna", papers.KeepNewer)
	m := tr.mine(newer)
	if len(m.Replies) != before+1 {
		t.Fatalf("%d replies, had %d", len(m.Replies), before)
	}
	if got := m.Replies[before]; got.Broken || got.By != "anna" || !strings.Contains(got.Text, "signed by bela") || !strings.Contains(got.Text, "Words.") {
		t.Errorf("%+v", got)
	}
	if off := tr.offline(newer); len(off.Warnings) > 0 {
		t.Errorf("%q", off.Warnings)
	}
}
