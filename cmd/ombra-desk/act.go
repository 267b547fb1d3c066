package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases/papers"
)

type actOptions struct {
	do      string
	ask     bool
	papers  string
	file    string
	attach  []string
	set     map[string]*string // what it settles, by flag
	lessons string
	again   bool
	out     string
	yes     bool
}

// command is the command as it is typed, for hints.
func (o *actOptions) command() string {
	if o.do == "answer" || o.do == "ask" {
		return "ombra-desk reply"
	}
	return "ombra-desk act " + o.do
}

func newReply(d *desk) *cobra.Command {
	o := &actOptions{do: "answer"}
	cmd := actCommand(d, o, "reply", "Answer the filer, or ask a question")
	cmd.Flags().BoolVar(&o.ask, "ask", false, "a question to the filer instead of an answer")
	return cmd
}

func newAct(d *desk) *cobra.Command {
	var list []*cobra.Command
	for _, s := range binding {
		o := &actOptions{do: s.do, set: map[string]*string{}}
		cmd := actCommand(d, o, s.do, s.short)
		for _, f := range s.settles {
			o.set[f.name] = cmd.Flags().String(f.name, "", f.help)
		}
		if _, lessons := papers.Words(s.do); lessons {
			cmd.Flags().StringVar(&o.lessons, "lessons", "", "a file with what was learned, or the words \"none, because …\"")
		}
		list = append(list, cmd)
	}
	list = append(list, newUnreadable(d), newReseal(d))
	return group("act", "Sign what binds: a note, an extension, a hold, a remedy, a grant, a withdrawal, closing a case", list...)
}

// binding lists the acts of `ombra-desk act`, each with the flags for what it
// settles.
var binding = []struct {
	do, short string
	settles   []struct{ name, help string }
}{
	{
		do: "grant", short: "Give a case to a colleague, or again to a holder whose key was lost",
		settles: []struct{ name, help string }{{"to", "the colleague's roster name"}},
	},
	{do: "recuse", short: "Withdraw from a case: you see nothing of it from then on"},
	{do: "note", short: "Write a note that only ombudsmen read"},
	{do: "extend", short: "Extend the time for an answer, once; the words are the reason, and the filer reads them"},
	{
		do: "settle", short: "Sign for one of two receipts in dispute, and why; two ombudsmen decide",
		settles: []struct{ name, help string }{{"keep", "which one stays: former (it said \"this was not me\") or newer"}},
	},
	{
		do: "hold", short: "Keep a case beyond its time, to a last day, with a reason that only ombudsmen read",
		settles: []struct{ name, help string }{{"until", "the last day of the hold, as YYYY-MM-DD"}},
	},
	{do: "lift", short: "End a hold before its last day, with a reason that only ombudsmen read"},
	{
		do: "close", short: "Close a case with a final answer, a disposition and lessons",
		settles: []struct{ name, help string }{{"disposition", "how it ended: " + strings.Join(papers.Dispositions, ", ")}},
	},
	{
		do: "recommend", short: "Recommend a remedy; what exactly and to which body, ombudsmen alone read",
		settles: []struct{ name, help string }{
			{"form", "one of " + strings.Join(papers.Forms, ", ")},
			{"due", "the day by which the body should answer, YYYY-MM-DD"},
		},
	},
	{do: "agreed", short: "Record that the responsible body agreed to a remedy", settles: oneRemedy},
	{do: "refused", short: "Record that the responsible body refuses a remedy; the filer reads the words", settles: oneRemedy},
	{
		do: "offer", short: "Offer a remedy to the filer, or offer it again",
		settles: append(oneRemedy, struct{ name, help string }{"due", "the day by which it will be delivered, YYYY-MM-DD"}),
	},
	{do: "delivered", short: "Record that a remedy was delivered; the filer gets the words and the evidence (--attach)", settles: oneRemedy},
	{do: "unconfirmed", short: "End a delivered remedy without the filer's word, as the second ombudsman", settles: oneRemedy},
}

var oneRemedy = []struct{ name, help string }{{"remedy", "the number of the remedy, as the papers list them"}}

func actCommand(d *desk, o *actOptions, use, short string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use + " [CASE]",
		Short: short,
		Long: short + `.

The words are signed and sealed on this machine, on the papers that you read last
(or those given with --papers), into one file to drop into the chat. If the case
has changed meanwhile the file is refused there: get fresh papers, open them, and
sign the kept draft again with --again. CASE may be left out where papers of one
case alone are kept here.`,
		Args: atMost("CASE"),
		RunE: runs(func(args []string) error { return d.act(args, o) }),
	}
	f := cmd.Flags()
	f.StringVar(&o.papers, "papers", "", "papers to act on, instead of the kept ones")
	f.StringVar(&o.file, "file", "", "read the text from a file, or from standard input (-)")
	f.StringArrayVar(&o.attach, "attach", nil, "attach a file; may be repeated")
	f.BoolVar(&o.again, "again", false, "sign the kept draft again")
	f.StringVar(&o.out, "out", papers.ActName, "where to write the act file")
	f.BoolVar(&o.yes, "yes", false, "sign in spite of warnings, without asking")
	return cmd
}

func (d *desk) act(args []string, o *actOptions) error {
	if o.ask {
		o.do = "ask"
	}
	id, err := d.actOn(args, o)
	if err != nil {
		return err
	}
	if err := free(o.out); err != nil {
		return err
	}
	given, err := d.given(o)
	if err != nil {
		return err
	}
	r, err := d.openFor(id, o.papers)
	if err != nil {
		return err
	}
	t, err := r.read()
	if err != nil {
		return err
	}
	if t.Stage == "closed" && !papers.OnClosed(o.do) {
		return papers.ErrClosed
	}
	if err := d.heed(t, o.yes); err != nil {
		return err
	}
	return d.sign(r, t, o, given)
}

// sign keeps the draft first: an act that is refused later, or a full disk now,
// must not cost anybody their words. It is kept with the once of the act, by
// which the act is known when later papers show it.
func (d *desk) sign(r *reading, t *papers.Thread, o *actOptions, given papers.Draft) error {
	draft, err := d.draft(r, t, o, given)
	if err != nil {
		return err
	}
	return d.signDraft(r, t, o, draft)
}

func (d *desk) signDraft(r *reading, t *papers.Thread, o *actOptions, draft keptDraft) error {
	if draft.Do == "settle" {
		d.noteMissed(t.Missed(draft.Set["keep"], d.today()))
	}
	draft.Once = papers.NewOnce()
	draft.Signed = append(draft.Signed, draft.Once)
	if err := r.at.saveDraft(t.Case, draft, r.k); err != nil {
		return err
	}
	file, err := t.Act(r.k.signing, draft.Draft, d.today())
	if err != nil {
		return err
	}
	if err := create(o.out, file); err != nil {
		return err
	}
	if d.json {
		return d.writeJSON(map[string]string{"file": o.out, "case": t.Case, "do": draft.Do})
	}
	d.note("Signed %q on the papers of %s. Drop this file into the chat:\n", draft.Do, t.Day)
	d.say("%s\n", o.out)
	if draft.Do == "recuse" {
		d.note("When the chat says that it is stored, delete the papers of this case, and what you wrote out of them. The copy that was kept here is deleted now.\n")
		return r.at.forget(t.Case)
	}
	return nil
}

// actOn says which case is meant; "" means that papers are named instead.
func (d *desk) actOn(args []string, o *actOptions) (string, error) {
	switch {
	case len(args) == 1 && o.papers != "":
		return "", usage("a case and papers are both named", "name one of them: "+o.command()+" CASE, or --papers papers.age")
	case o.papers != "":
		return "", nil
	case len(args) == 0:
		return d.onlyKept(o)
	}
	id := caseID(args[0])
	if !papers.IsCase(id) {
		return "", usage("this is not the id of a case", "it looks like 7F3K-9QWD: "+o.command()+" 7F3K-9QWD")
	}
	return id, nil
}

// onlyKept is the case that is meant where none is named.
func (d *desk) onlyKept(o *actOptions) (string, error) {
	at, err := d.known()
	if err != nil {
		return "", err
	}
	switch ids := at.keptCases(); len(ids) {
	case 0:
		return "", usage("no papers of a case are kept here", "get them in the chat, then: ombra-desk open papers.age")
	case 1:
		d.note("On case %s.\n", ids[0])
		return ids[0], nil
	default:
		return "", usage("papers of more than one case are kept here: "+strings.Join(ids, ", "), "name one: "+o.command()+" "+ids[0])
	}
}

// lookalikes are letters that no id and no receipt holds, because they are taken for others.
var lookalikes = strings.NewReplacer("O", "0", "I", "1", "L", "1")

// caseID forgives how an id was typed.
func caseID(typed string) string {
	id := lookalikes.Replace(strings.ToUpper(strings.TrimSpace(typed)))
	if len(id) == 8 {
		return id[:4] + "-" + id[4:]
	}
	return id
}

func (d *desk) openFor(id, name string) (*reading, error) {
	if id != "" {
		return d.openKept(id)
	}
	file, err := d.read(name)
	if err != nil {
		return nil, err
	}
	return d.openFile(file)
}

// heed shows warnings again before somebody signs on them, and for whom the key
// that is made then would not be: it was said when it was new, but this is when it
// takes effect.
func (d *desk) heed(t *papers.Thread, yes bool) error {
	warnings := slices.Clone(t.Warnings)
	for _, name := range t.Unlisted {
		if w := papers.NotListed(name); !slices.Contains(warnings, w) {
			warnings = append(warnings, w)
		}
	}
	if len(warnings) == 0 {
		return nil
	}
	for _, w := range warnings {
		d.note("!! %s\n", w)
	}
	ok, err := d.confirm(yes, "--yes", "Sign in spite of this?")
	if err == nil && !ok {
		return refuse("nothing was signed", "get fresh papers, and tell oversight if they warn too")
	}
	return err
}
