package crypto

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
)

// MaxNote is the longest signed note that is read. The longest one we write, a
// re-key of a large roster or an office file, stays far below it.
const MaxNote = 1 << 20

// sigMark begins a signature line. No line of a text may begin with it, or a
// person who reads the note by eye could take words for a signature.
const sigMark = "— "

// filerName is the second part of the name of every key that a receipt gives.
const filerName = "filer"

var (
	originShape = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)
	nameShape   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
)

// errName is answered for every name that cannot be a key's name. It does not
// repeat the name: errors reach logs, and a log must not say who signs.
var errName = errors.New("a key is named after its office, or office/holder, in a-z 0-9 . -")

// CheckOrigin says whether s can be an office's fixed id. Origins are part of
// key names, salts and checksums, and have no slash, so that no origin can be
// mistaken for the first line of a note ("ombra-act/1").
func CheckOrigin(s string) error {
	if !originShape.MatchString(s) {
		return errors.New("an office's origin is 1 to 63 of a-z 0-9 . -")
	}
	return nil
}

// CheckName says whether s can be a roster name, as it stands in notes and in
// key names (<origin>/<name>). Nobody is called filer: receipts' keys are.
func CheckName(s string) error {
	if !nameShape.MatchString(s) || s == filerName {
		return errors.New("a roster name is 1 to 32 of a-z 0-9 -, begins with a letter, and is not filer")
	}
	return nil
}

// A SigningKey is an Ed25519 key that signs notes under a name. Like an
// Identity it lives in a closure and prints as [secret] under every verb, also
// as an unexported field of something printed. The zero value signs nothing.
type SigningKey struct {
	unprintable
	open func() signing
}

// signing is what the closure of a SigningKey returns. It never leaves this file.
type signing struct{ name, secret, verifier string }

// NewSigningKey makes a key named <origin> (an office's log) or <origin>/<name>
// (an ombudsman).
func NewSigningKey(name string) (SigningKey, error) {
	if err := checkKeyName(name); err != nil {
		return SigningKey{}, err
	}
	secret, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return SigningKey{}, errors.New("no signing key could be made")
	}
	return ParseSigningKey(secret)
}

// SigningKeyFromSeed makes the key of 32 secret bytes; receipts derive theirs so.
func SigningKeyFromSeed(name string, seed []byte) (SigningKey, error) {
	if err := checkKeyName(name); err != nil {
		return SigningKey{}, err
	}
	if len(seed) != ed25519.SeedSize {
		return SigningKey{}, errors.New("a signing key is made from 32 bytes")
	}
	pub, _ := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(name, pub)
	if err != nil {
		return SigningKey{}, errors.New("a signing key is made from 32 bytes")
	}
	hash := strings.Split(verifier, "+")[1]
	key := base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
	return holdSigning(signing{name, "PRIVATE+KEY+" + name + "+" + hash + "+" + key, verifier}), nil
}

// ParseSigningKey reads the one-line form that Reveal writes. Its errors never
// quote the line.
func ParseSigningKey(s string) (SigningKey, error) {
	bad := errors.New("this is not a signing key: it should begin with PRIVATE+KEY+")
	s = strings.TrimSpace(s)
	if _, err := note.NewSigner(s); err != nil {
		return SigningKey{}, bad
	}
	parts := strings.Split(s, "+")
	if len(parts) < 5 {
		return SigningKey{}, bad
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(parts[4:], "+"))
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return SigningKey{}, bad
	}
	return SigningKeyFromSeed(parts[2], raw[1:])
}

func holdSigning(s signing) SigningKey { return SigningKey{open: func() signing { return s }} }

// Name is the key's name, "" for the zero value.
func (k SigningKey) Name() string {
	if k.open == nil {
		return ""
	}
	return k.open().name
}

// Verifier is the public half: name+hash+key, "" for the zero value.
func (k SigningKey) Verifier() string {
	if k.open == nil {
		return ""
	}
	return k.open().verifier
}

// Reveal is the only way out for the secret. Callers write it into an age file
// sealed with a passphrase, and nowhere else.
func (k SigningKey) Reveal() string {
	if k.open == nil {
		return ""
	}
	return k.open().secret
}

// Sign signs a text. It changes nothing in it and refuses what would not open
// again: note.Sign accepts tabs and other controls that note.Open then calls
// malformed, so what was signed is always opened before it is handed out.
func (k SigningKey) Sign(text string) ([]byte, error) {
	if k.open == nil {
		return nil, errors.New("there is no key to sign with")
	}
	if err := checkNoteText(text); err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(k.open().secret)
	if err != nil {
		return nil, errors.New("there is no key to sign with")
	}
	msg, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return nil, errors.New("this text cannot be signed")
	}
	if again, err := OpenNote(msg, k.Verifier()); err != nil || again != text {
		return nil, errors.New("this text cannot be signed: it would not open again")
	}
	return msg, nil
}

// Signable makes words fit to stand in a signed note: cleaned, and with the
// blank after a dash that begins a line made a no-break space. It looks the
// same ("— Anna"), and cannot be taken for a signature.
func Signable(s string) string {
	s = Clean(s)
	if strings.HasPrefix(s, sigMark) {
		s = "—\u00a0" + strings.TrimPrefix(s, sigMark)
	}
	return strings.ReplaceAll(s, "\n"+sigMark, "\n—\u00a0")
}

// OpenNote returns the text of a note that carries exactly one signature, by
// the key of this verifier. A note has one spelling only: a signature line
// written in another way (base64 allows several) is refused, since notes are
// hashed and a second spelling would be a second act.
func OpenNote(msg []byte, verifier string) (string, error) {
	v, err := parseVerifier(verifier)
	if err != nil {
		return "", err
	}
	text, err := NoteText(msg)
	if err != nil {
		return "", err
	}
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil || len(n.Sigs) != 1 || n.Text != text {
		return "", refuse(WhySignature)
	}
	return text, nil
}

// NoteText returns the text of a note WITHOUT verifying its signature. It is
// for one thing: to read which key is claimed, before that key is looked up.
func NoteText(msg []byte) (string, error) {
	if len(msg) > MaxNote {
		return "", refuse(WhyTooLarge)
	}
	_, err := note.Open(msg, nil)
	var unverified *note.UnverifiedNoteError
	if !errors.As(err, &unverified) || len(unverified.Note.UnverifiedSigs) != 1 {
		return "", refuse(WhyFormat)
	}
	n := unverified.Note
	sig := n.UnverifiedSigs[0]
	raw, err := base64.StdEncoding.Strict().DecodeString(sig.Base64)
	if err != nil || len(raw) != 4+ed25519.SignatureSize || binary.BigEndian.Uint32(raw) != sig.Hash {
		return "", refuse(WhyFormat)
	}
	line := sigMark + sig.Name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
	if string(msg) != n.Text+"\n"+line || checkNoteText(n.Text) != nil {
		return "", refuse(WhyFormat)
	}
	return n.Text, nil
}

// CheckVerifier says whether s is a verifier in its one spelling, named after
// an office or an office's holder.
func CheckVerifier(s string) error {
	_, err := parseVerifier(s)
	return err
}

// VerifierName is the name part of a verifier that was checked.
func VerifierName(verifier string) string {
	name, _, _ := strings.Cut(verifier, "+")
	return name
}

func parseVerifier(s string) (note.Verifier, error) {
	v, err := note.NewVerifier(s)
	if err != nil || checkKeyName(v.Name()) != nil {
		return nil, refuse(WhyFormat)
	}
	// The verifier is hashed (FilerHash) and compared: one key, one spelling.
	parts := strings.SplitN(s, "+", 3)
	raw, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize ||
		s != fmt.Sprintf("%s+%08x+%s", v.Name(), v.KeyHash(), base64.StdEncoding.EncodeToString(raw)) {
		return nil, refuse(WhyFormat)
	}
	return v, nil
}

func checkKeyName(s string) error {
	origin, name, holder := strings.Cut(s, "/")
	if CheckOrigin(origin) != nil || holder && name != filerName && CheckName(name) != nil {
		return errName
	}
	return nil
}

// checkNoteText keeps out what note.Open would refuse and what a reader could
// take for the note's end.
func checkNoteText(text string) error {
	if !strings.HasSuffix(text, "\n") || !utf8.ValidString(text) {
		return errors.New("a note is text that ends with a newline")
	}
	for _, r := range text {
		if r < 0x20 && r != '\n' {
			return errors.New("a note holds no control characters")
		}
	}
	if strings.HasPrefix(text, sigMark) || strings.Contains(text, "\n"+sigMark) {
		return errors.New("a line of a note begins like a signature")
	}
	return nil
}
