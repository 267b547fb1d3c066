package cases

import "slices"

// Verb is something that can be done to a case.
type Verb string

// The verbs of this version.
const (
	Add         Verb = "add"
	Acknowledge Verb = "acknowledge"
	GetPapers   Verb = "papers"
	Assess      Verb = "assess"
	Wait        Verb = "wait"
	Resume      Verb = "resume"
	TakeLead    Verb = "lead"
	Answer      Verb = "answer"
	Ask         Verb = "ask"
	Note        Verb = "note"
	Close       Verb = "close"
	Replace     Verb = "replace"
	HandOver    Verb = "handover"
	EndReceipt  Verb = "end"
	NotMe       Verb = "not-me"
	Settle      Verb = "settle"
	Approve     Verb = "approve"
	Correct     Verb = "correct"
	Extend      Verb = "extend"
	Appeal      Verb = "appeal"
	Withdraw    Verb = "withdraw"
	Keep        Verb = "keep" // taking the withdrawal back

	GrantCase      Verb = "grant"
	Recuse         Verb = "recuse"
	TellUnreadable Verb = "unreadable"
	Reseal         Verb = "reseal"
)

// The verbs on remedies; [papers.RemedyMoves] is their table.
const (
	Recommend   Verb = "recommend"
	Agree       Verb = "agreed"  // the responsible body's word, recorded
	Refuse      Verb = "refused" // likewise
	Offer       Verb = "offer"
	Deliver     Verb = "delivered"
	Unconfirmed Verb = "unconfirmed"
	Accept      Verb = "accept"
	Contest     Verb = "contest"
	Confirm     Verb = "confirm"
	Missing     Verb = "missing"
)

// Role says who acts.
type Role string

// The roles that act on cases.
const (
	ByFiler     Role = "filer"      // whoever holds the receipt
	ByOmbudsman Role = "ombudsman"  // a holder, by pressing in the chat
	BySigned    Role = "signed act" // a holder, signed on their own machine
)

// Act is what somebody wants to do, before it is judged.
type Act struct {
	Do   Verb
	Once [16]byte
	Set  map[string]string // category, priority, urgent, stage, disposition
}

// A move is one row of the table: who may do what, from where to where, what it
// requires, what it changes, and who is told.
type move struct {
	do    Verb
	by    []Role
	from  []Stage
	to    Stage // empty: stays
	needs func(*Service, *Case, *act) error
	then  func(*Service, *Case, *act)
	tells bool // the other holders
}

var (
	anyOpen = []Stage{Received, Acknowledged, Assessing, Investigating}
	always  = append(slices.Clone(anyOpen), Closed)
)

// moves is the one table of what can happen to a case. The diagram in
// docs/design.md is printed from it (TestDiagram).
var moves = []move{
	{do: Add, by: []Role{ByFiler}, from: always, then: (*Service).thenHeard, tells: true},
	{do: Acknowledge, by: []Role{ByOmbudsman}, from: []Stage{Received}, to: Acknowledged, then: (*Service).thenAcknowledged},
	{do: GetPapers, by: []Role{ByOmbudsman}, from: always},
	{do: Assess, by: []Role{ByOmbudsman}, from: []Stage{Acknowledged, Assessing, Investigating}, to: Assessing, needs: (*Service).needsAssessment, then: (*Service).thenAssessed},
	{do: Wait, by: []Role{ByOmbudsman}, from: anyOpen, then: func(_ *Service, c *Case, _ *act) { c.Flags |= Waiting }},
	{do: Resume, by: []Role{ByOmbudsman}, from: anyOpen, then: func(_ *Service, c *Case, _ *act) { c.Flags &^= Waiting }},
	{do: TakeLead, by: []Role{ByOmbudsman}, from: anyOpen, then: func(_ *Service, c *Case, a *act) { c.Lead = a.actor }},
	{do: Answer, by: []Role{BySigned, ByOmbudsman}, from: anyOpen, needs: (*Service).needsReader, then: (*Service).thenAnswered, tells: true},
	{do: Ask, by: []Role{BySigned, ByOmbudsman}, from: anyOpen, needs: (*Service).needsReader, then: func(_ *Service, c *Case, _ *act) { c.Flags |= Waiting }, tells: true},
	{do: Note, by: []Role{BySigned}, from: always, needs: (*Service).needsWords},
	{do: Hold, by: []Role{BySigned}, from: always, needs: (*Service).needsHold, then: (*Service).thenHeld, tells: true},
	{do: Lift, by: []Role{BySigned}, from: always, needs: (*Service).needsLift, then: (*Service).thenLifted, tells: true},
	{do: Close, by: []Role{BySigned}, from: anyOpen, to: Closed, needs: (*Service).needsClosing, then: (*Service).thenClosed, tells: true},
	{do: Replace, by: []Role{ByFiler}, from: always, needs: (*Service).needsSuccessor, then: (*Service).thenReplaced, tells: true},
	{do: HandOver, by: []Role{ByFiler}, from: always, needs: (*Service).needsSuccessor, then: (*Service).thenReplaced, tells: true},
	{do: Approve, by: []Role{ByFiler}, from: always, tells: true},
	{do: Correct, by: []Role{ByFiler}, from: always, tells: true},
	{do: EndReceipt, by: []Role{ByFiler}, from: always, then: (*Service).thenEnded, tells: true},
	{do: NotMe, by: []Role{ByFiler}, from: always, then: (*Service).thenDisputed, tells: true},
	{do: Settle, by: []Role{BySigned}, from: always, needs: (*Service).needsDispute, then: (*Service).thenSettled, tells: true},
	{do: Extend, by: []Role{BySigned}, from: anyOpen, needs: (*Service).needsExtension, then: (*Service).thenExtended, tells: true},
	{do: Appeal, by: []Role{ByFiler}, from: []Stage{Closed}, to: Investigating, needs: (*Service).needsAppeal, then: (*Service).thenAppealed, tells: true},
	// Whoever holds the case hears of a withdrawal when it can no longer be a whim.
	{do: Withdraw, by: []Role{ByFiler}, from: anyOpen, needs: (*Service).needsNoRequest, then: func(_ *Service, c *Case, a *act) { c.Withdraw = a.day }},
	{do: Keep, by: []Role{ByFiler}, from: anyOpen, needs: (*Service).needsRequest, then: func(_ *Service, c *Case, _ *act) { c.Withdraw = "" }, tells: true},
	{do: GrantCase, by: []Role{BySigned}, from: always, needs: (*Service).needsGrantee, then: (*Service).thenGranted, tells: true},
	{do: Recuse, by: []Role{BySigned}, from: always, then: (*Service).thenRecused, tells: true},
	{do: TellUnreadable, by: []Role{BySigned}, from: always, then: (*Service).thenUnreadable, tells: true},
	{do: Reseal, by: []Role{BySigned}, from: always, needs: (*Service).needsWords},
}

// allowed finds the move for a verb by a role at a stage.
func (s *Service) allowed(c *Case, do Verb, by Role) (move, bool) {
	for _, m := range moves {
		if m.do == do && slices.Contains(m.by, by) && slices.Contains(m.from, c.Stage) {
			// Typed replies are an office's choice: the chat's administrators
			// could have written one.
			return m, by != ByOmbudsman || (do != Answer && do != Ask) || s.Office.TypedReplies
		}
	}
	return remedyMove(c, do, by)
}

// Verbs lists what a role may do to a case now: buttons come from here.
func (s *Service) Verbs(c *Case, by Role) []Verb {
	var open []Verb
	for _, m := range moves {
		if _, ok := s.allowed(c, m.do, by); !ok {
			continue
		}
		if m.do.idle(c) {
			continue
		}
		open = append(open, m.do)
	}
	return open
}

// idle reports that there is nothing for a verb to do: no button is shown for it.
func (do Verb) idle(c *Case) bool {
	switch do {
	case Wait:
		return c.Is(Waiting)
	case Resume:
		return !c.Is(Waiting)
	case Settle:
		return !c.Is(Disputed)
	case Appeal:
		return c.appealUsed()
	case Withdraw:
		return c.Withdraw != ""
	case Keep:
		return c.Withdraw == ""
	case Lift:
		return !c.Is(Held)
	default:
		return false
	}
}

func (s *Service) thenHeard(c *Case, _ *act) { c.Flags &^= Waiting }

func (s *Service) thenAcknowledged(c *Case, a *act) { s.Office.Profile.acknowledged(c, a.day) }

func (s *Service) needsAssessment(c *Case, a *act) error {
	stage := Stage(a.set["stage"])
	switch {
	case !slices.Contains(s.Office.Categories, a.set["category"]),
		!slices.Contains(Priorities, a.set["priority"]),
		stage != Assessing && stage != Investigating,
		// An investigation is not undone by assessing once more.
		c.Stage == Investigating && stage != Investigating:
		return E(Invalid, "assessment", nil)
	}
	return nil
}

func (s *Service) thenAssessed(c *Case, a *act) {
	c.Stage, c.Category, c.Priority = Stage(a.set["stage"]), a.set["category"], a.set["priority"]
	c.Flags &^= Urgent
	if a.set["urgent"] == "yes" {
		c.Flags |= Urgent
	}
}

// needsReader: while two receipts are in dispute nobody is answered, and what
// goes to nobody keeps no promise and ends no case.
func (s *Service) needsReader(c *Case, a *act) error {
	if c.Is(Disputed) {
		return E(Conflict, "disputed", nil)
	}
	return s.needsWords(c, a)
}

func (s *Service) needsWords(_ *Case, a *act) error {
	if a.sheaf == nil || len(a.sheaf.papers) == 0 {
		return E(Invalid, "empty", nil)
	}
	return nil
}

func (s *Service) thenAnswered(c *Case, a *act) {
	if c.Answered == "" && !c.decidedBy(a.actor) {
		c.Answered = a.day
	}
}

// needsClosing: a disposition, a final answer to the filer, and lessons (or
// "none, because").
func (s *Service) needsClosing(c *Case, a *act) error {
	kinds := map[PaperKind]bool{}
	for _, p := range a.sheaf.papers {
		kinds[p.Kind] = true
	}
	switch {
	case !slices.Contains(Dispositions, Disposition(a.set["disposition"])):
		return E(Invalid, "disposition", nil)
	case !kinds[PaperAnswer] || !kinds[PaperLessons]:
		return E(Invalid, "closing", nil)
	case c.Is(Disputed):
		return E(Conflict, "disputed", nil)
	case c.Is(RemedyOutstanding | Held):
		return E(Conflict, "outstanding", nil)
	}
	return s.mayDecide(c, a)
}

func (s *Service) thenClosed(c *Case, a *act) {
	s.thenAnswered(c, a)
	c.Closed, c.Disposition = a.day, Disposition(a.set["disposition"])
	c.Flags &^= Waiting
	if !slices.Contains(c.Decided, a.actor) {
		c.Decided = append(c.Decided, a.actor)
	}
}
