package main

import (
	"strings"

	"ombra/cases/papers"
)

// given gathers what the flags name, and checks it: before a secret is asked
// for, so that nobody types one in vain.
func (d *desk) given(o *actOptions) (papers.Draft, error) {
	draft := papers.Draft{Do: o.do}
	if o.again {
		return draft, nil
	}
	for name, value := range o.set {
		if *value != "" {
			if draft.Set == nil {
				draft.Set = map[string]string{}
			}
			draft.Set[name] = *value
		}
	}
	if err := papers.Settles(o.do, draft.Set); err != nil {
		return draft, usage(err.Error(), o.command()+" --help lists what it settles")
	}
	text, lessons := papers.Words(o.do)
	if !text && (o.file != "" || len(o.attach) > 0) {
		return draft, usage("this act takes no words", "leave out --file and --attach; write a note beside it with ombra-desk act note")
	}
	var err error
	if text {
		if draft.Text, err = d.wordsIn(o.file, "--file"); err != nil {
			return draft, err
		}
	}
	if lessons {
		if draft.Lessons, err = d.lessons(o.lessons); err != nil {
			return draft, err
		}
	}
	if draft.Files, err = d.attachments(o.attach); err != nil {
		return draft, err
	}
	if len(draft.Files) < papers.Evidence(o.do) {
		return draft, usage(papers.ErrEvidence.Error(), "attach it with --attach")
	}
	return draft, nil
}

// lessons takes the one thing that is short enough for a command line as it
// stands: that nothing was learned, and why. Anything else names a file, as
// --file does.
func (d *desk) lessons(s string) (string, error) {
	low := strings.ToLower(s)
	if strings.HasPrefix(low, "none,") || strings.HasPrefix(low, "none because") {
		return s, nil
	}
	return d.wordsIn(s, "--lessons")
}

// draft asks for the words that no flag named, or takes the kept draft.
func (d *desk) draft(r *reading, t *papers.Thread, o *actOptions, given papers.Draft) (keptDraft, error) {
	if o.again {
		draft, err := r.at.draft(t.Case, r.k)
		if err == nil && draft.Do != o.do {
			return draft, usage("the kept draft is of another act", "use the command that it was written with: "+(&actOptions{do: draft.Do}).command()+" --again")
		}
		return draft, err
	}
	var err error
	text, lessons := papers.Words(o.do)
	if text && o.file == "" {
		if given.Text, err = d.typed("--file", "Your words."); err != nil {
			return keptDraft{}, err
		}
	}
	if lessons && o.lessons == "" {
		if given.Lessons, err = d.typed("--lessons", "What was learned? Or: none, because …"); err != nil {
			return keptDraft{}, err
		}
	}
	return keptDraft{Draft: given}, given.Check()
}
