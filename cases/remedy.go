package cases

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"ombra/cases/papers"
	"ombra/crypto"
)

// A Remedy is what is done to put harm right, as the host may know it: form,
// state, days, who signed last and the once of the last step. Its words are in
// papers. What can happen to one is [papers.RemedyMoves], which a desk applies
// to the same acts.
type Remedy struct {
	papers.Remedy
	Told Day // the due day that the holders heard of
}

// RemedyForms and RemedyStates are the enums of a remedy, as both ends know them.
var (
	RemedyForms  = papers.Forms
	RemedyStates = papers.RemedyStates
)

// Late says whether the day by which something was promised has passed.
func (r Remedy) Late(today Day) bool { return !r.Ended() && today > Day(r.Due) }

// defaultSilent is how many days without a word of the filer make a delivery
// "unconfirmed" where the office names no number.
const defaultSilent = 30

// silent is the office's number of those days.
func (o Office) silent() int {
	if o.SilentDays == 0 {
		return defaultSilent
	}
	return o.SilentDays
}

// maxPromise is how far ahead a remedy may be promised: a slip of the hand in
// the year would leave it due for ever.
const maxPromise = 10 * 366

// remedyMove finds the move for an act on a remedy. Which state it starts from
// is judged when the remedy is known: see needsRemedy.
func remedyMove(c *Case, do Verb, by Role) (move, bool) {
	ok := slices.ContainsFunc(papers.RemedyMoves, func(m papers.RemedyMove) bool {
		return m.Do == string(do) && actsAs(m.By) == by
	})
	m := move{do: do, by: []Role{by}, from: anyOpen, needs: (*Service).needsRemedy, then: (*Service).thenRemedy, tells: true}
	return m, ok && slices.Contains(m.from, c.Stage)
}

// actsAs is the role behind a table's word: to press in the chat moves no remedy.
func actsAs(by string) Role {
	if by == string(ByFiler) {
		return ByFiler
	}
	return BySigned
}

// step is an act as the table of remedies judges it.
func (a *act) step() papers.RemedyStep {
	s := papers.RemedyStep{
		Do: string(a.do), By: string(ByOmbudsman), Who: a.actor,
		Once: hex.EncodeToString(a.sheaf.once[:]), Day: string(a.day), Set: a.set,
	}
	if a.by == ByFiler {
		s.By = string(ByFiler)
	}
	return s
}

// needsRemedy judges an act on a remedy by the table, and keeps what it becomes.
func (s *Service) needsRemedy(c *Case, a *act) error {
	step := a.step()
	next, err := c.ledger().At(step).Next(step)
	if err != nil {
		return E(Conflict, remedyTrouble[err], err)
	}
	if due := Day(a.set["due"]); due != "" && (due < a.day || due > a.day.Add(maxPromise)) {
		return E(Invalid, "remedy-due", nil)
	}
	a.remedy = next
	return nil
}

// remedyTrouble are the catalog's words for what the table refuses.
var remedyTrouble = map[error]string{papers.ErrRemedy: "remedy-unknown", papers.ErrRemedyState: "remedy-moved", papers.ErrSecond: "remedy-second"}

func (s *Service) thenRemedy(c *Case, a *act) {
	if a.by == ByFiler {
		s.thenHeard(c, a)
	}
	if n := a.remedy.Number; n > len(c.Remedies) {
		c.Remedies = append(c.Remedies, Remedy{Remedy: a.remedy})
	} else {
		c.Remedies[n-1].Remedy = a.remedy
	}
	c.Flags &^= RemedyOutstanding
	if slices.ContainsFunc(c.Remedies, func(r Remedy) bool { return !r.Ended() }) {
		c.Flags |= RemedyOutstanding
	}
}

func (c *Case) ledger() papers.Ledger {
	l := make(papers.Ledger, len(c.Remedies))
	for i, r := range c.Remedies {
		l[i] = r.Remedy
	}
	return l
}

// silence holds an act that needs it to the office's days without a word of the
// filer, whatever the word was about: somebody who writes is not silent.
func (s *Service) silence(tx Tx, c *Case, step papers.RemedyStep) error {
	was := c.ledger().At(step)
	m, ok := papers.RemedyOpen(step.Do, step.By, was.State)
	if !ok || !m.Silent {
		return nil
	}
	if c.Is(Disputed) || c.former(s.Today()) != nil {
		// Whose receipt it is is not clear yet, so the filer cannot answer.
		return E(Conflict, "remedy-silence", nil)
	}
	last := Day(was.Day)
	list, err := tx.Papers(c.ID, "")
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Kind == PaperMore {
			last = max(last, p.Day)
		}
	}
	if s.Today() < last.Add(s.inForce(silentDays)) {
		return E(Conflict, "remedy-silence", nil)
	}
	return nil
}

// A RemedyAnswer is what a filer says to a remedy: accept or contest an offer,
// confirm a delivery or say that it is missing.
type RemedyAnswer struct {
	Do     Verb
	Number int
	// On names the step that is answered, as the filer saw it: an offer that was
	// changed meanwhile is not accepted.
	On   string
	Text string // to contest, and to say what is missing, take words
}

// AnswersTo lists what this receipt can answer to a remedy now: one that was
// replaced still shows the case, but binds nobody.
func (m *Mine) AnswersTo(r Remedy) []Verb {
	if !m.answers {
		return nil
	}
	return answersFrom(r.State)
}

// AnswersBeside lists what a filer can answer where one answer is possible.
func AnswersBeside(do Verb) []Verb {
	for _, m := range papers.RemedyMoves {
		if m.By == string(ByFiler) && m.Do == string(do) {
			return answersFrom(m.From[0])
		}
	}
	return nil
}

func answersFrom(state string) (list []Verb) {
	for _, m := range papers.RemedyMoves {
		if m.By == string(ByFiler) && slices.Contains(m.From, state) {
			list = append(list, Verb(m.Do))
		}
	}
	return list
}

// Answer signs with the receipt's key what the filer says to a remedy. form is
// the form's own sixteen bytes, as in [Mine.Add].
func (m *Mine) Answer(ctx context.Context, form [16]byte, w RemedyAnswer) error {
	if (w.Do == Contest || w.Do == Missing) && crypto.CleanLine(w.Text) == "" {
		return E(Invalid, "empty", nil)
	}
	c, err := m.s.reload(ctx, m.id)
	if err != nil {
		return err
	}
	set := map[string]string{"remedy": strconv.Itoa(w.Number), "on": w.On}
	once, err := m.once(ctx, form, string(w.Do)+"\n"+set["remedy"]+"\n"+w.On+"\n"+w.Text, nil)
	if err != nil {
		return err
	}
	public := m.receipt.Public([32]byte{})
	return m.s.sealed(ctx, c, func(c *Case) (*act, error) {
		a := &act{do: w.Do, by: ByFiler, filer: filerOf(public), set: set, see: bySystem(c.ID), sheaf: m.s.sheafFor(c, once)}
		return a, m.s.sealWords(ctx, words{
			sheaf: a.sheaf, c: c, lookup: public.Lookup, filer: public.FilerHash(), sign: m.receipt.Signer(),
			do: w.Do, set: set, text: w.Text,
		})
	})
}

// jobRemedies tells holders of due days.
const jobRemedies = "remedies"

// dueAtOnce is how many cases one transaction of the job looks at; it runs again
// every minute.
const dueAtOnce = 500

// warnRemedies tells the holders of each remedy whose promised day has come,
// once for each such day, in the same transaction that notes it.
func (s *Service) warnRemedies(ctx context.Context) error {
	today := s.Today()
	return s.update(ctx, func(tx Tx) error {
		if err := s.jumped(tx); err != nil {
			return err
		}
		due, err := tx.RemediesDue(today, dueAtOnce)
		if err != nil {
			return err
		}
		for _, id := range due {
			if err := s.warnRemedy(tx, id, today); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) warnRemedy(tx Tx, id ID, today Day) error {
	c, err := tx.Case(id, "")
	if err != nil {
		return err
	}
	for i, r := range c.Remedies {
		if !r.Ended() && Day(r.Due) <= today {
			c.Remedies[i].Told = Day(r.Due)
		}
	}
	if err := tx.Put(c); err != nil {
		return err
	}
	return s.tell(tx, c.Holders(), "", Notice{About: Deadline, Due: today})
}
