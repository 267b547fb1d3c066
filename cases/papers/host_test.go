package papers_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"filippo.io/age"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/custody"
	"ombra/crypto/receipt"
)

const (
	origin = "ombud.example.org"
	day    = "2026-11-23"
)

func must[T any](tb testing.TB) func(T, error) T {
	tb.Helper()
	return func(v T, err error) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// person is an ombudsman with both keys.
type person struct {
	id    crypto.Identity
	key   crypto.SigningKey
	enrol crypto.EnrolNote
	note  []byte
}

func mustPerson(tb testing.TB, name string) person {
	tb.Helper()
	p := person{id: must[crypto.Identity](tb)(crypto.NewIdentity())}
	p.key = must[crypto.SigningKey](tb)(crypto.NewSigningKey(origin + "/" + name))
	p.enrol = crypto.EnrolNote{
		Origin: origin, Name: name, Recipient: p.id.Recipient().String(), Verifier: p.key.Verifier(), Day: day,
	}
	p.note = must[[]byte](tb)(p.enrol.Sign(p.key))
	return p
}

func (p person) ids() []age.Identity { return []age.Identity{p.id.Age()} }

// host plays the server, honest unless a test tells it otherwise.
type host struct {
	t          testing.TB
	anna, bela person
	logKey     crypto.SigningKey
	transport  crypto.Identity
	receipt    receipt.Receipt
	key        crypto.CaseKey
	m          papers.Manifest
	entries    []crypto.Entry
	tree       custody.Memory
	pass       crypto.Passcode
}

func newHost(tb testing.TB) *host {
	tb.Helper()
	h := &host{t: tb, anna: mustPerson(tb, "anna"), bela: mustPerson(tb, "bela"), pass: crypto.NewPasscode()}
	h.logKey = must[crypto.SigningKey](tb)(crypto.NewSigningKey(origin))
	h.transport = must[crypto.Identity](tb)(crypto.NewIdentity())
	h.receipt = receipt.New(origin)
	h.key = must[crypto.CaseKey](tb)(crypto.NewCaseKey("7F3K-9QWD"))
	pub := h.receipt.Public([32]byte{})
	h.m = papers.Manifest{
		V: papers.Version, Origin: origin, Case: "7F3K-9QWD", Kind: "report", Source: "typed", Day: day,
		Stage: "received", Opened: day, AckDue: "2026-11-30", FeedbackDue: "2027-02-28", Me: "anna",
		Transport: h.transport.Recipient().String(),
		Keys:      []papers.ManifestKey{{Recipient: h.key.Recipient().String(), By: "bot"}},
		Receipts:  []papers.ManifestReceipt{{Recipient: pub.Recipient, Verifier: pub.Verifier}},
		Log:       papers.ManifestLog{Verifier: h.logKey.Verifier()},
	}
	h.put(papers.WrapName(0), must[[]byte](tb)(h.key.Wrap(h.anna.id.Recipient())))
	h.put(papers.RosterName("anna"), h.anna.note)
	h.put(papers.RosterName("bela"), h.bela.note)
	return h
}

// put adds an entry, or takes the place of one.
func (h *host) put(name string, b []byte) {
	for i, e := range h.entries {
		if e.Name == name {
			h.entries[i] = crypto.Bytes(name, b)
			return
		}
	}
	h.entries = append(h.entries, crypto.Bytes(name, b))
}

func (h *host) drop(name string) {
	for i, e := range h.entries {
		if e.Name == name {
			h.entries = append(h.entries[:i:i], h.entries[i+1:]...)
			return
		}
	}
	h.t.Fatal("nothing to drop")
}

// once makes a once of a word.
func once(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// head is a well-formed header from the filer.
func (h *host) head(what, act string) crypto.Header {
	return crypto.Header{
		Case: h.m.Case, Once: once(act), From: "filer", What: what, Type: "text/plain; charset=utf-8",
		Day: day, Filer: h.filer(),
	}
}

func (h *host) filer() string { return h.receipt.Public([32]byte{}).FilerHash() }

func (h *host) first() crypto.Header {
	head := h.head("report", "filing")
	head.Excluded = []string{"cora"}
	head.Holders = []crypto.Holder{
		{Name: "anna", Recipient: h.anna.id.Recipient().Hash()},
		{Name: "bela", Recipient: h.bela.id.Recipient().Hash(), Dormant: true},
	}
	return head
}

// seal adds a paper.
func (h *host) seal(head crypto.Header, body string) {
	h.t.Helper()
	h.add(head.What, must[[]byte](h.t)(crypto.SealBytes(h.key.Recipient(), head, []byte(body))))
}

func (h *host) add(kind string, blob []byte) {
	n := int64(len(h.m.Papers) + 1)
	sum := sha256.Sum256(blob)
	leaf := sha256.Sum256([]byte{byte(n)})
	h.m.Papers = append(h.m.Papers, papers.ManifestPaper{
		N: n, File: papers.PaperName(n), Epoch: h.key.Epoch(), Kind: kind,
		Leaf: hex.EncodeToString(leaf[:]), Sum: hex.EncodeToString(sum[:]), Size: int64(len(blob)),
	})
	h.m.Head = hex.EncodeToString(leaf[:])
	h.put(papers.PaperName(n), blob)
}

const story = "What happened?\nThe tool was used on the press."

func (h *host) report() *host {
	h.t.Helper()
	h.seal(h.first(), papers.AppendForm(story, papers.Block{
		Form: "cyber/1", Lang: "en", Kind: "report",
		Answers: map[string][]string{"category": {"misuse"}, "concerned": {"the head of unit"}},
	}))
	return h
}

// more adds a filer's signed note.
func (h *host) more(act, words string, files ...crypto.FileRef) {
	h.t.Helper()
	lookup := h.receipt.Lookup().Hash()
	n := crypto.FilerNote{
		Origin: origin, Lookup: hex.EncodeToString(lookup[:]), Once: once(act), Day: day, Do: "add",
		Files: files, Words: words,
	}
	h.seal(h.head("more", act), string(must[[]byte](h.t)(n.Sign(h.receipt.Signer()))))
}

func (h *host) reply(by person, n crypto.ReplyNote) []byte {
	h.t.Helper()
	n.Origin, n.Case, n.Day, n.By = origin, h.m.Case, day, by.enrol.Name
	return must[[]byte](h.t)(n.Sign(by.key))
}

func (h *host) from(what, act string) crypto.Header {
	head := h.head(what, act)
	head.From, head.Filer = "ombudsman", ""
	return head
}

// checkpoint lets the log grow to a size and signs it; with a proof from the
// checkpoint of the size before, unless that is 0.
func (h *host) checkpoint(size, before int64) []byte {
	h.t.Helper()
	for h.tree.Size() < size {
		h.tree.Append(custody.Leaf(day, [32]byte{}, []byte{byte(h.tree.Size())}))
	}
	root, err := custody.Root(size, &h.tree)
	if err != nil {
		h.t.Fatal(err)
	}
	note := must[[]byte](h.t)(custody.SignCheckpoint(h.logKey, custody.Checkpoint{Origin: origin, Size: size, Root: root}))
	h.put(papers.CheckpointName(size), note)
	if before > 0 {
		proof := must[custody.Proof](h.t)(custody.ProveTree(size, before, &h.tree))
		h.put(papers.ProofName(size), []byte(proof.Text()))
	}
	h.m.Log.Size = size
	return note
}

// file packs the papers as an honest host does.
func (h *host) file() []byte {
	h.t.Helper()
	var b bytes.Buffer
	if err := papers.Pack(&b, h.pass, h.m, h.entries); err != nil {
		h.t.Fatal(err)
	}
	return b.Bytes()
}

// forge packs anything at all as papers.
func (h *host) forge(list any, entries ...crypto.Entry) []byte {
	h.t.Helper()
	line, ok := list.([]byte)
	if !ok {
		line = append(must[[]byte](h.t)(json.Marshal(list)), '\n')
	}
	all := append([]crypto.Entry{crypto.Bytes("manifest.json", line), crypto.Bytes("log.vkey", []byte(h.m.Log.Verifier+"\n"))}, entries...)
	var b bytes.Buffer
	if err := crypto.SealPasscode(&b, h.pass, all); err != nil {
		h.t.Fatal(err)
	}
	return b.Bytes()
}

func (h *host) pins() papers.Pins {
	return papers.Pins{
		Origin: origin, LogVerifier: h.logKey.Verifier(),
		Enrolments: map[string]crypto.EnrolNote{"anna": h.anna.enrol, "bela": h.bela.enrol},
	}
}

// read opens the papers on anna's machine.
func (h *host) read(pins papers.Pins) *papers.Thread {
	h.t.Helper()
	p := must[*papers.Papers](h.t)(papers.Open(h.file(), h.pass.Reveal()))
	return must[*papers.Thread](h.t)(p.Read(h.anna.ids(), pins))
}
