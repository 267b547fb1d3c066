package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"ombra/cases/papers"
	"ombra/crypto"
)

// What is kept of a case is sealed to the own key: a thief of the machine finds
// how many cases there are and their ids, and not a word. Case ids were checked
// (papers.Manifest.Check) before they become names.

func (f folder) openedPath(id string) []string { return []string{"opened", id + ".age"} }
func (f folder) draftPath(id string) []string  { return []string{"drafts", id + ".age"} }

var errNotKept = fail("no papers of this case are kept here", "get them in the chat, then: ombra-desk open papers.age")

// keep seals the papers for reply and act, which then need no passcode.
func (f folder) keep(p *papers.Papers, k keys) error {
	var b bytes.Buffer
	if err := p.Seal(&b, k.id.Recipient()); err != nil {
		return err
	}
	return f.put(b.Bytes(), f.openedPath(p.Manifest().Case)...)
}

// forget deletes the papers of a case that were kept: whoever withdrew should
// not read on in them.
func (f folder) forget(id string) error {
	err := os.Remove(f.path(f.openedPath(id)...)) //nolint:gosec // the user's own folder; the id has the shape of a case's
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// kept opens the last papers of a case.
func (f folder) kept(id string, k keys) (*papers.Papers, error) {
	file, err := os.ReadFile(f.path(f.openedPath(id)...))
	if err != nil {
		return nil, errNotKept
	}
	p, err := papers.Reopen(file, k.ids()...)
	if err == nil && p.Manifest().Case != id {
		return nil, refuse("the papers kept under this case are of another", "get them again in the chat")
	}
	return p, err
}

// keptCases are the ids of the cases whose papers are kept here.
func (f folder) keptCases() []string {
	list, _ := os.ReadDir(f.path("opened")) // none yet, before the first time
	var ids []string
	for _, e := range list {
		if id, ok := strings.CutSuffix(e.Name(), ".age"); ok && papers.IsCase(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// A keptDraft is a draft and every once that it was signed with: whichever of
// those act files was handed in, the draft is done.
type keptDraft struct {
	papers.Draft
	Signed []string
}

// saveDraft keeps a draft until the act is seen in later papers. An act that was
// signed on papers which are no longer current is a Conflict: it is signed
// again on fresh ones without retyping.
func (f folder) saveDraft(id string, d keptDraft, k keys) error {
	line, err := json.Marshal(d)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := crypto.SealBundle(&b, k.id.Recipient(), []crypto.Entry{crypto.Bytes("draft", line)}); err != nil {
		return err
	}
	return f.put(b.Bytes(), f.draftPath(id)...)
}

func (f folder) draft(id string, k keys) (keptDraft, error) {
	var d keptDraft
	file, err := os.ReadFile(f.path(f.draftPath(id)...)) //nolint:gosec // the user's own folder; the id has the shape of a case's
	if err != nil {
		return d, fail("no draft of this case is kept here", "write it anew, without --again")
	}
	b, err := crypto.OpenBundle(file, k.ids()...)
	if err != nil {
		return d, err
	}
	line, _ := b.Get("draft")
	if json.Unmarshal(line, &d) != nil {
		return d, refuse("the kept draft is damaged", "write it anew, without --again")
	}
	return d, nil
}

// settleDraft drops a draft that has become part of the case. It goes by the
// act's once and not by the words: two acts may say the same.
func (f folder) settleDraft(t *papers.Thread, k keys) {
	d, err := f.draft(t.Case, k)
	if err != nil {
		return
	}
	for _, it := range t.Items {
		if it.Signed && it.By == t.Me && slices.Contains(d.Signed, it.Once) {
			_ = os.Remove(f.path(f.draftPath(t.Case)...)) //nolint:gosec // as above; if it stays, no harm
			return
		}
	}
}
