package crypto

import (
	"crypto/sha256"
	"io"
	"maps"
	"regexp"
	"slices"
)

const (
	claimMagic = "ombra-claim/1"
	claimEntry = "claim"
)

// innerShape names the files of a sealed filing: the report, its attachments,
// and the copy for the receipt itself.
var innerShape = regexp.MustCompile(`^(body|own|att-[1-9][0-9]{0,2})\.age$`)

// A ClaimNote registers a receipt that was made on the filer's own device
// (ombra-claim/1). It is signed by the receipt's key, so nobody who sees a
// lookup hash pass by can register it first and swallow the real report, and
// it names every inner file, so nothing can be added or left out on the way.
type ClaimNote struct {
	Origin    string
	Lookup    string            // stored lookup hash, 64 hex
	Recipient string            // the receipt's recipient
	Verifier  string            // the receipt's verifier, named <origin>/filer
	Nonce     string            // 64 hex: nonce of the "opened" log leaf
	Tag       string            // 64 hex: HMAC under the submission key over InnerSum
	Kind      string            // report or redress
	Exclude   []string          // roster names, ascending
	Inner     map[string]string // body.age att-1.age … own.age: sha256
}

// Check says which field is malformed, if one is.
func (n ClaimNote) Check() error {
	_, body := n.Inner["body.age"]
	return checkAll(claimMagic,
		rule{"origin", CheckOrigin(n.Origin) == nil},
		rule{"lookup", isHex(n.Lookup, 64)},
		rule{"recipient", isRecipient(n.Recipient)},
		rule{"verifier", CheckVerifier(n.Verifier) == nil && VerifierName(n.Verifier) == n.Origin+"/"+filerName},
		rule{"nonce", isHex(n.Nonce, 64)},
		rule{"tag", isHex(n.Tag, 64)},
		rule{"kind", n.Kind == "report" || n.Kind == "redress"},
		rule{"exclude", ascending(n.Exclude, isName)},
		rule{"inner", body && areHashes(n.Inner, innerShape.MatchString)},
	)
}

func isRecipient(s string) bool {
	r, err := ParseRecipient(s)
	return err == nil && r.String() == s
}

// Text writes what is signed. A malformed claim has none.
func (n ClaimNote) Text() string {
	if n.Check() != nil {
		return ""
	}
	var w lineWriter
	w.magic(claimMagic)
	w.value("origin", n.Origin)
	w.value("lookup", n.Lookup)
	w.value("recipient", n.Recipient)
	w.value("verifier", n.Verifier)
	w.value("nonce", n.Nonce)
	w.value("tag", n.Tag)
	w.value("kind", n.Kind)
	for _, name := range n.Exclude {
		w.value("exclude", name)
	}
	w.pairs("inner", n.Inner)
	return w.String()
}

// ParseClaim reads the text of a claim. It verifies nothing: OpenSealed does.
func ParseClaim(text string) (ClaimNote, error) {
	r := &lineReader{rest: text}
	r.magic(claimMagic)
	n := ClaimNote{
		Origin:    r.value("origin"),
		Lookup:    r.value("lookup"),
		Recipient: r.value("recipient"),
		Verifier:  r.value("verifier"),
		Nonce:     r.value("nonce"),
		Tag:       r.value("tag"),
		Kind:      r.value("kind"),
		Exclude:   r.values("exclude"),
		Inner:     r.pairs("inner"),
	}
	if err := r.end(); err != nil {
		return ClaimNote{}, err
	}
	if err := n.Check(); err != nil {
		return ClaimNote{}, err
	}
	return n, nil
}

// Sign signs the claim with the receipt's key, which must be the one it names.
func (n ClaimNote) Sign(k SigningKey) ([]byte, error) {
	if err := n.Check(); err == nil && k.Verifier() != n.Verifier {
		return nil, refuse(WhyKeyMismatch)
	}
	return signed(k, n.Origin+"/"+filerName, n.Check(), n.Text())
}

// OpenClaim verifies a claim by the verifier that it names itself: this proves
// that the holder of the receipt made it, and nothing about who that is.
func OpenClaim(msg []byte) (ClaimNote, error) {
	text, err := NoteText(msg)
	if err != nil {
		return ClaimNote{}, err
	}
	n, err := ParseClaim(text)
	if err != nil {
		return ClaimNote{}, err
	}
	if _, err := OpenNote(msg, n.Verifier); err != nil {
		return ClaimNote{}, err
	}
	return n, nil
}

// InnerSum is what a submission tag is made over: sha256 of the lines
// "name sha256", names ascending.
func InnerSum(hashes map[string]string) [32]byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(hashes)) {
		_, _ = io.WriteString(h, name+" "+hashes[name]+"\n") // a hash never fails
	}
	return [32]byte(h.Sum(nil))
}

// PackSealed writes a sealed file: the claim and the inner files that it names,
// in one age file to the month's transport recipient.
func PackSealed(w io.Writer, transport Recipient, claim []byte, inner []Entry) error {
	n, err := OpenClaim(claim)
	if err != nil {
		return err
	}
	return packNote(w, transport, Bytes(claimEntry, claim), inner, n.Inner)
}

// OpenSealed verifies a sealed file: the claim by its own verifier, every inner
// file by its hash, and that there is nothing else. The inner files are then
// read with b.Get; that each is an age file of a form we take is CheckForeign's
// business. The tag can be checked only with the receipt.
func OpenSealed(b *Bundle) (ClaimNote, error) {
	msg, ok := b.Get(claimEntry)
	if !ok {
		return ClaimNote{}, refuse(WhyUnknownFile)
	}
	n, err := OpenClaim(msg)
	if err != nil {
		return ClaimNote{}, err
	}
	if err := matchBundle(b, claimEntry, n.Inner); err != nil {
		return ClaimNote{}, err
	}
	return n, nil
}
