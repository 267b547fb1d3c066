package papers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"ombra/crypto"
)

// bound is an item whose signed note names files: what must come with it.
type bound struct {
	item  int // index in Items
	files []crypto.FileRef
}

// loose is a file whose item is looked for when all papers are read.
type loose struct {
	item Item
	file File
}

// repeated reports whether the host shows a paper twice. Files of one act share
// its once, so they are told apart by what is in them.
func (r *reader) repeated(h crypto.Header, body []byte) bool {
	id := h.Once + " " + h.From + " " + h.What
	if h.What == "file" {
		id += " " + sumOf(body) + " " + h.Name
	}
	was := r.seen[id]
	r.seen[id] = true
	return was
}

func (r *reader) body(it Item, h crypto.Header, body []byte) {
	if h.Inner != "" {
		r.inner(it, h, body)
		return
	}
	switch h.What {
	case "report":
		r.words(&it, string(body))
		r.add(it)
	case "more":
		r.more(it, h.Filer, body)
	case "file":
		r.loose = append(r.loose, loose{it, fileOf(h, body)})
	case "act":
		if h.From == "filer" {
			r.claim(it, body)
			return
		}
		r.act(it, body)
	default:
		r.reply(it, body)
	}
}

func (r *reader) add(it Item) { r.t.Items = append(r.t.Items, it) }

// words takes the machine block off a report; its card is shown first. Whom the
// filer excluded later, signed, is excluded for whatever this desk does next.
func (r *reader) words(it *Item, text string) {
	readable, block, ok := FormBlock(crypto.Clean(text))
	it.Text = readable
	if ok && it.What == "more" && it.Signed {
		for _, name := range block.Answers["exclude"] {
			if crypto.CheckName(name) == nil && !slices.Contains(r.t.Excluded, name) {
				r.t.Excluded = append(r.t.Excluded, name)
			}
		}
	}
	if ok && (it.What == "report" || r.t.Conflict == Card{}) {
		r.t.Conflict = cardOf(block)
	}
}

// more reads what the filer added or did. It counts as signed only by the receipt
// that the report pinned, or one that it handed the case to: a host that turned
// bad later has many keys, but not those.
func (r *reader) more(it Item, filer string, body []byte) {
	text, err := crypto.NoteText(body)
	var n crypto.FilerNote
	if err == nil {
		n, err = crypto.ParseFiler(text)
	}
	if err != nil {
		it.Text = crypto.Clean(string(body))
		r.warnf("Paper %d is not written as a filer's message is, and not signed.", it.N)
		r.add(it)
		return
	}
	_, err = crypto.OpenFiler(body, r.verifierOf(filer))
	it.Signed = err == nil && n.Origin == r.t.Origin && n.Once == it.Once && r.filers.sameLookup(filer, n.Lookup)
	if !it.Signed {
		r.warnf("Paper %d is not signed by the receipt of the report, or for something else: do not take it for the filer's.", it.N)
	}
	switch n.Do {
	case "add":
		r.objects(&it, filer, n.Do, n.Day)
		r.words(&it, n.Words)
	case "replace", "handover":
		r.handsOver(&it, filer, n.Do, n.Words)
	default:
		r.objects(&it, filer, n.Do, n.Day)
		r.words(&it, n.Words)
		r.answered(&it, filer, n)
		it.Text = strings.TrimSpace("[" + n.Do + "]" + settled(n.Set) + "\n" + it.Text)
	}
	r.bound = append(r.bound, bound{len(r.t.Items), n.Files})
	r.add(it)
}

// reply reads an ombudsman's words: a signed note, or what was typed in chat.
func (r *reader) reply(it Item, body []byte) {
	text, err := crypto.NoteText(body)
	if err != nil {
		it.Text = crypto.Clean(string(body))
		r.add(it)
		return
	}
	n, err := crypto.ParseReply(text)
	if err != nil {
		it.Text = crypto.Clean(text)
		r.warnf("Paper %d is signed, but not as a reply: do not take it for one.", it.N)
		r.add(it)
		return
	}
	it.By, it.Text = n.By, n.Words
	fits := n.Origin == r.t.Origin && n.Case == r.t.Case && n.Once == it.Once && n.What == it.What
	if !fits || n.Filer != "-" && !r.filers.knows(n.Filer) {
		r.warnf("Paper %d was signed for another case, act or filer: do not take it for what it seems.", it.N)
		fits = false
	}
	it.Signed = r.signedBy(it.N, n.By, n.Day, func(verifier string) error {
		_, err := crypto.OpenReply(body, verifier)
		return err
	}) && fits
	r.bound = append(r.bound, bound{len(r.t.Items), n.Files})
	r.add(it)
}

// act reads what an ombudsman signed to bind. What it carried for the case must
// be among the papers: a host cannot keep back half of an act.
func (r *reader) act(it Item, body []byte) {
	text, err := crypto.NoteText(body)
	var n crypto.ActNote
	if err == nil {
		n, err = crypto.ParseAct(text)
	}
	if err != nil {
		it.Unreadable = "this is not written as a signed act is"
		r.unreadable(it)
		return
	}
	it.By, it.Do, it.Set = n.By, n.Do, n.Set
	it.Text = n.Do + settled(n.Set)
	if key, err := RekeyOf(n); err == nil && key.Recipient != "" {
		it.Text += fmt.Sprintf("\nnew case key, epoch %d, for %s", n.Epoch, strings.Join(key.Holders, ", "))
	}
	fits := n.Origin == r.t.Origin && n.Case == r.t.Case && n.Once == it.Once
	if !fits {
		r.warnf("Paper %d is an act on another case, or shown as another act than it is.", it.N)
	}
	for name, sum := range n.Carry {
		if strings.HasSuffix(name, ".case.age") && !r.listed(sum) {
			r.warnf("Paper %d is an act that carried something which is not in these papers.", it.N)
		}
	}
	it.Signed = r.signedBy(it.N, n.By, n.Day, func(verifier string) error {
		_, err := crypto.OpenNote(body, verifier)
		return err
	}) && fits
	if n.Do == "settle" {
		r.settles(&it, n.Set["keep"], n.Day)
	}
	r.withdraws(it, n)
	r.add(it)
}

func (r *reader) listed(sum string) bool {
	return slices.ContainsFunc(r.t.Papers, func(e ManifestPaper) bool { return e.Sum == sum })
}

// files puts each file to its item, and holds signed notes to what they name.
func (r *reader) files() {
	for _, l := range r.loose {
		at := slices.IndexFunc(r.t.Items, func(it Item) bool {
			return it.Once == l.item.Once && it.From == l.item.From && it.What != "act" && it.What != "lessons"
		})
		if at < 0 {
			r.warnf("Paper %d is a file that belongs to nothing that was said.", l.item.N)
			l.item.Files = []File{l.file}
			r.add(l.item)
			continue
		}
		r.t.Items[at].Files = append(r.t.Items[at].Files, l.file)
	}
	for _, b := range r.bound {
		it := &r.t.Items[b.item]
		if !sameFiles(it.Files, b.files) {
			r.warnf("Paper %d was signed with other files than those that came with it.", it.N)
		}
	}
}

func sameFiles(have []File, want []crypto.FileRef) bool {
	return slices.Equal(
		slices.Sorted(func(yield func(string) bool) {
			for _, f := range have {
				if !yield(f.Sum + f.Name) {
					return
				}
			}
		}),
		slices.Sorted(func(yield func(string) bool) {
			for _, f := range want {
				if !yield(f.Hash + f.Name) {
					return
				}
			}
		}))
}

func fileOf(h crypto.Header, body []byte) File {
	return File{Name: crypto.FileName(h.Name), Type: crypto.CleanLine(h.Type), Sum: sumOf(body), Data: body}
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// isText reports whether a bare file is words: what a terminal would print as
// it stands.
func isText(b []byte) bool {
	return utf8.Valid(b) && !strings.ContainsFunc(string(b), func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f
	})
}
