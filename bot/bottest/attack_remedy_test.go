package bottest_test

import (
	"encoding/hex"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
)

var accepting = phrase.Get("remedy.button-accept", "number", "1")

// remedySet is what each act on the first remedy settles.
func (s *scene) remedySet(do string) map[string]string {
	due := string(s.o.Cases.Today().Add(20))
	switch do {
	case "recommend":
		return map[string]string{"form": "compensation", "due": due}
	case "offer":
		return map[string]string{"remedy": "1", "due": due}
	}
	return map[string]string{"remedy": "1"}
}

func (s *scene) remedyDraft(do string) papers.Draft {
	d := papers.Draft{Do: do, Text: "Words of " + do, Set: s.remedySet(do)}
	if do == "delivered" {
		d.Files = []papers.Attachment{{Name: "transfer.txt", Data: []byte("paid")}}
	}
	return d
}

// road has somebody sign one act after the other; others are the filer's.
func (s *scene) road(who, rec string, acts ...string) {
	s.t.Helper()
	for _, do := range acts {
		screen := bottest.Screen{}
		if slices.Contains([]string{"accept", "contest", "confirm", "missing"}, do) {
			screen = s.answers(rec, do)
		} else {
			screen = s.seat(who).say("", s.actFile(who, s.thread(who), s.remedyDraft(do)))
		}
		if !stored(screen) && !screen.Has("Your answer is stored") {
			s.t.Fatalf("%s: %s", do, screen.Text)
		}
	}
}

// answers is what a filer says to the first remedy.
func (s *scene) answers(rec, do string) bottest.Screen {
	s.t.Helper()
	s.look("staff", rec)
	button := accepting
	if do == "confirm" || do == "missing" {
		button = phrase.Get("remedy.button-confirm", "number", "1")
	}
	s.seat("staff").press(button)
	return s.seat("staff").fill(url.Values{"receipt": {rec}, "answer": {do}, "words": {"My words."}})
}

// remedy is how the papers of the newest case show the first remedy.
func (s *scene) remedy(who string) string {
	s.t.Helper()
	if th := s.thread(who); len(th.Remedies) > 0 {
		return th.Remedies[0].State
	}
	return ""
}

// drawn opens an office in which anna and bela hold a case, with a remedy that
// came so far.
func drawn(t *testing.T, acts ...string) (*scene, string) {
	t.Helper()
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: typed})
	rec := s.file("staff", told())
	s.road("anna", rec, acts...)
	return s, rec
}

// TestAttackOmbudsmanConfirms: an ombudsman wants the case off the table, and
// signs that the filer has accepted, or that it came. Her desk refuses; so does
// the office, when the act is made by hand; and pressing does nothing.
func TestAttackOmbudsmanConfirms(t *testing.T) {
	s, _ := drawn(t, "recommend", "agreed", "offer")
	th := s.thread("anna")
	size := s.size()
	for _, do := range []string{"accept", "confirm", "contest", "missing"} {
		if _, err := s.o.Machines["anna"].Sign(th, papers.Draft{Do: do, Text: "x", Set: s.remedySet(do)}, string(s.o.Cases.Today())); err == nil {
			t.Errorf("her desk signs %s", do)
		}
		if screen := s.seat("anna").say("", s.byHand("anna", th, do)); stored(screen) {
			t.Errorf("%s is taken: %s", do, screen.Text)
		}
		desk, err := s.o.Cases.Desk("anna")
		if err != nil {
			t.Fatal(err)
		}
		if err := desk.Do(t.Context(), cases.ID(th.Case), cases.Act{Do: cases.Verb(do), Once: cases.NewOnce(), Set: map[string]string{"remedy": "1", "on": th.Remedies[0].On}}); err == nil {
			t.Errorf("%s is taken by a press", do)
		}
	}
	s.grew(size, 0, "an ombudsman for the filer")
	if got := s.remedy("bela"); got != papers.Offered {
		t.Errorf("the remedy is %s", got)
	}
}

// byHand makes an act that no desk makes.
func (s *scene) byHand(who string, th *papers.Thread, do string) bot.File {
	s.t.Helper()
	note := crypto.ActNote{
		Origin: th.Origin, Case: th.Case, Once: hex.EncodeToString(onceBytes()), Day: string(s.o.Cases.Today()), By: who, Do: do,
		Head: th.Head, Receipts: papers.ReceiptsHash(th.Receipts), Set: map[string]string{"remedy": "1", "on": th.Remedies[0].On},
	}
	msg, err := note.Sign(s.o.Machines[who].Key)
	if err != nil {
		s.t.Fatal(err)
	}
	to, err := crypto.ParseRecipient(th.Transport)
	if err != nil {
		s.t.Fatal(err)
	}
	var b strings.Builder
	if err := crypto.PackAct(&b, to, msg, nil); err != nil {
		s.t.Fatal(err)
	}
	return bottest.FileOf("act.age", []byte(b.String()))
}

func onceBytes() []byte {
	once := cases.NewOnce()
	return once[:]
}

// TestAttackAnotherReceiptAccepts: somebody with a receipt of a case of their own
// gets hold of the button, or sits at the account, and accepts a poor offer for
// somebody else. The form wants the receipt of that case.
func TestAttackAnotherReceiptAccepts(t *testing.T) {
	s, rec := drawn(t, "recommend", "agreed", "offer")
	other := s.file("mallory", told())
	s.road("anna", other, "recommend", "agreed", "offer") // the newest case now
	s.look("staff", rec)
	s.seat("staff").press(accepting)
	size := s.size()
	for _, typed := range []string{other, "0000", "", wrong(rec)} {
		screen := s.seat("staff").fill(url.Values{"receipt": {typed}, "answer": {"accept"}})
		if screen.Has("Your answer is stored") || screen.Values.Get("receipt") != "" {
			t.Errorf("%q: %s", typed, screen.Text)
		}
	}
	s.grew(size, 0, "another's receipt")
	if got := s.remedy("anna"); got != papers.Offered {
		t.Errorf("the other's remedy is %s", got)
	}
	// The right one still works.
	if screen := s.seat("staff").fill(url.Values{"receipt": {rec}, "answer": {"accept"}}); !screen.Has("Your answer is stored") {
		t.Errorf("%s", screen.Text)
	}
}

// TestAttackAcceptanceReplayed: a form in which an offer was accepted, or could
// have been, is sent again when another, poorer offer stands there.
func TestAttackAcceptanceReplayed(t *testing.T) {
	s, rec := drawn(t, "recommend", "agreed", "offer")
	s.look("staff", rec)
	s.seat("staff").press(accepting)
	open := s.seat("staff").Step() // the form of the first offer
	s.seat("staff").fill(url.Values{"receipt": {rec}, "answer": {"contest"}, "words": {"Too little."}})
	sent := s.seat("staff").last()
	size := s.size()
	if again := s.again(sent); !strings.Contains(bare(again), "Your answer is stored") {
		t.Errorf("a double click is not the first one's result: %s", bare(again))
	}
	s.grew(size, 0, "a double click")
	s.road("anna", rec, "offer")
	size = s.size()
	ev := bot.Event{
		From: sent.From, Via: sent.Via, Token: open.Token, Form: true,
		Values: url.Values{"receipt": {rec}, "answer": {"accept"}},
	}
	if step := s.again(ev); !strings.Contains(bare(step), phrase.Get("error.remedy-moved")) {
		t.Errorf("the first offer's form accepts the second: %s", bare(step))
	}
	s.again(sent) // the contest again: it is the same act, and moves nothing
	s.grew(size, 0, "a replay")
	if got := s.remedy("anna"); got != papers.Offered {
		t.Errorf("the remedy is %s", got)
	}
}

// TestAttackOneSignsDeliveryAndEnd: one ombudsman alone wants to end what a
// filer accepted: she says that it was delivered, waits, and ends it. Her desk
// refuses; with a desk that was changed, the office does. Another may.
func TestAttackOneSignsDeliveryAndEnd(t *testing.T) {
	s, rec := drawn(t, "recommend", "agreed", "offer", "accept", "delivered")
	s.o.Pass(31 * 24 * time.Hour)
	th := s.thread("anna")
	draft := s.remedyDraft("unconfirmed")
	if _, err := s.o.Machines["anna"].Sign(th, draft, string(s.o.Cases.Today())); err == nil {
		t.Error("her desk signs")
	}
	th.Remedies[0].Signer = "bela"
	size := s.size()
	if screen := s.seat("anna").say("", s.actFile("anna", th, draft)); !screen.Has(phrase.Get("error.remedy-second")) {
		t.Errorf("%s", screen.Text)
	}
	s.grew(size, 0, "one alone")
	s.road("bela", rec, "unconfirmed")
	if got := s.remedy("anna"); got != papers.Unconfirmed {
		t.Errorf("the remedy is %s", got)
	}
	if screen := s.look("staff", rec); !screen.Has(phrase.Get("remedy.unconfirmed")) || !screen.Has("Words of unconfirmed") {
		t.Errorf("the filer does not read how it ended: %s", screen.Text)
	}
}

// TestAttackChatOffers: somebody has taken over an ombudsman's chat account. The
// card offers no button for a remedy; what is pressed or typed by hand, or
// signed by another key, is not taken; and the filer reads no such offer.
func TestAttackChatOffers(t *testing.T) {
	s, rec := drawn(t, "recommend", "agreed")
	before := s.look("staff", rec)
	for _, b := range s.card("anna").Sees().Buttons {
		if slices.Contains([]string{phrase.Get("act.offer"), phrase.Get("act.recommend"), phrase.Get("act.delivered")}, b) {
			t.Errorf("the card has the button %q", b)
		}
	}
	th := s.thread("anna")
	desk, err := s.o.Cases.Desk("anna")
	if err != nil {
		t.Fatal(err)
	}
	size := s.size()
	set := s.remedySet("offer")
	set["on"] = th.Remedies[0].On
	pressed := desk.Do(t.Context(), cases.ID(th.Case), cases.Act{Do: cases.Offer, Once: cases.NewOnce(), Set: set})
	written := desk.Type(t.Context(), cases.ID(th.Case), cases.Offer, cases.NewOnce(), "We offer you nothing.")
	if pressed == nil || written == nil {
		t.Errorf("pressed: %v, typed: %v", pressed, written)
	}
	thief, err := bottest.NewMachine(bottest.Origin, "anna")
	if err != nil {
		t.Fatal(err)
	}
	file, err := thief.Sign(th, s.remedyDraft("offer"), string(s.o.Cases.Today()))
	if err != nil {
		t.Fatal(err)
	}
	if screen := s.seat("anna").say("", file); stored(screen) {
		t.Errorf("another key's offer is taken: %s", screen.Text)
	}
	s.grew(size, 0, "a taken account")
	if after := s.look("staff", rec); after.Text != before.Text || !reflect.DeepEqual(after.Buttons, before.Buttons) {
		t.Errorf("the filer sees something: %s", after.Text)
	}
}
