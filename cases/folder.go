package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// A Folder is a case, or replies, as one file under a passcode that is shown
// once and stored nowhere. Nothing of it is held in memory: each Write reads the
// store and encrypts anew under the same passcode.
type Folder struct {
	Passcode string
	Size     int64 // of the file
	Write    func(io.Writer) error
}

// newFolder learns the size by writing into nothing: sizes of age files do not
// depend on their keys.
func newFolder(write func(io.Writer, crypto.Passcode) error) (*Folder, error) {
	p := crypto.NewPasscode()
	f := &Folder{Passcode: p.Reveal(), Write: func(w io.Writer) error { return told(write(w, p)) }}
	var n counter
	if err := f.Write(&n); err != nil {
		return nil, err
	}
	f.Size = int64(n)
	return f, nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// Papers hands out a case for the ombudsman's own machine. Getting them is an
// act and leaves a leaf: one for each state of the case that the same button
// hands out, so that a double click leaves one and news in between another.
func (d *Desk) Papers(ctx context.Context, id ID, once [16]byte) (*Folder, error) {
	var f *folder
	err := d.s.view(ctx, func(tx Tx) (err error) {
		f, err = d.s.folder(ctx, tx, id, d.who)
		return err
	})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(slices.Concat(once[:], []byte(f.manifest.Head), []byte(papers.ReceiptsHash(f.manifest.Receipts)), []byte(f.manifest.Stage)))
	if err := d.Do(ctx, id, Act{Do: GetPapers, Once: [16]byte(sum[:16])}); err != nil {
		return nil, err
	}
	return newFolder(func(w io.Writer, p crypto.Passcode) error { return papers.Pack(w, p, f.manifest, f.entries) })
}

// Folder hands out the replies of cases, with their attachments, still sealed to
// the receipt; nil when there are none.
func (m *Mine) Folder(ctx context.Context) (*Folder, error) { return Replies(ctx, []*Mine{m}) }

// Replies is Folder for what a lookup code found.
func Replies(ctx context.Context, list []*Mine) (*Folder, error) {
	var entries []crypto.Entry
	for _, m := range list {
		for _, p := range m.papers {
			entries = append(entries, crypto.Entry{Size: p.Size, Open: func() (io.ReadCloser, error) { return m.s.open(context.WithoutCancel(ctx), p) }})
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	return newFolder(func(w io.Writer, p crypto.Passcode) error { return papers.PackReplies(w, p, entries) })
}

// folder is what papers hold, with the large parts still unread.
type folder struct {
	s        *Service
	manifest papers.Manifest
	entries  []crypto.Entry
}

func (s *Service) folder(ctx context.Context, tx Tx, id ID, who string) (*folder, error) {
	c, err := tx.Case(id, who)
	if err == nil && s.withheld(c) {
		err = errNotFound
	}
	if err != nil {
		return nil, err
	}
	f := &folder{s: s, manifest: s.manifestOf(c, who)}
	steps := []func() error{
		func() error { return f.addWraps(tx, c, who) },
		func() error { return f.addPapers(ctx, tx, c) },
		func() error { return f.addRoster() },
		func() error { return f.addCheckpoints(tx, who) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (s *Service) manifestOf(c *Case, who string) papers.Manifest {
	m := papers.Manifest{
		V: papers.Version, Origin: s.Office.Origin, Case: string(c.ID), Kind: string(c.Kind), Source: string(c.Source),
		Day: string(s.Today()), Stage: string(c.Stage), Flags: c.Flags.Names(), Opened: string(c.Opened),
		AckDue: string(c.AckDue), FeedbackDue: string(c.FeedbackDue), Category: c.Category, Priority: c.Priority,
		Lead: c.Lead, Disposition: string(c.Disposition), Me: who, Transport: s.Transport.Recipient().String(),
		Receipts: receiptsOf(c), Former: formerOf(c), Log: papers.ManifestLog{Verifier: s.LogKey.Verifier()},
	}
	for _, k := range c.Keys {
		m.Keys = append(m.Keys, papers.ManifestKey{Epoch: k.Epoch, Recipient: k.Recipient, By: k.By})
	}
	for _, g := range c.grants() {
		m.Grants = append(m.Grants, papers.ManifestGrant{Holder: g.Holder, Dormant: g.State == Dormant})
	}
	slices.SortFunc(m.Grants, func(a, b papers.ManifestGrant) int { return strings.Compare(a.Holder, b.Holder) })
	return m
}

func receiptsOf(c *Case) []papers.ManifestReceipt {
	list := []papers.ManifestReceipt{}
	for _, r := range live(c) {
		list = append(list, papers.ManifestReceipt{Recipient: r.Recipient, Verifier: r.Verifier})
	}
	return list
}

// formerOf lists the others: their signatures stand in the thread.
func formerOf(c *Case) (list []papers.ManifestReceipt) {
	gets := receiptsOf(c)
	for _, r := range c.Receipts {
		if m := (papers.ManifestReceipt{Recipient: r.Recipient, Verifier: r.Verifier}); !slices.Contains(gets, m) {
			list = append(list, m)
		}
	}
	papers.SortReceipts(list)
	return list
}

func (f *folder) addWraps(tx Tx, c *Case, who string) error {
	wraps, err := tx.Wraps(c.ID, who)
	if err != nil {
		return err
	}
	// Newest epoch first, one for each epoch that this holder was given.
	epochs := map[int]bool{}
	for _, g := range c.Grants {
		if g.Holder == who && g.State == Live {
			epochs[g.Epoch] = true
		}
	}
	for e, i := c.Key().Epoch, 0; e >= 0 && i < len(wraps); e-- {
		if epochs[e] {
			f.entries = append(f.entries, crypto.Bytes(papers.WrapName(e), wraps[i]))
			i++
		}
	}
	for _, k := range c.Keys {
		if k.Epoch > 0 {
			f.entries = append(f.entries, crypto.Bytes(papers.KeyName(k.Epoch), k.Statement))
		}
	}
	return nil
}

func (f *folder) addPapers(ctx context.Context, tx Tx, c *Case) error {
	list, err := tx.Papers(c.ID, "")
	if err != nil {
		return err
	}
	for _, p := range list {
		leaf, err := leafHash(tx, p.Entry)
		if err != nil {
			return err
		}
		name := papers.PaperName(p.N)
		f.manifest.Papers = append(f.manifest.Papers, papers.ManifestPaper{
			N: p.N, File: name, Epoch: p.Epoch, Kind: string(p.Kind), Leaf: leaf, Sum: hex.EncodeToString(p.Sum[:]), Size: p.Size,
		})
		f.manifest.Head = leaf
		f.entries = append(f.entries, crypto.Entry{Name: name, Size: p.Size, Open: func() (io.ReadCloser, error) { return f.s.open(context.WithoutCancel(ctx), p) }})
	}
	return nil
}

// leafHash is the RFC 6962 hash of a leaf, as hex.
func leafHash(tx Tx, n int64) (string, error) {
	hashes, err := tx.Hashes().ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(hashes[0][:]), nil
}

// addRoster adds the signed enrolments, of those who left and those that were
// replaced too: their signatures stand in the thread.
func (f *folder) addRoster() error {
	for _, o := range f.s.Roster() {
		if o.Proved != "" {
			f.entries = append(f.entries, crypto.Bytes(papers.RosterName(o.Name), o.Enrolment))
		}
		for i, e := range o.Past {
			if o.same(e) {
				continue // the mandate was renewed
			}
			f.entries = append(f.entries, crypto.Bytes(papers.PastName(o.Name, i+1), e))
		}
	}
	return nil
}

// addCheckpoints adds every daily checkpoint since the one this ombudsman's desk
// has seen last, each with its proof to the one before: so ombudsmen are
// witnesses, and a host that rewrites the log is found out by the next reader.
func (f *folder) addCheckpoints(tx Tx, who string) error {
	all, err := tx.Ombudsmen()
	if err != nil {
		return err
	}
	seen := int64(0)
	if i := slices.IndexFunc(all, func(o Ombudsman) bool { return o.Name == who }); i >= 0 {
		seen = all[i].Seen
	}
	list, err := tx.Checkpoints(seen)
	if err != nil {
		return err
	}
	before := seen
	for _, c := range list {
		f.entries = append(f.entries, crypto.Bytes(papers.CheckpointName(c.Size), c.Note))
		if before > 0 {
			proof, err := custody.ProveTree(c.Size, before, tx.Hashes())
			if err != nil {
				return err
			}
			f.entries = append(f.entries, crypto.Bytes(papers.ProofName(c.Size), []byte(proof.Text())))
		}
		before, f.manifest.Log.Size = c.Size, c.Size
	}
	if len(list) == 0 {
		f.manifest.Log.Size = seen
	}
	return nil
}
