package bottest_test

import (
	"bytes"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
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
	ev := bot.Event{From: bot.NewAccount("test:staff"), Via: bot.Via{Name: "terminal", Files: true}, Verb: "case " + symbols}
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

// TestReceiptShownAgain: a window that was closed too early is no loss for fifteen
// minutes, and after sixteen a found button is worth nothing; showing it again does
// not begin the quarter of an hour anew.
func TestReceiptShownAgain(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	rec := s.file("staff", told())
	card := s.seat("staff").Step()
	if card.Cover == nil || strings.Contains(bare(*card.Cover), rec) {
		t.Fatal("no cover, or one that shows it")
	}
	again := bot.Event{From: bot.NewAccount("test:staff"), Token: card.Cover.Buttons[0].Token}
	prove := bot.Event{From: again.From, Token: card.Token, Form: true, Values: url.Values{"group": {"0000"}}}
	shown := func(ev bot.Event) bot.Step { return s.again(ev) }
	for range 3 {
		step := shown(again)
		if s.receiptOn(bottest.ScreenOf(step)) != rec || step.Check() != nil {
			t.Fatalf("not shown again: %s", bare(step))
		}
		again.Token = step.Cover.Buttons[0].Token // the newest button
		s.o.Pass(5*time.Minute - time.Second)
	}
	if step := shown(again); s.receiptOn(bottest.ScreenOf(step)) != rec {
		t.Error("not shown in the fifteenth minute")
	}
	s.o.Pass(time.Minute + 3*time.Second)
	for _, ev := range []bot.Event{again, prove} {
		step := shown(ev)
		if strings.Contains(bare(step), rec) || !strings.Contains(step.Text, phrase.Get("receipt.late")) || step.Check() != nil {
			t.Errorf("after sixteen minutes: %s", bare(step))
		}
	}
	group, err := bottest.GroupOn(bottest.ScreenOf(card), rec)
	if err != nil {
		t.Fatal(err)
	}
	prove.Values = url.Values{"group": {group}}
	if step := shown(prove); step.Title != phrase.Get("receipt.proved-title") || strings.Contains(bare(step), rec) {
		t.Errorf("whoever has it cannot say so: %s", bare(step))
	}
	mallory := again
	mallory.From = bot.NewAccount("test:mallory")
	s.isLost("a stranger's press", mallory)
}
