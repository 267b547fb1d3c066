package papers

import (
	"maps"
	"slices"

	"ombra/crypto"
)

// Pins are what this machine knows from before, and believes over anything that
// papers say. They are how a host that turns bad is found out: it can present
// other keys, another log or fewer papers, but not make this machine forget.
type Pins struct {
	Origin      string // of the office file; "" pins nothing
	LogVerifier string
	Enrolments  map[string]crypto.EnrolNote // by roster name; compared by a person once
	// Past are enrolments that those replaced, oldest first: they verify what was
	// signed before.
	Past map[string][]crypto.EnrolNote
	// The last checkpoint that was verified here, and its size.
	LastSize       int64
	LastCheckpoint []byte
	// Seen lists the papers of this case as they were at the last reading, SeenGrants
	// whom the host counted as holders then, SeenKeys how many case keys there were.
	Seen       []ManifestPaper
	SeenGrants []ManifestGrant
	SeenKeys   int
}

// A Thread is a case, read and compared with the pins. Manifest is still the
// host's word; Excluded, Holders and Filer are pinned by the first envelope.
type Thread struct {
	Manifest
	Excluded []string
	Holders  []crypto.Holder
	Filer    string // FilerHash
	Items    []Item
	Remedies Ledger // as the signed items leave them, whatever the host says
	// Warnings say in plain words everything that did not fit. None of it stops
	// the reading: a person decides.
	Warnings []string
	Conflict Card
	NewKeys  []crypto.EnrolNote // not pinned yet: a person compares fingerprints first
	OldKeys  []crypto.EnrolNote // likewise, and replaced since: some papers may be signed with them
	// The last checkpoint that is consistent with what was pinned.
	CheckpointSize int64
	CheckpointNote []byte
	// Access names those whom the newest case key was given to, as signatures
	// show; Withdrew those who left the case, by an act that verifies.
	Access   []string
	Withdrew []string
	// Unlisted names those of Access who did not withdraw, and whom the host counts as
	// holders no more: the next case key is not for them. It is a warning once, when
	// it is new, and has to be said again before a key is made without them.
	Unlisted []string

	key    crypto.CaseKey
	shown  bool                        // the newest key was made by a holder
	sides  map[string]side             // of a dispute between two receipts
	votes  Votes                       // in it, so far
	pinned map[string]crypto.EnrolNote // whom a new key may be wrapped to
}

// An Item is one thing that was said or done.
type Item struct {
	N    int64  // of the paper
	What string // report, more, answer, ask, remedy, note, lessons, act, or file for one that belongs to nothing
	From string // filer, ombudsman, bot
	By   string // roster name; only a claim unless Signed
	Day  string
	Once string
	// Signed: by the pinned key of By, or by the receipt that the report pinned.
	Signed bool
	Do     string            // of an act, and of what a filer did
	Set    map[string]string // what it settled
	Text   string
	Files  []File
	// Inner is the sha256 of what was sealed on the filer's own device, as
	// `ombra-desk seal` printed it there; "" for anything else.
	Inner string
	// Unreadable says why there are no words; it is "" where there are.
	Unreadable string
	// New: it came on the day since which its reader asked, or later.
	New bool
}

// A File is an attachment. Its name is safe to show and to save under; its type
// is a claim, and nothing is ever opened because of it.
type File struct {
	Name  string
	Type  string
	Sum   string // hex sha256 of Data
	Inner string // as in Item
	Data  []byte
}

// Pins are the old ones with what this reading has taught: the new keys, which
// the caller has shown to a person before, the last checkpoint, the papers.
func (t *Thread) Pins(old Pins) Pins {
	p := old
	p.Origin, p.LogVerifier = t.Origin, t.Log.Verifier
	p.Enrolments = maps.Clone(old.Enrolments)
	if p.Enrolments == nil {
		p.Enrolments = map[string]crypto.EnrolNote{}
	}
	for _, e := range t.NewKeys {
		p.Enrolments[e.Name] = e
	}
	for _, e := range t.OldKeys {
		p.AddPast(e)
	}
	if t.CheckpointSize > old.LastSize {
		p.LastSize, p.LastCheckpoint = t.CheckpointSize, slices.Clone(t.CheckpointNote)
	}
	p.Seen = slices.Clone(t.Papers)
	return p
}

func (t *Thread) warn(words string) {
	if !slices.Contains(t.Warnings, words) {
		t.Warnings = append(t.Warnings, words)
	}
}
