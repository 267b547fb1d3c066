package bottest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"

	"filippo.io/age"

	"ombra/bot"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// A Machine is an ombudsman's own machine: it has keys, pins what it has seen,
// and never meets the host but through files that somebody carries over.
type Machine struct {
	Name     string
	Identity crypto.Identity
	Key      crypto.SigningKey
	pins     papers.Pins
	last     *papers.Papers // opened last
}

// NewMachine makes an ombudsman's keys.
func NewMachine(origin, name string) (*Machine, error) {
	id, err := crypto.NewIdentity()
	if err != nil {
		return nil, err
	}
	key, err := crypto.NewSigningKey(origin + "/" + name)
	if err != nil {
		return nil, err
	}
	return &Machine{Name: name, Identity: id, Key: key}, nil
}

// Enrolment is the signed note that the office takes.
func (m *Machine) Enrolment(origin, day string) ([]byte, error) {
	return crypto.EnrolNote{
		Origin: origin, Name: m.Name, Recipient: m.Identity.Recipient().String(), Verifier: m.Key.Verifier(), Day: day,
	}.Sign(m.Key)
}

// Prove answers a challenge.
func (m *Machine) Prove(origin string, challenge []byte) (string, error) {
	return crypto.Answer(challenge, origin, m.Identity.Recipient(), m.Identity.Age())
}

// Pin takes what a person compared once: the office's log key and the
// enrolments of its ombudsmen.
func (m *Machine) Pin(origin, logVerifier string, roster []crypto.EnrolNote) {
	m.pins.Origin, m.pins.LogVerifier = origin, logVerifier
	for _, e := range roster {
		m.pins.Replace(e)
	}
}

// Open opens papers with the passcode and the machine's own key, and pins what
// it learns.
func (m *Machine) Open(file []byte, passcode string) (*papers.Thread, error) {
	p, err := papers.Open(file, passcode)
	if err != nil {
		return nil, err
	}
	m.last = p
	t, err := p.Read([]age.Identity{m.Identity.Age()}, m.pins)
	if err != nil {
		return nil, err
	}
	m.pins = t.Pins(m.pins)
	m.pins.Seen = nil // of one case; this machine reads several
	return t, nil
}

// Sign signs a draft on papers: the act file to drop into the chat.
func (m *Machine) Sign(t *papers.Thread, d papers.Draft, today string) (bot.File, error) {
	b, err := t.Act(m.Key, d, today)
	return FileOf(papers.ActName, b), err
}

// Unreadable signs that the papers which were opened last do not open: the act
// file to drop into the chat.
func (m *Machine) Unreadable(today string) (bot.File, error) {
	b, err := m.last.Unreadable(m.Key, []age.Identity{m.Identity.Age()}, m.pins, papers.NewOnce(), today)
	return FileOf(papers.ActName, b), err
}

// Renew gives the machine the keys of another, as after a loss: what was pinned
// stays.
func (m *Machine) Renew(with *Machine) { m.Identity, m.Key = with.Identity, with.Key }

// FileOf offers bytes as a file.
func FileOf(name string, b []byte) bot.File {
	return bot.File{
		Name: name, Size: int64(len(b)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
	}
}

// A Device is a filer's own device with the office file on it: receipts are made
// and reports are sealed there.
type Device struct {
	Office     crypto.OfficeNote
	Recipients []crypto.Recipient // of the roster, without exclusions
}

// Seal seals a filing under a new receipt.
func (d Device) Seal(f papers.Filing, today string) (receipt.Receipt, papers.Sealed, error) {
	rc := receipt.New(d.Office.Origin)
	s, err := f.Seal(d.Office, d.Recipients, rc, today)
	return rc, s, err
}

var (
	receiptShape  = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}`)
	passcodeShape = regexp.MustCompile(`[0-9a-hjkmnp-tv-z]{5}(-[0-9a-hjkmnp-tv-z]{5}){5}`)
	groupShape    = regexp.MustCompile(`Type group ([1-7])`)
)

// ReceiptOn reads the receipt off a screen, as a person copies it to paper.
func ReceiptOn(s Screen) (string, error) { return find(receiptShape, s, "receipt") }

// PasscodeOn reads a passcode off a screen.
func PasscodeOn(s Screen) (string, error) { return find(passcodeShape, s, "passcode") }

func find(shape *regexp.Regexp, s Screen, what string) (string, error) {
	if text := shape.FindString(s.Text); text != "" {
		return text, nil
	}
	return "", fmt.Errorf("no %s on the screen", what)
}

// GroupOn reads which group of the receipt is asked for, and gives it.
func GroupOn(s Screen, rec string) (string, error) {
	m := groupShape.FindStringSubmatch(s.Text)
	if m == nil {
		return "", fmt.Errorf("no group is asked for")
	}
	i := int(m[1][0] - '1')
	return rec[5*i : 5*i+4], nil
}
