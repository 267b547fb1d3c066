package crypto

import (
	"io"
	"strconv"
)

const (
	actMagic = "ombra-act/1"
	actEntry = "act"
)

// An ActNote is what an ombudsman signs to bind: answer, ask, note, close, grant
// and every other act on a case (ombra-act/1). It names the case, its epoch
// and the state of the papers it was signed on, so that an act made on papers
// that are no longer current is found out, and one act cannot be replayed as
// another: Once is unique in the custody log.
type ActNote struct {
	Origin   string            // the office
	Case     string            // 7F3K-9QWD
	Epoch    int               // of the case key the carried files are sealed to
	Once     string            // 32 hex
	Day      string            // 2026-11-23
	By       string            // roster name of the signer
	Do       string            // answer, ask, note, close …
	Head     string            // 64 hex: leaf hash of the last message in the papers
	Receipts string            // 64 hex: hash of the live receipts in the papers
	Log      int64             // size of the last checkpoint this desk has seen, 0: none
	Set      map[string]string // what the act settles: disposition substantiated
	Carry    map[string]string // entries beside the note in the act file: name to sha256
}

// Check says which field is malformed, if one is.
func (n ActNote) Check() error {
	return checkAll(actMagic,
		rule{"origin", CheckOrigin(n.Origin) == nil},
		rule{"case", isCaseID(n.Case)},
		rule{"epoch", n.Epoch >= 0 && n.Epoch <= 1e6},
		rule{"once", isHex(n.Once, 32)},
		rule{"day", isDay(n.Day)},
		rule{"by", isName(n.By)},
		rule{"do", wordShape.MatchString(n.Do)},
		rule{"head", isHex(n.Head, 64)},
		rule{"receipts", isHex(n.Receipts, 64)},
		rule{"log", n.Log >= 0},
		rule{"set", areSet(n.Set)},
		rule{"carry", areHashes(n.Carry, isCarried) && len(n.Carry) <= 4096},
	)
}

// isCarried leaves out the two names that an act file has for itself.
func isCarried(name string) bool {
	return fileShape.MatchString(name) && name != actEntry && name != "padding"
}

// Text writes the note's text. A malformed note has none: "" is refused by
// SigningKey.Sign, so a value with a line break in it can never become a line.
func (n ActNote) Text() string {
	if n.Check() != nil {
		return ""
	}
	var w lineWriter
	w.magic(actMagic)
	w.value("origin", n.Origin)
	w.value("case", n.Case)
	w.value("epoch", strconv.Itoa(n.Epoch))
	w.value("once", n.Once)
	w.value("day", n.Day)
	w.value("by", n.By)
	w.value("do", n.Do)
	w.value("head", n.Head)
	w.value("receipts", n.Receipts)
	w.number("log", n.Log)
	w.pairs("set", n.Set)
	w.pairs("carry", n.Carry)
	return w.String()
}

// ParseAct reads the text of an act. It verifies nothing: OpenAct does.
func ParseAct(text string) (ActNote, error) {
	r := &lineReader{rest: text}
	r.magic(actMagic)
	n := ActNote{
		Origin:   r.value("origin"),
		Case:     r.value("case"),
		Epoch:    int(r.number("epoch")),
		Once:     r.value("once"),
		Day:      r.value("day"),
		By:       r.value("by"),
		Do:       r.value("do"),
		Head:     r.value("head"),
		Receipts: r.value("receipts"),
		Log:      r.number("log"),
		Set:      r.pairs("set"),
		Carry:    r.pairs("carry"),
	}
	if err := r.end(); err != nil {
		return ActNote{}, err
	}
	if err := n.Check(); err != nil {
		return ActNote{}, err
	}
	return n, nil
}

// Sign signs the act with the key named <origin>/<by>.
func (n ActNote) Sign(k SigningKey) ([]byte, error) {
	return signed(k, n.Origin+"/"+n.By, n.Check(), n.Text())
}

// PackAct writes an act file: the signed note and what it carries, in one age
// file to the month's transport recipient, so that the copy a platform keeps
// dies with the transport identity. It fails here, on the signer's machine,
// if the entries are not exactly those the note names; what was written by then
// is to be thrown away.
func PackAct(w io.Writer, transport Recipient, msg []byte, carried []Entry) error {
	text, err := NoteText(msg)
	if err != nil {
		return err
	}
	n, err := ParseAct(text)
	if err != nil {
		return err
	}
	return packNote(w, transport, Bytes(actEntry, msg), carried, n.Carry)
}

// OpenAct verifies an act file: the note by the verifier, which must be named
// as the act claims, and each carried entry by its hash. An entry that is not
// named, or one that is named and missing, refuses the whole.
func OpenAct(b *Bundle, verifier string) (ActNote, error) {
	msg, ok := b.Get(actEntry)
	if !ok {
		return ActNote{}, refuse(WhyUnknownFile)
	}
	text, err := OpenNote(msg, verifier)
	if err != nil {
		return ActNote{}, err
	}
	n, err := ParseAct(text)
	if err != nil {
		return ActNote{}, err
	}
	if VerifierName(verifier) != n.Origin+"/"+n.By {
		return ActNote{}, refuse(WhySignature)
	}
	if err := matchBundle(b, actEntry, n.Carry); err != nil {
		return ActNote{}, err
	}
	return n, nil
}

// ActClaims reads the act WITHOUT verifying it, to learn whose key to look up.
// Nothing else may be believed of what it returns.
func ActClaims(b *Bundle) (ActNote, error) {
	msg, ok := b.Get(actEntry)
	if !ok {
		return ActNote{}, refuse(WhyUnknownFile)
	}
	text, err := NoteText(msg)
	if err != nil {
		return ActNote{}, err
	}
	return ParseAct(text)
}
