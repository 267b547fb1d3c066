package papers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"ombra/crypto"
)

// Version is the first field of every manifest.
const Version = "ombra-papers/1"

// FileName is the name of papers wherever a platform or a desk keeps them. It
// is the same for every case: a name is metadata that a platform keeps.
const FileName = "papers.age"

// A Manifest is the list of contents, and what the host knows of the case. It
// is written by the host and believed by nobody: what binds is inside the age
// files, and [Papers.Read] compares.
type Manifest struct {
	V           string            `json:"v"` // Version
	Origin      string            `json:"origin"`
	Case        string            `json:"case"`
	Kind        string            `json:"kind"`
	Source      string            `json:"source"`
	Day         string            `json:"day"` // on which the papers were made
	Stage       string            `json:"stage"`
	Flags       []string          `json:"flags"`
	Opened      string            `json:"opened"`
	AckDue      string            `json:"ack_due"`      // or ""
	FeedbackDue string            `json:"feedback_due"` // or ""
	Category    string            `json:"category"`
	Priority    string            `json:"priority"`
	Lead        string            `json:"lead"` // roster name, or ""
	Disposition string            `json:"disposition"`
	Me          string            `json:"me"`               // roster name of the reader
	Transport   string            `json:"transport"`        // recipient for act files
	Keys        []ManifestKey     `json:"keys"`             // by epoch, from 0
	Grants      []ManifestGrant   `json:"grants,omitempty"` // by holder; whom the next key is for
	Receipts    []ManifestReceipt `json:"receipts"`         // live ones, sorted by FilerHash: r1, r2, …
	Former      []ManifestReceipt `json:"former,omitempty"` // those that are not live any more, sorted likewise
	Head        string            `json:"head"`             // Leaf of the last paper
	Papers      []ManifestPaper   `json:"papers"`           // by N
	Log         ManifestLog       `json:"log"`
}

// A ManifestKey is the public half of a case key.
type ManifestKey struct {
	Epoch     int    `json:"epoch"`
	Recipient string `json:"recipient"`
	By        string `json:"by"` // "bot", or the ombudsman whose desk made it
}

// A ManifestGrant is a holder, as the host counts them.
type ManifestGrant struct {
	Holder  string `json:"holder"`
	Dormant bool   `json:"dormant,omitempty"`
}

// A ManifestReceipt is the public half of a live receipt, as far as a reply
// needs it.
type ManifestReceipt struct {
	Recipient string `json:"recipient"`
	Verifier  string `json:"verifier"`
}

// FilerHash is how envelopes and notes name the receipt.
func (r ManifestReceipt) FilerHash() string { return crypto.FilerHash(r.Recipient, r.Verifier) }

// A ManifestPaper is one age file to the case recipient.
type ManifestPaper struct {
	N     int64  `json:"n"`
	File  string `json:"file"` // PaperName(N)
	Epoch int    `json:"epoch"`
	Kind  string `json:"kind"` // as the host believes; the envelope's what decides
	Leaf  string `json:"leaf"` // hex RFC 6962 hash of its log leaf
	Sum   string `json:"sum"`  // hex sha256 of the age file
	Size  int64  `json:"size"`
}

// A ManifestLog is the custody log as the host presents it.
type ManifestLog struct {
	Size     int64  `json:"size"` // of the last checkpoint, or 0
	Verifier string `json:"verifier"`
}

// PaperName is the entry name of paper n.
func PaperName(n int64) string { return fmt.Sprintf("paper-%06d.age", n) }

// WrapName is the entry name of the wrap of an epoch.
func WrapName(epoch int) string { return fmt.Sprintf("wrap-%d.age", epoch) }

// RosterName is the entry name of somebody's signed enrolment.
func RosterName(name string) string { return "roster-" + name + ".note" }

// PastName is the entry name of the n-th enrolment that somebody's present one
// replaced, from 1: what was signed stays signed. No roster name has a dot.
func PastName(name string, n int) string { return fmt.Sprintf("roster-%s.%d.note", name, n) }

// CheckpointName is the entry name of the checkpoint of a size.
func CheckpointName(size int64) string { return fmt.Sprintf("checkpoint-%d.note", size) }

// ProofName is the entry name of the consistency proof that leads from the
// checkpoint before it to the one of this size.
func ProofName(size int64) string { return fmt.Sprintf("proof-%d", size) }

const (
	manifestName = "manifest.json"
	vkeyName     = "log.vkey"
)

// SortReceipts puts receipts into the order of r1, r2, ….
func SortReceipts(rs []ManifestReceipt) {
	slices.SortFunc(rs, func(a, b ManifestReceipt) int {
		return bytes.Compare([]byte(a.FilerHash()), []byte(b.FilerHash()))
	})
}

// ReceiptsHash names the live set of receipts: hex sha256 over the lines
// recipient, verifier of each, in the order of rN. An act repeats it, so that a
// reply sealed to a receipt that was replaced meanwhile is found out.
func ReceiptsHash(rs []ManifestReceipt) string {
	h := sha256.New()
	for _, r := range rs {
		_, _ = io.WriteString(h, r.Recipient+"\n"+r.Verifier+"\n") // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

var (
	caseShape = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`)
	wordShape = regexp.MustCompile(`^[a-z][a-z-]{0,23}$`)
)

// IsCase says whether s has the shape of a case's id: what has is safe as a
// file's name.
func IsCase(s string) bool { return caseShape.MatchString(s) }

const maxWords = 200

// Check says whether every field has its shape. Free words are one clean line:
// they are shown on a terminal, and the host that wrote them may have turned.
func (m Manifest) Check() error {
	ok := m.V == Version && crypto.CheckOrigin(m.Origin) == nil && caseShape.MatchString(m.Case) &&
		wordShape.MatchString(m.Kind) && wordShape.MatchString(m.Source) && wordShape.MatchString(m.Stage) &&
		crypto.CheckName(m.Me) == nil && (m.Lead == "" || crypto.CheckName(m.Lead) == nil) &&
		isDay(m.Day) && isDay(m.Opened) && isDayOrNone(m.AckDue) && isDayOrNone(m.FeedbackDue) &&
		isRecipient(m.Transport) && crypto.CheckVerifier(m.Log.Verifier) == nil &&
		crypto.VerifierName(m.Log.Verifier) == m.Origin && m.Log.Size >= 0 &&
		!slices.ContainsFunc(append([]string{m.Category, m.Priority, m.Disposition}, m.Flags...), notWords)
	if !ok || len(m.Flags) > 16 {
		return ErrManifest
	}
	return errors.Join(m.checkKeys(), m.checkReceipts(), m.checkPapers())
}

func (m Manifest) checkKeys() error {
	for i, k := range m.Keys {
		if k.Epoch != i || !isRecipient(k.Recipient) || crypto.CheckName(k.By) != nil {
			return ErrManifest
		}
	}
	last := ""
	for _, g := range m.Grants {
		if g.Holder <= last || crypto.CheckName(g.Holder) != nil {
			return ErrManifest
		}
		last = g.Holder
	}
	if len(m.Keys) == 0 {
		return ErrManifest
	}
	return nil
}

func (m Manifest) checkReceipts() error {
	for _, list := range [][]ManifestReceipt{m.Receipts, m.Former} {
		last := ""
		for _, r := range list {
			hash := r.FilerHash()
			if hash <= last || !isRecipient(r.Recipient) || crypto.CheckVerifier(r.Verifier) != nil ||
				crypto.VerifierName(r.Verifier) != m.Origin+"/filer" {
				return ErrManifest
			}
			last = hash
		}
	}
	return nil
}

func (m Manifest) checkPapers() error {
	last := int64(0)
	for _, p := range m.Papers {
		if p.N <= last || p.File != PaperName(p.N) || p.Epoch < 0 || p.Epoch >= len(m.Keys) ||
			!wordShape.MatchString(p.Kind) || !isHash(p.Leaf) || !isHash(p.Sum) || p.Size <= 0 {
			return ErrManifest
		}
		last = p.N
	}
	// No case is without its first paper, and the head that acts are signed on
	// must be something that was shown.
	if len(m.Papers) == 0 || m.Head != m.Papers[len(m.Papers)-1].Leaf {
		return ErrManifest
	}
	return nil
}

// render writes the one spelling of a manifest.
func (m Manifest) render() ([]byte, error) {
	if m.Flags == nil {
		m.Flags = []string{}
	}
	if m.Receipts == nil {
		m.Receipts = []ManifestReceipt{}
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, ErrManifest
	}
	return append(b, '\n'), nil
}

// parseManifest takes exactly what render writes. Writing again and comparing
// refuses at once what encoding/json lets pass: unknown, repeated, missing and
// differently spelt keys.
func parseManifest(b []byte) (Manifest, error) {
	var m Manifest
	if json.Unmarshal(b, &m) != nil {
		return Manifest{}, ErrManifest
	}
	again, err := m.render()
	if err != nil || !bytes.Equal(again, b) {
		return Manifest{}, ErrManifest
	}
	return m, nil
}

func isDay(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && t.Format(time.DateOnly) == s
}

func isDayOrNone(s string) bool { return s == "" || isDay(s) }

func notWords(s string) bool { return len(s) > maxWords || crypto.CleanLine(s) != s }

func isRecipient(s string) bool {
	r, err := crypto.ParseRecipient(s)
	return err == nil && r.String() == s
}

func isHash(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && hex.EncodeToString(raw) == s
}
