package cases

import (
	"context"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"ombra/crypto/custody"
)

// A Store keeps the office's one database. [ombra/cases/storetest] holds what
// any implementation must pass.
//
// Update runs f in a transaction that is synced to disk when Update returns
// nil. Updates may share a commit, and f may run more than once: it must not
// keep anything from a failed run. An error from f undoes f alone. ctx counts
// only until f begins. Errors: whatever f returned; [ErrFull], [ErrUnclear]
// (the commit failed, and whether it took effect is not known), or others,
// after which nothing of f was stored.
type Store interface {
	View(ctx context.Context, f func(Tx) error) error
	Update(ctx context.Context, f func(Tx) error) error
	// Erase takes what was shredded out of the files: deleted rows leave traces
	// until then. Updates go on or wait meanwhile. It waits some seconds for those
	// who still read from before, and no longer than ctx; then [ErrStillRead], and
	// it has to be run again.
	Erase(ctx context.Context) error
}

// A Shelf keeps age files that are too large for the database, under random
// names. Put returns when file and folder are synced; a file that no row names
// is an orphan, and swept.
type Shelf interface {
	Put(ctx context.Context, write func(io.Writer) error) (name string, err error)
	Open(name string) (io.ReadCloser, error)
	Remove(names ...string) error
	// Sweep removes the files that are not in keep, the names that rows refer to.
	Sweep(keep map[string]bool) error
}

// Tx is what can be done within a transaction, by noun.
type Tx interface {
	CaseTx
	PaperTx
	LogTx
	NoticeTx
	OfficeTx
	ClockTx
	KeepTx
	FigureTx
	SettingTx
}

// CaseTx keeps cases. A case is loaded and put whole, except for the wraps.
type CaseTx interface {
	// Create stores a new case with all its parts. ErrTaken: draw another id.
	Create(*Case) error
	// Case loads a case for a holder of a live grant; [NotFound] for everybody
	// else and for unknown ids, from one query. An empty holder is the service
	// itself.
	Case(id ID, holder string) (*Case, error)
	// CasesOf loads the case of a receipt's public half. Without a verifier, as
	// with a lookup code alone, the cases that the hash names, at most eight:
	// nearly always one or none, more only when somebody registered a hash that
	// was not his.
	CasesOf(lookup [32]byte, verifier string) ([]*Case, error)
	// GrantedTo lists cases with a live grant for a holder, newest first,
	// without keys, grants, receipts and remedies; and whether there are more.
	GrantedTo(holder string, skip, limit int) (page []*Case, more bool, err error)
	// Put stores what changed: the case's own row, receipts' states, grants'
	// states, remedies, and keys, grants and receipts that are new. The wrap of a
	// deleted grant goes, and its row stays.
	Put(*Case) error
	// RemediesDue lists cases with a remedy that has not ended, and whose due day
	// has come and was not told yet.
	RemediesDue(day Day, limit int) ([]ID, error)
	// Wraps reads a holder's live wraps, newest epoch first.
	Wraps(id ID, holder string) ([][]byte, error)
}

// PaperTx keeps papers.
type PaperTx interface {
	// AddPaper appends a paper; it sets N.
	AddPaper(*Paper) error
	// Papers lists a case's papers for one reader in order, without blobs.
	Papers(id ID, reader string) ([]Paper, error)
	// Blob reads an age file that lies in the database.
	Blob(id ID, n int64) ([]byte, error)
	// Unseal deletes a case's papers to one receipt that opens nothing any more.
	// The files that they name are left to the sweep.
	Unseal(id ID, reader string) error
	// Shelved lists the shelf names that rows refer to, for the sweep.
	Shelved() (map[string]bool, error)
}

// An Entry is an act on its way into the custody log.
type Entry struct {
	Once    [16]byte
	Nonce   [32]byte
	Details custody.Details
}

// A Leaf is an act in the log; Once, Nonce and Details are gone after shredding.
type Leaf struct {
	N       int64
	Leaf    []byte
	Once    [16]byte
	Nonce   [32]byte
	Details []byte // nil: no longer opens
}

// A Checkpoint is the signed size and root of the log, one a day.
type Checkpoint struct {
	Day  Day
	Size int64
	Note []byte
}

// LogTx keeps the custody log. It only grows.
type LogTx interface {
	// Append adds an entry and returns its number. If Once is there already:
	// [ErrDone] with the number when case and act are the same, else [Conflict].
	Append(Entry) (n int64, err error)
	// Graft adds a leaf whose opening is lost, as a restored log needs it.
	Graft(leaf []byte) error
	// Size is the number of leaves.
	Size() (int64, error)
	// Leaves reads leaves from..to-1.
	Leaves(from, to int64) ([]Leaf, error)
	// Hashes reads stored tree hashes.
	Hashes() tlog.HashReader
	// Checkpoints lists those of more than the given size, oldest first.
	Checkpoints(after int64) ([]Checkpoint, error)
	// PutCheckpoint adds one.
	PutCheckpoint(Checkpoint) error
}

// NoticeTx keeps the outbox.
type NoticeTx interface {
	// Notify puts a notice into the outbox. One with the same To, About, Due
	// and Hour that still waits takes it in, with a new Gen.
	Notify(Notice) error
	// Waiting lists the notices that are due at this day and hour, or before.
	Waiting(day Day, hour int) ([]Notice, error)
	// Settle records what came of telling: the row goes if it was told and is
	// unchanged since (gen), and stays otherwise.
	Settle(key string, gen int, o Outcome) error
}

// OfficeTx keeps the roster and what the jobs have done.
type OfficeTx interface {
	Ombudsmen() ([]Ombudsman, error)
	PutOmbudsman(Ombudsman) error
	// Done reads the day on which a job last ran; SetDone writes it.
	Done(job string) (Day, error)
	SetDone(job string, day Day) error
}

// ClockTx finds what the clocks call for without reading all cases.
type ClockTx interface {
	// Due lists cases whose Next has come, the oldest first.
	Due(day Day) ([]ID, error)
	// Short lists cases that have a dormant grant of one who is there, and fewer
	// holders among those there than were first drawn, or an appeal, if they are open;
	// if they are in dispute, fewer than two.
	Short(there []string) ([]ID, error)
	// Appeals lists the open cases on appeal.
	Appeals() ([]ID, error)
	// Turn moves all grants of a holder from one state to another, and counts
	// them. To live it takes only those of cases of which the holder has the
	// newest key.
	Turn(holder string, from, to GrantState) (int, error)
}

// KeepTx is what retention needs. f gets cases without keys, grants and receipts.
type KeepTx interface {
	// Closed calls f for the cases that were closed on a day or before.
	Closed(by Day, f func(*Case) error) error
	// Held calls f for the held cases whose hold ends on a day or before.
	Held(until Day, f func(*Case) error) error
	// Late calls f for the open cases of which something was promised by a day
	// before today and not kept, the oldest promise first, up to a limit.
	Late(today Day, limit int, f func(*Case) error) error
	// Shred deletes a case with all its parts and the openings of its leaves.
	// The leaves stay. It says which can be opened no more, ascending, and which
	// files lie on the shelf for nobody now.
	Shred(id ID) (leaves []int64, files []string, err error)
}

// A Figure is one counter of one quarter. It counts acts, and is never broken
// down further.
type Figure struct {
	Quarter string // 2026-Q4
	Name    string
	Value   int64
}

// FigureTx keeps the figures.
type FigureTx interface {
	// Count adds one.
	Count(quarter, name string) error
	// Figures lists those of a quarter and before, by quarter and name.
	Figures(until string) ([]Figure, error)
}
