package bottest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto/receipt"
)

// TestAttackShortReceipt: somebody tries receipts until one opens. Other offices
// gave out 53 bits; here each one has 128 that nobody chose.
func TestAttackShortReceipt(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	var or, and [16]byte
	for i := range and {
		and[i] = 0xff
	}
	for range 24 {
		p := s.seat("staff")
		p.pick("report")
		r, err := receipt.Parse(bottest.Origin, s.receiptOn(pressAndFill(p)))
		if err != nil {
			t.Fatal(err)
		}
		secret := r.Secret()
		for i, b := range secret {
			or[i], and[i] = or[i]|b, and[i]&b
		}
	}
	// A bit that is the same in 24 receipts is one by chance in eight million.
	if or != [16]byte(bytes.Repeat([]byte{0xff}, 16)) || and != [16]byte{} {
		t.Errorf("bits of a receipt that never change: %x %x", or, and)
	}
}

func pressAndFill(p *seat) bottest.Screen {
	p.press(phrase.Get("gate.go-on"))
	return p.fill(told())
}

// everything reads all that lies on the disk of an office, by name.
func (s *scene) everything() map[string][]byte {
	s.t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// lacks requires that bytes stand nowhere on the disk, however they are written.
func (s *scene) lacks(what string, b []byte) {
	s.t.Helper()
	ways := [][]byte{
		b, []byte(hex.EncodeToString(b)), []byte(strings.ToUpper(hex.EncodeToString(b))),
		[]byte(base64.RawStdEncoding.EncodeToString(b)), []byte(base64.RawURLEncoding.EncodeToString(b)),
	}
	for path, content := range s.everything() {
		for _, way := range ways {
			if bytes.Contains(content, way) {
				s.t.Errorf("%s stands in %s", what, filepath.Base(path))
			}
		}
	}
}

// TestAttackDatabaseGivesReceipts: a thief of the whole disk looks for receipts
// and lookup codes, to read the answers.
func TestAttackDatabaseGivesReceipts(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	symbols := s.file("staff", told())
	r, err := receipt.Parse(bottest.Origin, symbols)
	if err != nil {
		t.Fatal(err)
	}
	secret, code := r.Secret(), r.Lookup().Hex()
	raw, _ := hex.DecodeString(code)
	s.lacks("the receipt", []byte(symbols))
	s.lacks("the receipt", []byte(strings.ReplaceAll(symbols, "-", "")))
	s.lacks("the secret", secret[:])
	s.lacks("the lookup code", raw)
	s.lacks("the submission key", r.SubmissionKey())
	s.lacks("the identity", []byte(r.Identity().Reveal()))
	// That the scan finds what is there: the hash of the code is stored.
	hash := r.Lookup().Hash()
	if !slices.ContainsFunc(slices.Collect(maps.Values(s.everything())), func(b []byte) bool { return bytes.Contains(b, hash[:]) }) {
		t.Error("the scan does not even find the stored hash")
	}
}

// TestAttackReceiptOracle: a stranger types receipts and codes and compares the
// answers, to learn which cases exist. Unknown ones get one answer, whether the
// office has cases or not; and what is mistyped is told by its checksum alone,
// also next to a receipt that exists.
func TestAttackReceiptOracle(t *testing.T) {
	full, empty := newScene(t, bottest.Settings{}), newScene(t, bottest.Settings{})
	symbols := full.file("staff", told())
	r, err := receipt.Parse(bottest.Origin, symbols)
	if err != nil {
		t.Fatal(err)
	}
	answers := func(s *scene, typed ...string) map[string]bool {
		seen := map[string]bool{}
		for _, x := range typed {
			s.look("stranger", x)
			seen[bare(s.seat("stranger").Step())] = true
		}
		return seen
	}
	unknown := []string{receipt.New(bottest.Origin).Symbols(), receipt.New(bottest.Origin).Symbols(), receipt.New(bottest.Origin).Lookup().Hex()}
	gone := answers(full, unknown...)
	maps.Copy(gone, answers(empty, append(unknown, symbols, r.Lookup().Hex())...))
	if len(gone) != 1 || !strings.Contains(slices.Collect(maps.Keys(gone))[0], phrase.Get("error.not-found")) {
		t.Errorf("unknown receipts get %d answers", len(gone))
	}
	mistyped := answers(full, wrong(symbols), wrong(unknown[0]), "0000", "what is this", strings.Repeat("7", 28))
	maps.Copy(mistyped, answers(empty, wrong(symbols)))
	if len(mistyped) != 1 || !strings.Contains(slices.Collect(maps.Keys(mistyped))[0], phrase.Get("case.mistyped")) {
		t.Errorf("mistyped receipts get %d answers", len(mistyped))
	}
	if screen := full.look("stranger", strings.ToLower(strings.ReplaceAll(symbols, "-", " "))); !screen.Has(phrase.Get("stage.received")) {
		t.Errorf("the right one does not open: %s", screen.Text)
	}
}

// wrong changes one symbol, so that the checksum says no.
func wrong(symbols string) string {
	for _, c := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
		other := symbols[:27] + string(c) + symbols[28:]
		if _, err := receipt.Parse(bottest.Origin, other); err != nil {
			return other
		}
	}
	return symbols
}

// calls counts what an office asks of its store.
type calls struct {
	cases.Store
	views, updates int
	asked          []string
}

func (c *calls) View(ctx context.Context, f func(cases.Tx) error) error {
	c.views++
	return c.Store.View(ctx, func(tx cases.Tx) error { return f(callsTx{tx, c}) })
}

func (c *calls) Update(ctx context.Context, f func(cases.Tx) error) error {
	c.updates++
	return c.Store.Update(ctx, f)
}

type callsTx struct {
	cases.Tx
	c *calls
}

func (t callsTx) CasesOf(lookup [32]byte, verifier string) ([]*cases.Case, error) {
	t.c.asked = append(t.c.asked, "CasesOf")
	return t.Tx.CasesOf(lookup, verifier)
}

func (t callsTx) Case(id cases.ID, holder string) (*cases.Case, error) {
	t.c.asked = append(t.c.asked, "Case")
	return t.Tx.Case(id, holder)
}

// TestAttackTimingOracle: a stranger measures how long an answer takes. An
// unknown receipt and a known one, a forbidden case and one that is not there,
// are asked of the store by the same query; a mistyped receipt asks nothing at
// all; and looking writes nothing (a filer's reading is no act).
func TestAttackTimingOracle(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	symbols := s.file("staff", told("chris"))
	id := s.heldID("anna")
	c := &calls{Store: s.o.Cases.Store}
	s.o.Cases.Store = c
	size := s.size()
	asks := func(do func()) []string {
		c.asked = nil
		do()
		return c.asked
	}
	known := asks(func() { s.look("stranger", symbols) })
	unknown := asks(func() { s.look("stranger", receipt.New(bottest.Origin).Symbols()) })
	if len(known) == 0 || len(unknown) != 1 || known[0] != unknown[0] {
		t.Errorf("known asks %v, unknown %v", known, unknown)
	}
	if got := asks(func() { s.look("stranger", wrong(symbols)) }); len(got) != 0 {
		t.Errorf("a mistyped one asks %v", got)
	}
	desk, err := s.o.Cases.Desk("chris")
	if err != nil {
		t.Fatal(err)
	}
	var answers []error
	for _, x := range []cases.ID{id, cases.NewID(), "", "nonsense"} {
		got := asks(func() { _, err = desk.Case(t.Context(), x) })
		answers = append(answers, err)
		if len(got) != 1 || got[0] != "Case" || cases.KindOf(err) != cases.NotFound || err.Error() != answers[0].Error() {
			t.Errorf("a case that is not there: %v %v", got, err)
		}
	}
	s.grew(size, 0, "looking")
	if c.updates != 0 {
		t.Errorf("looking wrote %d times", c.updates)
	}
}

// heldID is the id of the newest case that somebody holds.
func (s *scene) heldID(name string) cases.ID {
	s.t.Helper()
	list := s.held(name)
	if len(list) == 0 {
		s.t.Fatalf("%s holds no case", name)
	}
	id, _, _ := strings.Cut(list[0], " ")
	return cases.ID(id)
}

// TestAttackSequence: ids that count up tell volume and order. Twenty of them are
// all different, in no order, and change in every symbol.
func TestAttackSequence(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	var ids []string
	for range 20 {
		s.file("staff", told())
	}
	desk, err := s.o.Cases.Desk("anna")
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := desk.Inbox(t.Context(), 0, 100)
	if err != nil || len(list) != 20 {
		t.Fatalf("%d cases, %v", len(list), err)
	}
	for _, c := range list {
		ids = append(ids, string(c.ID))
	}
	up, down := slices.IsSorted(ids), slices.IsSorted(reversed(ids))
	for i := range ids[0] {
		symbols := map[byte]bool{}
		for _, id := range ids {
			symbols[id[i]] = true
		}
		if i != 4 && len(symbols) < 5 {
			t.Errorf("symbol %d takes %d values in 20 ids", i, len(symbols))
		}
	}
	if up || down || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 20 {
		t.Errorf("the ids are in order, or one is there twice: %v", ids)
	}
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// TestAttackReceiptInTheConversation: people paste their receipt where the
// platform keeps it. It is recognised, called exposed, not used, and not repeated.
func TestAttackReceiptInTheConversation(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	symbols := s.file("staff", told())
	size := s.size()
	for _, typed := range []string{symbols, "case " + symbols, "here: " + strings.ToLower(symbols) + ", thanks", strings.ReplaceAll(symbols, "-", "")} {
		screen := s.seat("staff").say(typed)
		if !strings.HasPrefix(screen.Text, phrase.Get("exposed.title")) || screen.Has(symbols) || screen.Has(phrase.Get("stage.received")) {
			t.Errorf("%s", screen.Text)
		}
	}
	s.grew(size, 0, "an exposed receipt")
	// Nor does a verb take one, or any word, behind it.
	ev := bot.Event{From: bot.NewAccount("test:staff"), Via: bot.Via{Name: "terminal"}, Verb: "case " + symbols}
	if step := s.again(ev); strings.Contains(bare(step), symbols) || step.Title != phrase.Get("help.title") {
		t.Errorf("%s", bare(step))
	}
	if screen := s.look("staff", symbols); !screen.Has(phrase.Get("stage.received")) || screen.Values.Get("receipt") != "" {
		t.Error("the private form does not take it")
	}
	if screen := s.look("staff", wrong(symbols)); screen.Values.Get("receipt") != "" || screen.Has(wrong(symbols)) {
		t.Error("a typed receipt is shown again")
	}
}
