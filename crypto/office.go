package crypto

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
)

const officeMagic = "ombra-office/1"

var langShape = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$`)

// An OfficeNote is the office file (ombra-office/1), signed by the log key:
// what a filer's device, a desk and an auditor need to know of an office.
// Filers fetch it from the office's web site, not from the bot, and desks pin
// it: a host that turns bad would hand out its own keys.
type OfficeNote struct {
	Origin      string            `json:"origin"`
	Verifier    string            `json:"verifier"`  // of the log key, named <origin>
	Until       string            `json:"until"`     // last day on which this file may be used
	Transport   string            `json:"transport"` // this month's transport recipient
	Designate   int               `json:"designate"`
	RequirePQ   bool              `json:"requirepq"`
	Ombudsmen   []Mandate         `json:"ombudsmen"`
	Forms       json.RawMessage   `json:"forms"`       // opaque here: the bot's forms
	Gate        map[string]string `json:"gate"`        // what is said before anyone types, by language
	Authorities []Authority       `json:"authorities"` // where else a filer can go
}

// A Mandate is one ombudsman of an office file, with the enrolment that binds
// the keys. Desks read the keys from the enrolment.
type Mandate struct {
	Name      string `json:"name"`
	Role      string `json:"role"` // ombudsman or backstop
	Recipient string `json:"recipient"`
	Verifier  string `json:"verifier"`
	From      string `json:"from"`
	Until     string `json:"until"`
	Enrolment string `json:"enrolment"` // the signed note (ombra-enrol/1)
}

// An Authority is an outside body that takes reports.
type Authority struct {
	Name    string `json:"name"`
	Contact string `json:"contact"`
}

// Check says which field is malformed, if one is. It verifies each enrolment.
func (n OfficeNote) Check() error {
	gate := len(n.Gate) > 0
	for lang, text := range n.Gate {
		gate = gate && langShape.MatchString(lang) && text != "" && Clean(text) == text
	}
	authorities := true
	for _, a := range n.Authorities {
		authorities = authorities && isLine(a.Name, 200) && isLine(a.Contact, 500)
	}
	return checkAll(officeMagic,
		rule{"origin", CheckOrigin(n.Origin) == nil},
		rule{"verifier", CheckVerifier(n.Verifier) == nil && VerifierName(n.Verifier) == n.Origin},
		rule{"until", isDay(n.Until)},
		rule{"transport", isRecipient(n.Transport)},
		rule{"designate", n.Designate >= 1 && n.Designate <= 100},
		rule{"ombudsmen", len(n.Ombudsmen) > 0 && n.areMandates()},
		rule{"forms", json.Valid(n.Forms)},
		rule{"gate", gate},
		rule{"authorities", n.Authorities != nil && authorities},
	)
}

// areMandates requires that names ascend and that each enrolment is signed by
// the key it names and says what stands beside it.
func (n OfficeNote) areMandates() bool {
	last := ""
	for _, m := range n.Ombudsmen {
		e, err := OpenEnrol([]byte(m.Enrolment))
		if err != nil || e.Origin != n.Origin || e.Name != m.Name ||
			e.Recipient != m.Recipient || e.Verifier != m.Verifier {
			return false
		}
		to, err := ParseRecipient(m.Recipient)
		if err != nil || n.RequirePQ && !to.PostQuantum() || m.Name <= last {
			return false
		}
		if !slices.Contains([]string{"ombudsman", "backstop"}, m.Role) ||
			!isDay(m.From) || !isDay(m.Until) || m.Until < m.From {
			return false
		}
		last = m.Name
	}
	return true
}

// Text writes what is signed: the magic, and one line of JSON with the keys in
// the order of the struct. A malformed office file has none.
func (n OfficeNote) Text() string {
	if n.Check() != nil {
		return ""
	}
	line, ok := n.json()
	if !ok {
		return ""
	}
	return officeMagic + "\n" + line
}

func (n OfficeNote) json() (string, bool) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // as JSON.stringify writes it on a page
	if enc.Encode(n) != nil {
		return "", false
	}
	return b.String(), true
}

// Sign signs the office file with the log key.
func (n OfficeNote) Sign(k SigningKey) ([]byte, error) {
	if err := n.Check(); err == nil && k.Verifier() != n.Verifier {
		return nil, refuse(WhyKeyMismatch)
	}
	return signed(k, n.Origin, n.Check(), n.Text())
}

// ParseOffice verifies an office file by the pinned verifier of the log key,
// and each enrolment in it by its own. The caller compares Until with today.
func ParseOffice(msg []byte, verifier string) (OfficeNote, error) {
	text, err := OpenNote(msg, verifier)
	if err != nil {
		return OfficeNote{}, err
	}
	n, err := parseOfficeText(text)
	if err != nil {
		return OfficeNote{}, err
	}
	if n.Verifier != verifier {
		return OfficeNote{}, refuse(WhySignature)
	}
	return n, nil
}

// OfficeVerifier returns the verifier that an office file names and is signed
// by. It is for the first pinning only: whoever pins it must compare it with
// what the office has published elsewhere.
func OfficeVerifier(msg []byte) (string, error) {
	text, err := NoteText(msg)
	if err != nil {
		return "", err
	}
	n, err := parseOfficeText(text)
	if err != nil {
		return "", err
	}
	if _, err := OpenNote(msg, n.Verifier); err != nil {
		return "", err
	}
	return n.Verifier, nil
}

// parseOfficeText takes only the one spelling that Text writes. Comparing the
// bytes also refuses what encoding/json lets pass: a key given twice or in
// another case.
func parseOfficeText(text string) (OfficeNote, error) {
	line, ok := strings.CutPrefix(text, officeMagic+"\n")
	if !ok {
		return OfficeNote{}, refuse(WhyFormat)
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(line)))
	dec.DisallowUnknownFields()
	var n OfficeNote
	if dec.Decode(&n) != nil {
		return OfficeNote{}, refuse(WhyFormat)
	}
	if _, err := dec.Token(); err != io.EOF {
		return OfficeNote{}, refuse(WhyFormat)
	}
	if err := n.Check(); err != nil {
		return OfficeNote{}, err
	}
	if again, ok := n.json(); !ok || again != line {
		return OfficeNote{}, refuse(WhyFormat)
	}
	return n, nil
}

// Mandate returns the mandate with this roster name.
func (n OfficeNote) Mandate(name string) (Mandate, bool) {
	i := slices.IndexFunc(n.Ombudsmen, func(m Mandate) bool { return m.Name == name })
	if i < 0 {
		return Mandate{}, false
	}
	return n.Ombudsmen[i], true
}
