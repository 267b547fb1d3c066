package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"ombra/crypto"
	"ombra/crypto/receipt"
)

// Mine is a case as seen with a receipt: where it stands and what was answered,
// never the report itself. Looking is no act and leaves no trace.
type Mine struct {
	Kind        Kind
	Stage       Stage
	Waiting     bool // for the filer
	AckDue      Day  // of what is promised next; empty once kept
	AssessDue   Day
	FeedbackDue Day
	Late        bool // a promised day passed unkept
	Extended    Day  // of the one extension, whose reason is among the replies
	Appealed    Day
	Stuck       bool // nobody of the office may decide the appeal
	Withdrawing Day  // when the filer asked to withdraw
	Cooled      Day  // the day from which the ombudsmen may close it as withdrawn
	Disposition Disposition
	KeptUntil   Day // the receipt opens a closed case until then at least; a hold is nobody's business here
	Replies     []Reply
	Remedies    []Remedy
	Replaced    Day    // until when this receipt, which was replaced or ended, can object; empty: it is in hand
	Ended       bool   // no other took its place
	Waits       Day    // until when acts that bind wait, because the receipt is new
	Disputed    bool   // a former receipt objected
	May         []Verb // what this receipt may do now
	Written     []Written

	asks    bool // whether a transcript is right
	answers bool // whether it may answer to remedies
	changes []Event

	s       *Service
	id      ID
	receipt receipt.Receipt
	papers  []Paper  // sealed to the receipt
	filers  []string // hashes of all receipts of the case
}

// A Reply is something an ombudsman said to the filer. An unsigned one was
// typed in the chat: the chat's administrators could have written it.
type Reply struct {
	Day    Day
	What   string // answer, ask or remedy
	By     string // who signed; empty when nobody did
	Text   string
	Files  []string // names; the files themselves come in [Mine.Folder]
	Broken bool     // stored, but it does not open or verify: the office must know
}

// Mine opens the case of a receipt. [NotFound] for any other.
func (s *Service) Mine(ctx context.Context, r receipt.Receipt) (*Mine, error) {
	lookup, verifier := r.Lookup().Hash(), r.Signer().Verifier()
	var m *Mine
	err := s.view(ctx, func(tx Tx) error {
		c, stored, err := caseOf(tx, lookup, verifier)
		if err != nil {
			return err
		}
		m, err = s.mineBy(tx, c, stored)
		return err
	})
	if err != nil {
		return nil, err
	}
	m.receipt = r
	for _, p := range m.papers {
		if p.Kind == PaperFile {
			continue
		}
		blob, err := s.blob(ctx, p)
		if err != nil {
			return nil, err
		}
		if p.Kind == PaperAnswer || p.Kind == PaperAsk || p.Kind == PaperRemedy {
			m.Replies = append(m.Replies, m.openReply(p, blob))
		} else {
			m.readOwn(p, blob)
		}
	}
	m.mayApprove()
	return m, nil
}

func (s *Service) mine(c *Case) *Mine {
	m := &Mine{
		Kind: c.Kind, Stage: c.Stage, Waiting: c.Is(Waiting), Disposition: c.Disposition,
		Late: c.Is(Late), Extended: c.Extended, Appealed: c.Appealed, Stuck: c.Is(Stuck), Withdrawing: c.Withdraw, Cooled: s.Cooled(c),
		Remedies: c.Remedies, s: s, id: c.ID, filers: c.filerHashes(), Disputed: c.Is(Disputed),
		changes: changesOf(c),
	}
	m.KeptUntil = s.until(c)
	if c.Stage == Received {
		m.AckDue = c.AckDue
	}
	if c.Stage == Received || c.Stage == Acknowledged {
		m.AssessDue = c.AssessDue
	}
	if c.Answered == "" && c.Stage != Closed {
		m.FeedbackDue = c.FeedbackDue
	}
	return m
}

// ByCode gives what a lookup code shows: stage and dates, and the replies still
// sealed to the receipt, to be opened on the filer's own device. The code alone
// cannot tell a case from one that somebody else registered under its hash, so
// there can be several.
func (s *Service) ByCode(ctx context.Context, code receipt.Code) ([]*Mine, error) {
	hash := code.Hash()
	var found []*Mine
	err := s.view(ctx, func(tx Tx) error {
		all, err := tx.CasesOf(hash, "")
		if err != nil {
			return err
		}
		for _, c := range all {
			for _, r := range c.Receipts {
				if r.Lookup != hash {
					continue
				}
				m, err := s.mineBy(tx, c, r)
				if KindOf(err) == NotFound {
					continue
				}
				if err != nil {
					return err
				}
				found = append(found, m)
			}
		}
		if len(found) == 0 {
			return errNotFound
		}
		return nil
	})
	return found, err
}

// mineBy is the case as one of its receipts sees it. One that was replaced gets
// no replies any more: it shows what was done, for as long as it can object.
func (s *Service) mineBy(tx Tx, c *Case, r Receipt) (*Mine, error) {
	m, today := s.mine(c), s.Today()
	f := &filer{lookup: r.Lookup, verifier: r.Verifier}
	former := c.former(today)
	for _, v := range s.Verbs(c, ByFiler) {
		if c.mayAct(v, f, today) == nil {
			m.May = append(m.May, v)
		}
	}
	withheld := s.withheld(c)
	if withheld {
		m.May = slices.DeleteFunc(m.May, func(v Verb) bool { return !revives[v] })
	}
	m.answers = !withheld && c.mayAct(Accept, f, today) == nil
	switch {
	case withheld && (r.State != InHand || len(m.May) == 0):
	case withheld:
		m.Disposition, m.Remedies, m.changes = "", nil, nil
		return m, nil // that there is a case, and how to keep it; nothing of what was said
	case r.State == InHand:
		if former != nil {
			m.Waits = former.Until
		}
		var err error
		m.papers, err = papersTo(tx, c.ID, r)
		return m, err
	case former != nil && *former == r:
		m.Replaced, m.Ended = r.Until, c.inHand() == nil
		return m, nil
	}
	return nil, errNotFound
}

// papersTo lists the papers sealed to one receipt, in order.
func papersTo(tx Tx, id ID, r Receipt) ([]Paper, error) {
	return tx.Papers(id, crypto.FilerHash(r.Recipient, r.Verifier))
}

// blob reads a stored age file whole.
func (s *Service) blob(ctx context.Context, p Paper) ([]byte, error) {
	r, err := s.open(ctx, p)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	blob, err := io.ReadAll(r)
	return blob, told(err)
}

// openReply decrypts and verifies one reply. One that does not hold is shown as
// broken: a quiet gap would help whoever made it.
func (m *Mine) openReply(p Paper, blob []byte) Reply {
	head, body, err := crypto.DecryptEnvelope(blob, m.receipt.Identity().Age())
	reply := Reply{Day: p.Day, What: string(p.Kind)}
	if err != nil || head.Case != string(p.Case) || head.From != "ombudsman" || head.What != string(p.Kind) {
		reply.Broken = true
		return reply
	}
	if !strings.HasPrefix(string(body), "ombra-reply/1\n") {
		if p.Kind == PaperRemedy { // binds the office: never typed in a chat
			reply.Broken = true
			return reply
		}
		reply.Text = crypto.Clean(string(body))
		return reply
	}
	note, ok := m.s.verifyReply(body)
	// One that was sealed again when the receipt was replaced names the former.
	if !ok || note.Case != head.Case || note.Once != head.Once || note.What != head.What || !slices.Contains(m.filers, note.Filer) {
		reply.Broken = true
		return reply
	}
	reply.By, reply.Text = note.By, note.Words
	for _, f := range note.Files {
		reply.Files = append(reply.Files, f.Name)
	}
	return reply
}

// verifyReply checks a reply against the verifiers of whoever claims it, those
// of earlier keys and of somebody who left since too: what was signed stays
// signed.
func (s *Service) verifyReply(msg []byte) (crypto.ReplyNote, bool) {
	text, err := crypto.NoteText(msg)
	if err != nil {
		return crypto.ReplyNote{}, false
	}
	claimed, err := crypto.ParseReply(text)
	if err != nil {
		return crypto.ReplyNote{}, false
	}
	for _, verifier := range s.verifiers(claimed.By) {
		if note, err := crypto.OpenReply(msg, verifier); err == nil {
			return note, true
		}
	}
	return crypto.ReplyNote{}, false
}

// Add appends words and files to the case, signed with the receipt's key. form
// is the form's own sixteen bytes: the same form with the same words is one act,
// with other words another.
func (m *Mine) Add(ctx context.Context, form [16]byte, text string, files []Attachment) error {
	if crypto.CleanLine(text) == "" && len(files) == 0 {
		return E(Invalid, "empty", nil)
	}
	if err := m.s.checkFiles(files); err != nil {
		return err
	}
	c, err := m.s.reload(ctx, m.id)
	if err != nil {
		return err
	}
	once, err := m.once(ctx, form, text, files)
	if err != nil {
		return err
	}
	public := m.receipt.Public([32]byte{})
	return m.s.sealed(ctx, c, func(c *Case) (*act, error) {
		a := &act{do: Add, by: ByFiler, filer: filerOf(public), see: bySystem(c.ID), sheaf: m.s.sheafFor(c, once)}
		return a, m.s.sealWords(ctx, words{
			sheaf: a.sheaf, c: c, lookup: public.Lookup, filer: public.FilerHash(), sign: m.receipt.Signer(),
			text: text, files: files,
		})
	})
}

// once hashes what was typed and the files, which are fetched for it once more
// than needed: the envelopes must name the Once, so it has to be known first.
func (m *Mine) once(ctx context.Context, form [16]byte, text string, files []Attachment) ([16]byte, error) {
	h := sha256.New()
	h.Write([]byte(hex.EncodeToString([]byte(crypto.Clean(text))) + "\n"))
	for _, a := range files {
		r, err := a.Open(ctx)
		if err != nil {
			return [16]byte{}, E(Unavailable, "file-fetch", err)
		}
		_, err = io.Copy(h, io.LimitReader(r, m.s.Office.MaxFile+1))
		_ = r.Close()
		if err != nil {
			return [16]byte{}, E(Unavailable, "file-fetch", err)
		}
		h.Write([]byte("\n" + hex.EncodeToString([]byte(crypto.FileName(a.Name))) + "\n"))
	}
	return m.receipt.Once(form, hashSum(h)), nil
}
