package cases

import (
	"context"
	"encoding/hex"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// Papers writes a case as one file for the ombudsman's own machine, under a
// passcode that is shown once and stored nowhere. Getting them is an act: it
// leaves a leaf.
func (d *Desk) Papers(ctx context.Context, id ID, once [16]byte, w io.Writer) (passcode string, err error) {
	if err := d.Do(ctx, id, Act{Do: GetPapers, Once: once}); err != nil {
		return "", err
	}
	var f *folder
	err = d.s.view(ctx, func(tx Tx) (err error) {
		f, err = d.s.folder(ctx, tx, id, d.who)
		return err
	})
	if err != nil {
		return "", err
	}
	p := crypto.NewPasscode()
	return p.Reveal(), told(papers.Pack(w, p, f.manifest, f.entries))
}

// PackReplies writes replies, still sealed to a receipt, as one file under a
// passcode that is shown once.
func PackReplies(w io.Writer, sealed [][]byte) (passcode string, err error) {
	p := crypto.NewPasscode()
	entries := make([]crypto.Entry, len(sealed))
	for i, blob := range sealed {
		entries[i] = crypto.Bytes("", blob)
	}
	return p.Reveal(), told(papers.PackReplies(w, p, entries))
}

// folder is what papers hold, with the large parts still unread.
type folder struct {
	s        *Service
	manifest papers.Manifest
	entries  []crypto.Entry
}

func (s *Service) folder(ctx context.Context, tx Tx, id ID, who string) (*folder, error) {
	c, err := tx.Case(id, who)
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
		Receipts: receiptsOf(c), Log: papers.ManifestLog{Verifier: s.LogKey.Verifier()},
	}
	for _, k := range c.Keys {
		m.Keys = append(m.Keys, papers.ManifestKey{Epoch: k.Epoch, Recipient: k.Recipient, By: k.By})
	}
	return m
}

func receiptsOf(c *Case) []papers.ManifestReceipt {
	list := []papers.ManifestReceipt{}
	for _, r := range live(c) {
		list = append(list, papers.ManifestReceipt{Recipient: r.Recipient, Verifier: r.Verifier})
	}
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
		f.entries = append(f.entries, crypto.Entry{Name: name, Size: p.Size, Open: func() (io.ReadCloser, error) { return f.s.open(ctx, p) }})
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

// addRoster adds the signed enrolments, of those who left too: their signatures
// stand in the thread.
func (f *folder) addRoster() error {
	for _, o := range f.s.Roster() {
		if o.Proved != "" {
			f.entries = append(f.entries, crypto.Bytes(papers.RosterName(o.Name), o.Enrolment))
		}
	}
	return nil
}

// addCheckpoints adds every daily checkpoint since the one this ombudsman's desk
// has seen last, each with its proof to the one before: so ombudsmen are
// witnesses, and a host that rewrites the log is found out by the next reader.
func (f *folder) addCheckpoints(tx Tx, who string) error {
	o, _ := f.s.Ombudsman(who)
	list, err := tx.Checkpoints(o.Seen)
	if err != nil {
		return err
	}
	before := o.Seen
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
		f.manifest.Log.Size = o.Seen
	}
	return nil
}
