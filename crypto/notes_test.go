package crypto_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombra/crypto"
)

var (
	hexA = strings.Repeat("a1", 32)
	hexB = strings.Repeat("b2", 32)
	once = strings.Repeat("0f", 16)
)

// A texter is any of the notes.
type texter interface {
	Check() error
	Text() string
	Sign(k crypto.SigningKey) ([]byte, error)
}

var _ texter = crypto.OfficeNote{}

func goodAct() crypto.ActNote {
	return crypto.ActNote{
		Origin: origin, Case: "7F3K-9QWD", Epoch: 1, Once: once, Day: "2026-11-23", By: "anna", Do: "close",
		Head: hexA, Receipts: hexB, Log: 24,
		Set:   map[string]string{"disposition": "substantiated", "reason": "Größe, so to say"},
		Carry: map[string]string{"answer.age": hexA, "lessons.age": hexB},
	}
}

func goodReply() crypto.ReplyNote {
	return crypto.ReplyNote{
		Origin: origin, Case: "7F3K-9QWD", Once: once, Day: "2026-11-23", By: "anna", What: "answer", Filer: hexA,
		Files: []crypto.FileRef{{Hash: hexB, Name: "Brief an Sie.pdf"}, {Hash: hexA, Name: "a.txt"}},
		Words: "Guten Tag,\n\nwir haben es gelesen.\n",
	}
}

func goodFiler() crypto.FilerNote {
	return crypto.FilerNote{
		Origin: origin, Lookup: hexA, Once: once, Day: "2026-11-23", Do: "accept", Set: map[string]string{"on": once, "remedy": "2"},
		Files: []crypto.FileRef{{Hash: hexB, Name: "photo.jpg"}}, Words: "One thing more.",
	}
}

func goodEnrol(tb testing.TB) crypto.EnrolNote {
	tb.Helper()
	return crypto.EnrolNote{
		Origin: origin, Name: "anna", Recipient: mustIdentity(tb).Recipient().String(),
		Verifier: mustSigner(tb, origin+"/anna").Verifier(), Day: "2026-11-23",
	}
}

func goodClaim(tb testing.TB) crypto.ClaimNote {
	tb.Helper()
	return crypto.ClaimNote{
		Origin: origin, Lookup: hexA, Recipient: mustIdentity(tb).Recipient().String(),
		Verifier: mustSigner(tb, origin+"/filer").Verifier(), Nonce: hexB, Tag: hexA, Kind: "report",
		Exclude: []string{"bela", "cecil"}, Inner: map[string]string{"body.age": hexA, "att-1.age": hexB, "own.age": hexB},
	}
}

// A text is one note's text and how it is read back.
type text struct {
	text  string
	parse func(string) (texter, error)
}

func readAs[T texter](parse func(string) (T, error)) func(string) (texter, error) {
	return func(s string) (texter, error) { return parse(s) }
}

// texts has a note of each kind, with everything that may be left out.
func texts(tb testing.TB) map[string]text {
	tb.Helper()
	return map[string]text{
		"act":   {goodAct().Text(), readAs(crypto.ParseAct)},
		"reply": {goodReply().Text(), readAs(crypto.ParseReply)},
		"filer": {goodFiler().Text(), readAs(crypto.ParseFiler)},
		"enrol": {goodEnrol(tb).Text(), readAs(crypto.ParseEnrol)},
		"claim": {goodClaim(tb).Text(), readAs(crypto.ParseClaim)},
	}
}

func TestNotesRoundTrip(t *testing.T) {
	note := goodReply()
	note.What, note.Filer, note.Files, note.Words = "note", "-", nil, ""
	bare := goodAct()
	bare.Set, bare.Carry, bare.Epoch, bare.Log = nil, nil, 0, 0
	claim := goodClaim(t)
	claim.Exclude, claim.Inner = nil, map[string]string{"body.age": hexA}
	filer := goodFiler()
	filer.Words, filer.Files, filer.Set = "\n\n a\n", nil, nil
	for name, c := range map[string]struct {
		in    texter
		parse func(string) (texter, error)
	}{
		"act":   {goodAct(), readAs(crypto.ParseAct)},
		"bare":  {bare, readAs(crypto.ParseAct)},
		"reply": {goodReply(), readAs(crypto.ParseReply)},
		"note":  {note, readAs(crypto.ParseReply)},
		"filer": {goodFiler(), readAs(crypto.ParseFiler)},
		"blank": {filer, readAs(crypto.ParseFiler)},
		"enrol": {goodEnrol(t), readAs(crypto.ParseEnrol)},
		"claim": {goodClaim(t), readAs(crypto.ParseClaim)},
		"short": {claim, readAs(crypto.ParseClaim)},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := c.parse(c.in.Text())
			if err != nil {
				t.Fatalf("%v in\n%s", err, c.in.Text())
			}
			if diff := cmp.Diff(c.in, out); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNotesHaveOneSpelling leaves out, repeats and swaps each line, and spoils
// it in small ways: what is still taken must be spelt as Text spells it.
func TestNotesHaveOneSpelling(t *testing.T) {
	optional := []string{"set ", "carry ", "file ", "exclude ", "inner "}
	for name, c := range texts(t) {
		lines := strings.SplitAfter(c.text, "\n")
		lines = lines[:len(lines)-1]
		head := slices.Index(lines, "\n")
		if head < 0 {
			head = len(lines)
		}
		for i := range head {
			must := !slices.ContainsFunc(optional, func(p string) bool { return strings.HasPrefix(lines[i], p) })
			join := func(repl ...string) string {
				return strings.Join(slices.Concat(lines[:i], repl, lines[i+1:]), "")
			}
			line := strings.TrimSuffix(lines[i], "\n")
			spoilt := map[string]string{
				"left out": join(), "twice": join(lines[i], lines[i]), "blank after": join(line + " \n"),
				"blank before": join(" " + line + "\n"), "two blanks": join(strings.Replace(line, " ", "  ", 1) + "\n"),
				"CRLF": join(line + "\r\n"), "capitals": join(strings.ToUpper(line) + "\n"),
				"a line more": join(line+"\n", "more x\n"), "an empty value": join(strings.SplitN(line, " ", 2)[0] + " \n"),
			}
			if i+1 < head {
				spoilt["swapped"] = strings.Join(slices.Concat(lines[:i], []string{lines[i+1], lines[i]}, lines[i+2:]), "")
			}
			for how, s := range spoilt {
				if s == c.text {
					continue // a magic has no blank to double
				}
				n, err := c.parse(s)
				if err == nil && (must || n.Text() != s) {
					t.Errorf("%s: line %d %s is taken", name, i, how)
				}
				if err != nil && crypto.Refused(err) != crypto.WhyFormat {
					t.Errorf("%s: line %d %s: err = %v", name, i, how, err)
				}
			}
		}
		for how, s := range map[string]string{"cut": c.text[:len(c.text)-1], "empty": "", "only a magic": lines[0]} {
			if n, err := c.parse(s); err == nil && n.Text() != s {
				t.Errorf("%s: %s is taken", name, how)
			}
		}
	}
}

// TestNotesAreNotMistaken: nothing that is read, or verified, as one note is
// read or verified as another.
func TestNotesAreNotMistaken(t *testing.T) {
	all := texts(t)
	for name, c := range all {
		for other, d := range all {
			if _, err := d.parse(c.text); (err == nil) != (name == other) {
				t.Errorf("%s read as %s: err = %v", name, other, err)
			}
			swapped := strings.SplitN(d.text, "\n", 2)[0] + "\n" + strings.SplitN(c.text, "\n", 2)[1]
			if _, err := d.parse(swapped); (err == nil) != (name == other) {
				t.Errorf("%s under the magic of %s: err = %v", name, other, err)
			}
		}
	}
	anna, filer := mustSigner(t, origin+"/anna"), mustSigner(t, origin+"/filer")
	openers := map[string]func([]byte, string) error{
		"reply":  func(m []byte, v string) error { _, err := crypto.OpenReply(m, v); return err },
		"filer":  func(m []byte, v string) error { _, err := crypto.OpenFiler(m, v); return err },
		"enrol":  func(m []byte, _ string) error { _, err := crypto.OpenEnrol(m); return err },
		"claim":  func(m []byte, _ string) error { _, err := crypto.OpenClaim(m); return err },
		"office": func(m []byte, v string) error { _, err := crypto.ParseOffice(m, v); return err },
		"act": func(m []byte, v string) error {
			_, err := crypto.OpenAct(mustNoteBundle(t, crypto.Bytes("act", m), crypto.Bytes("answer.age", nil)), v)
			return err
		},
	}
	for name := range maps.Keys(all) {
		for _, k := range []crypto.SigningKey{anna, filer} {
			msg := mustSignText(t, k, all[name].text)
			for opener, open := range openers {
				own := opener == name && (k.Name() == filer.Name()) == (name == "filer" || name == "claim")
				own = own && name != "act" // which lacks what it carries; TestActFile has the whole one
				if err := open(msg, k.Verifier()); (err == nil) != own {
					t.Errorf("%s signed by %s, opened as %s: err = %v", name, k.Name(), opener, err)
				}
			}
		}
	}
}

func mustNoteBundle(tb testing.TB, entries ...crypto.Entry) *crypto.Bundle {
	tb.Helper()
	var b strings.Builder
	if err := crypto.WriteBundle(&b, entries); err != nil {
		tb.Fatal(err)
	}
	bundle, err := crypto.ReadBundle([]byte(b.String()))
	if err != nil {
		tb.Fatal(err)
	}
	return bundle
}

// TestMalformedNotesHaveNoText: a value that carries a line of its own, or is
// not of its shape, can be neither written nor signed.
func TestMalformedNotesHaveNoText(t *testing.T) {
	act := func(f func(*crypto.ActNote)) texter { n := goodAct(); f(&n); return n }
	reply := func(f func(*crypto.ReplyNote)) texter { n := goodReply(); f(&n); return n }
	filer := func(f func(*crypto.FilerNote)) texter { n := goodFiler(); f(&n); return n }
	claim := func(f func(*crypto.ClaimNote)) texter { n := goodClaim(t); f(&n); return n }
	enrol := func(f func(*crypto.EnrolNote)) texter { n := goodEnrol(t); f(&n); return n }
	for name, n := range map[string]texter{
		"line in a value":      act(func(n *crypto.ActNote) { n.Set["reason"] = "x\ncarry z.age " + hexA }),
		"escape in a value":    act(func(n *crypto.ActNote) { n.Set["reason"] = "\x1b[2J" }),
		"turned value":         act(func(n *crypto.ActNote) { n.Set["reason"] = "a\u202eb" }),
		"long value":           act(func(n *crypto.ActNote) { n.Set["reason"] = strings.Repeat("a", 2201) }),
		"empty value":          act(func(n *crypto.ActNote) { n.Set["reason"] = "" }),
		"bad key":              act(func(n *crypto.ActNote) { n.Set["Reason"] = "x" }),
		"carries itself":       act(func(n *crypto.ActNote) { n.Carry["act"] = hexA }),
		"carries padding":      act(func(n *crypto.ActNote) { n.Carry["padding"] = hexA }),
		"carries a path":       act(func(n *crypto.ActNote) { n.Carry["../x"] = hexA }),
		"bad hash":             act(func(n *crypto.ActNote) { n.Carry["x.age"] = strings.ToUpper(hexA) }),
		"no origin":            act(func(n *crypto.ActNote) { n.Origin = "" }),
		"case in small":        act(func(n *crypto.ActNote) { n.Case = "7f3k-9qwd" }),
		"epoch below 0":        act(func(n *crypto.ActNote) { n.Epoch = -1 }),
		"log below 0":          act(func(n *crypto.ActNote) { n.Log = -1 }),
		"no such day":          act(func(n *crypto.ActNote) { n.Day = "2026-02-30" }),
		"by a filer":           act(func(n *crypto.ActNote) { n.By = "filer" }),
		"do nothing":           act(func(n *crypto.ActNote) { n.Do = "" }),
		"short head":           act(func(n *crypto.ActNote) { n.Head = hexA[2:] }),
		"short once":           act(func(n *crypto.ActNote) { n.Once = once[2:] }),
		"answer to nobody":     reply(func(n *crypto.ReplyNote) { n.Filer = "-" }),
		"note to a filer":      reply(func(n *crypto.ReplyNote) { n.What = "note" }),
		"unknown what":         reply(func(n *crypto.ReplyNote) { n.What = "report" }),
		"words with escape":    reply(func(n *crypto.ReplyNote) { n.Words = "\x1b" }),
		"words with a tab":     reply(func(n *crypto.ReplyNote) { n.Words = "a\tb" }),
		"words like signature": reply(func(n *crypto.ReplyNote) { n.Words = "x\n— Anna" }),
		"file with a path":     reply(func(n *crypto.ReplyNote) { n.Files[0].Name = "a/b" }),
		"file without a name":  reply(func(n *crypto.ReplyNote) { n.Files[0].Name = "" }),
		"file without a hash":  reply(func(n *crypto.ReplyNote) { n.Files[0].Hash = "" }),
		"filer's lookup":       filer(func(n *crypto.FilerNote) { n.Lookup = "x" }),
		"filer's do":           filer(func(n *crypto.FilerNote) { n.Do = "add more" }),
		"claim without body":   claim(func(n *crypto.ClaimNote) { delete(n.Inner, "body.age") }),
		"claim of other file":  claim(func(n *crypto.ClaimNote) { n.Inner["x.age"] = hexA }),
		"claim of kind":        claim(func(n *crypto.ClaimNote) { n.Kind = "test" }),
		"exclusions unsorted":  claim(func(n *crypto.ClaimNote) { n.Exclude = []string{"b", "a"} }),
		"exclusion twice":      claim(func(n *crypto.ClaimNote) { n.Exclude = []string{"a", "a"} }),
		"claim by anna":        claim(func(n *crypto.ClaimNote) { n.Verifier = mustSigner(t, origin+"/anna").Verifier() }),
		"claim elsewhere":      claim(func(n *crypto.ClaimNote) { n.Origin = "other.example.org" }),
		"claim's recipient":    claim(func(n *crypto.ClaimNote) { n.Recipient += " " }),
		"enrols another":       enrol(func(n *crypto.EnrolNote) { n.Name = "bela" }),
		"enrols a plugin":      enrol(func(n *crypto.EnrolNote) { n.Recipient = "age1yubikey1qqqq" }),
	} {
		t.Run(name, func(t *testing.T) {
			if n.Text() != "" {
				t.Error("has a text")
			}
			if err := n.Check(); crypto.Refused(err) != crypto.WhyFormat {
				t.Errorf("Check = %v", err)
			} else if strings.Contains(err.Error(), "\x1b") || strings.Contains(err.Error(), hexA[2:]) {
				t.Error("the error quotes the value")
			}
			if _, err := n.Sign(mustSigner(t, origin+"/anna")); err == nil {
				t.Error("was signed")
			}
		})
	}
}
