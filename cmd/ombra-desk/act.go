package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases/papers"
	"ombra/crypto"
)

type actOptions struct {
	do          string
	ask         bool
	papers      string
	file        string
	attach      []string
	disposition string
	lessons     string
	again       bool
	out         string
	yes         bool
}

func newReply(d *desk) *cobra.Command {
	o := &actOptions{do: "answer"}
	cmd := actCommand(d, o, "reply", "Answer the filer, or ask a question")
	cmd.Flags().BoolVar(&o.ask, "ask", false, "a question to the filer instead of an answer")
	return cmd
}

func newAct(d *desk) *cobra.Command {
	closing := &actOptions{do: "close"}
	cmd := actCommand(d, closing, "close", "Close a case with a final answer, a disposition and lessons")
	cmd.Flags().StringVar(&closing.disposition, "disposition", "", "how it ended: substantiated, partly, unsubstantiated, referred, …")
	cmd.Flags().StringVar(&closing.lessons, "lessons", "", "a file with what was learned, or \"none, because …\"")
	return group("act", "Sign what binds: a note, closing a case",
		actCommand(d, &actOptions{do: "note"}, "note", "Write a note that only ombudsmen read"), cmd)
}

func actCommand(d *desk, o *actOptions, use, short string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use + " [CASE]",
		Short: short,
		Long: short + `.

The words are signed and sealed on this machine, on the papers that you read last
(or those given with --papers), into one file to drop into the chat. If the case
has changed meanwhile the file is refused there: get fresh papers, open them, and
sign the kept draft again with --again.`,
		Args: cobra.MaximumNArgs(1),
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
	id, err := actOn(args, o)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(o.out); err == nil {
		return os.ErrExist
	}
	r, err := d.openFor(id, o.papers)
	if err != nil {
		return err
	}
	t, err := r.read()
	if err != nil {
		return err
	}
	if err := d.heed(t, o.yes); err != nil {
		return err
	}
	return d.sign(r, t, o)
}

// sign keeps the draft first: an act that is refused later, or a full disk now,
// must not cost anybody their words.
func (d *desk) sign(r *reading, t *papers.Thread, o *actOptions) error {
	draft, err := d.draft(r, t, o)
	if err != nil {
		return err
	}
	if err := r.at.saveDraft(t.Case, draft, r.k); err != nil {
		return err
	}
	file, err := t.Act(r.k.signing, draft, d.today())
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
	return nil
}

// actOn says which case is meant; "" means that papers are named instead.
func actOn(args []string, o *actOptions) (string, error) {
	if (len(args) == 1) == (o.papers != "") {
		return "", usage("name either a case whose papers you have opened, or the papers", "ombra-desk reply 7F3K-9QWD, or --papers papers.age")
	}
	if o.papers != "" {
		return "", nil
	}
	id := strings.ToUpper(args[0])
	if !papers.IsCase(id) {
		return "", usage("this is not the id of a case", "it looks like 7F3K-9QWD")
	}
	return id, nil
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

// heed shows warnings again before somebody signs on them.
func (d *desk) heed(t *papers.Thread, yes bool) error {
	if len(t.Warnings) == 0 {
		return nil
	}
	for _, w := range t.Warnings {
		d.note("!! %s\n", w)
	}
	ok, err := d.confirm(yes, "Sign in spite of this?")
	if err == nil && !ok {
		return refuse("nothing was signed", "get fresh papers, and tell oversight if they warn too")
	}
	return err
}

// draft gathers the words, or takes the kept ones.
func (d *desk) draft(r *reading, t *papers.Thread, o *actOptions) (papers.Draft, error) {
	if o.again {
		draft, err := r.at.draft(t.Case, r.k)
		if err == nil && draft.Do != o.do {
			return draft, usage("the kept draft is of another act", "use the command that it was written with")
		}
		return draft, err
	}
	draft := papers.Draft{Do: o.do, Disposition: o.disposition}
	var err error
	if draft.Text, err = d.words(o.file, "Your words."); err != nil {
		return draft, err
	}
	if o.do == "close" {
		if draft.Lessons, err = d.words(o.lessons, "What was learned? Or: none, because …"); err != nil {
			return draft, err
		}
	}
	if draft.Files, err = d.attachments(o.attach); err != nil {
		return draft, err
	}
	return draft, draft.Check()
}

// words reads text from a file or from the terminal.
func (d *desk) words(file, prompt string) (string, error) {
	if file == "" {
		t, err := d.terminal()
		if err != nil {
			return "", err
		}
		s, err := t.text(prompt)
		return strings.TrimRight(s, "\n"), err
	}
	b, err := d.read(file)
	return strings.TrimRight(crypto.Clean(string(b)), "\n"), err
}
