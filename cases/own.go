package cases

import (
	"context"
	"slices"

	"ombra/cases/papers"
	"ombra/crypto"
)

// A receipt opens the answers, and what was written only in two cases: the filer
// asked for that at filing, with the risk of seizure stated; or somebody else
// wrote it down for them, and they are to say whether it is right.

// Written is what a filer wrote, or somebody for them, as the receipt opens it.
type Written struct {
	Day      Day
	Text     string
	Source   string // of a transcript: oral, paper or forwarded
	Received string // and the day on which it was said or came
	Broken   bool   // stored, but it does not open
}

// approving are the filer's words on a transcript.
var approving = []Verb{Approve, Correct}

// sealOwn adds the copy that the receipt opens.
func (in *intake) sealOwn(text string) error {
	if !in.filing.Own {
		return nil
	}
	to, err := crypto.ParseRecipient(in.public.Recipient)
	if err != nil {
		return err
	}
	blob, err := crypto.SealBytes(to, in.header("report"), []byte(text))
	if err == nil {
		in.sheaf.add(PaperReport, in.public.FilerHash(), blob)
	}
	return err
}

// readOwn opens what was written, and what the filer said of it since.
func (m *Mine) readOwn(p Paper, blob []byte) {
	head, body, err := crypto.DecryptEnvelope(blob, m.receipt.Identity().Age())
	w := Written{Day: p.Day}
	if err != nil || head.From != string(ByFiler) {
		w.Broken = true
		m.Written = append(m.Written, w)
		return
	}
	if p.Kind == PaperMore {
		m.readApproval(body)
		return
	}
	text, block, ok := papers.FormBlock(crypto.Clean(string(body)))
	w.Text = text
	if source := block.Answers["intake"]; ok && block.Form == papers.IntakeForm && len(source) == 1 && slices.Contains(papers.Sources, source[0]) {
		w.Source = source[0]
		w.Received = crypto.CleanLine(firstOf(block.Answers["received"]))
		m.asks = true
	}
	m.Written = append(m.Written, w)
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// readApproval takes in what the filer said of the transcript: it is not asked
// for again. A note that the receipt did not sign is somebody else's.
func (m *Mine) readApproval(body []byte) {
	note, err := crypto.OpenFiler(body, m.receipt.Signer().Verifier())
	if err != nil || !slices.Contains(approving, Verb(note.Do)) {
		return
	}
	m.asks = false
	m.Written = append(m.Written, Written{Day: Day(note.Day), Text: note.Words, Source: note.Do})
}

// mayApprove leaves out what there is no transcript for.
func (m *Mine) mayApprove() {
	if !m.asks {
		m.May = slices.DeleteFunc(m.May, func(v Verb) bool { return slices.Contains(approving, v) })
	}
}

// Approve says that what somebody else wrote down is right, or (with [Correct])
// what is right instead. The receipt keeps a copy, so that it is asked once. What
// nobody wrote down nobody approves: the button is not there, but a button of
// another case can be pressed.
func (m *Mine) Approve(ctx context.Context, do Verb, form [16]byte, text string) error {
	if do == Correct && crypto.CleanLine(text) == "" {
		return E(Invalid, "empty", nil)
	}
	return m.act(ctx, do, m.receipt.Once(form, textSum(text)), text, func(a *act) error {
		// After the log was asked: the same form again is the act that it was.
		a.also = func(Tx, *Case) error {
			if !m.asks {
				return E(Conflict, "no-transcript", nil)
			}
			return nil
		}
		own, err := crypto.SealBytes(m.receipt.Identity().Recipient(), a.sheaf.head, a.sheaf.note)
		if err == nil {
			a.sheaf.add(PaperMore, m.receipt.Public([32]byte{}).FilerHash(), own)
		}
		return err
	})
}

// verifiers lists all that one of the roster has or had, the newest first.
func (s *Service) verifiers(name string) (list []string) {
	for _, o := range *s.roster.Load() {
		if o.Name != name {
			continue
		}
		list = append(list, o.Verifier)
		for i := len(o.Past) - 1; i >= 0; i-- {
			if e, err := crypto.OpenEnrol(o.Past[i]); err == nil {
				list = append(list, e.Verifier)
			}
		}
	}
	return list
}
