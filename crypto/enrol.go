package crypto

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"

	"filippo.io/age"
)

const enrolMagic = "ombra-enrol/1"

// An EnrolNote binds an ombudsman's roster name, age recipient and signing key
// in one office (ombra-enrol/1). It is signed by that very key.
type EnrolNote struct {
	Origin    string
	Name      string
	Recipient string
	Verifier  string // named <origin>/<name>
	Day       string
}

// Check says which field is malformed, if one is.
func (n EnrolNote) Check() error {
	return checkAll(enrolMagic,
		rule{"origin", CheckOrigin(n.Origin) == nil},
		rule{"name", isName(n.Name)},
		rule{"recipient", isRecipient(n.Recipient)},
		rule{"verifier", CheckVerifier(n.Verifier) == nil && VerifierName(n.Verifier) == n.Origin+"/"+n.Name},
		rule{"day", isDay(n.Day)},
	)
}

// Text writes what is signed. A malformed enrolment has none.
func (n EnrolNote) Text() string {
	if n.Check() != nil {
		return ""
	}
	var w lineWriter
	w.magic(enrolMagic)
	w.value("origin", n.Origin)
	w.value("name", n.Name)
	w.value("recipient", n.Recipient)
	w.value("verifier", n.Verifier)
	w.value("day", n.Day)
	return w.String()
}

// ParseEnrol reads the text of an enrolment. It verifies nothing: OpenEnrol does.
func ParseEnrol(text string) (EnrolNote, error) {
	r := &lineReader{rest: text}
	r.magic(enrolMagic)
	n := EnrolNote{
		Origin:    r.value("origin"),
		Name:      r.value("name"),
		Recipient: r.value("recipient"),
		Verifier:  r.value("verifier"),
		Day:       r.value("day"),
	}
	if err := r.end(); err != nil {
		return EnrolNote{}, err
	}
	if err := n.Check(); err != nil {
		return EnrolNote{}, err
	}
	return n, nil
}

// Sign signs the enrolment with the key that it names.
func (n EnrolNote) Sign(k SigningKey) ([]byte, error) {
	if err := n.Check(); err == nil && k.Verifier() != n.Verifier {
		return nil, refuse(WhyKeyMismatch)
	}
	return signed(k, n.Origin+"/"+n.Name, n.Check(), n.Text())
}

// OpenEnrol verifies an enrolment by the key that it names. That shows that one
// holder made it, not who he is: the operator compares fingerprints, desks pin.
func OpenEnrol(msg []byte) (EnrolNote, error) {
	text, err := NoteText(msg)
	if err != nil {
		return EnrolNote{}, err
	}
	n, err := ParseEnrol(text)
	if err != nil {
		return EnrolNote{}, err
	}
	if _, err := OpenNote(msg, n.Verifier); err != nil {
		return EnrolNote{}, err
	}
	return n, nil
}

// Challenge makes the age file that proves that an ombudsman's key is not lost
// already, and the hash of the right answer. The nonce is in neither, so what
// the host keeps meanwhile answers nothing.
func Challenge(origin string, to Recipient) (file []byte, expect [32]byte, err error) {
	if err := CheckOrigin(origin); err != nil {
		return nil, expect, err
	}
	nonce := make([]byte, 32)
	if _, err := rand.Read(nonce); err != nil {
		return nil, expect, err
	}
	plain := enrolMagic + " " + origin + " " + to.String() + " " + hex.EncodeToString(nonce)
	file, err = encryptBytes(to, []byte(plain))
	if err != nil {
		return nil, expect, err
	}
	return file, sha256.Sum256([]byte(proof(nonce, to))), nil
}

// Answer answers a challenge on the ombudsman's machine. It must never be a
// decryption oracle: a host could hand out a wrap as "challenge" to have a case
// key read for it. So it takes only a plaintext of exactly the expected form,
// made for this origin and recipient, and returns an HMAC, never plaintext.
func Answer(file []byte, origin string, recipient Recipient, ids ...age.Identity) (string, error) {
	if err := CheckOrigin(origin); err != nil {
		return "", err
	}
	plain, err := Decrypt(file, ids...)
	if err != nil {
		return "", err
	}
	head := enrolMagic + " " + origin + " " + recipient.String() + " "
	nonce, ok := strings.CutPrefix(string(plain), head)
	if !ok || recipient.IsZero() || !isHex(nonce, 64) {
		return "", refuse(WhyFormat)
	}
	raw, err := hex.DecodeString(nonce)
	if err != nil {
		return "", refuse(WhyFormat)
	}
	return proof(raw, recipient), nil
}

// CheckAnswer compares an answer, as somebody pasted it, with what Challenge
// expects.
func CheckAnswer(expect [32]byte, answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	got := sha256.Sum256([]byte(answer))
	return subtle.ConstantTimeCompare(expect[:], got[:]) == 1
}

// proof is hex HMAC-SHA256(nonce, "enrol" || recipient).
func proof(nonce []byte, to Recipient) string {
	mac := hmac.New(sha256.New, nonce)
	mac.Write([]byte("enrol" + to.String()))
	return hex.EncodeToString(mac.Sum(nil))
}
