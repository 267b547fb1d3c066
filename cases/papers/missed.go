package papers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ombra/crypto"
)

// While two receipts are in dispute, one of two people has not read what the
// office wrote: to the former receipt nothing was sealed since it was replaced,
// to the newer one nothing since the dispute began. Whoever signs what decides the
// dispute has all of it, for the case, and says it again to the receipt that stays,
// in one answer of their own. A signature that leaves it open brings nothing: nobody
// is answered on the word of one. Nothing weaker would do: the notes of then name the
// other receipt, so that no host can show one filer what was meant for another,
// and a receipt that warned of that could not know when it was right.

// side is one of two receipts in a dispute.
type side struct {
	filer string // FilerHash
	from  int    // index in Items, from which on it was told nothing
}

// sides are those that a settlement can keep, by its word for it.
func (f *filers) sides(now string) map[string]side {
	if !f.disputed {
		return nil
	}
	list := map[string]side{KeepFormer: {f.before, f.replaced}}
	if now != f.before { // the former was not ended
		list[KeepNewer] = side{now, f.objected}
	}
	return list
}

// maxAgain is how many bytes of attachments are said again: they are carried
// twice, and an office takes act files of some size only.
const maxAgain = 4 << 20

// decides reports whether the reader's signature for a receipt would be the one
// that ends the dispute.
func (t *Thread) decides(keep, today string) bool {
	votes := Votes{}
	maps.Copy(votes, t.votes)
	return votes.Sign(t.Me, keep, today, AloneDays-zones, t.gone)
}

func (t *Thread) gone(name string) bool { return slices.Contains(t.Withdrew, name) }

// Missed is how many messages a settlement that is signed today says again, and the
// names of the attachments that are too large for it.
func (t *Thread) Missed(keep, today string) (messages int, left []string) {
	m := t.missed(keep, today)
	return m.count, m.left
}

type missed struct {
	to    side
	count int
	text  strings.Builder
	files []Attachment
	left  []string
	size  int
}

// missed collects what was written to the filer while the receipt that stays was
// not told. Typed words are said to be no more than that.
func (t *Thread) missed(keep, today string) *missed {
	m := &missed{}
	to, ok := t.sides[keep]
	if !ok || !t.decides(keep, today) {
		return m
	}
	m.to = to
	for _, it := range t.Items[to.from:] {
		if it.From == ombudsman && (it.What == "answer" || it.What == "ask" || it.What == "remedy") {
			m.add(it)
		}
	}
	return m
}

func (m *missed) add(it Item) {
	if m.count++; m.count == 1 {
		m.text.WriteString("While another receipt was in hand, the following was written to you and did not reach you. It is repeated here, signed for you by whoever settled which receipt is yours.\n")
	}
	fmt.Fprintf(&m.text, "\n%s, %s%s:\n", crypto.CleanLine(it.Day), strings.ToLower(titles[it.What]), it.byline())
	if it.Unreadable != "" {
		m.text.WriteString("\n    (it cannot be read: ask what it was)\n")
	}
	if it.Text != "" {
		m.text.WriteString("\n    " + strings.ReplaceAll(strings.TrimSpace(it.Text), "\n", "\n    ") + "\n")
	}
	for _, f := range it.Files {
		if len(m.files) == MaxFiles || m.size+len(f.Data) > maxAgain {
			m.left = append(m.left, f.Name)
			fmt.Fprintf(&m.text, "\n    (file %s is too large to be repeated here: ask for it)\n", f.Name)
			continue
		}
		m.size += len(f.Data)
		m.files = append(m.files, Attachment{Name: f.Name, Type: f.Type, Data: f.Data})
		fmt.Fprintf(&m.text, "\n    (with the file %s)\n", f.Name)
	}
}

// sayAgain adds it to an act that settles a dispute.
func (a *act) sayAgain() error {
	m := a.t.missed(a.d.Set["keep"], a.note.Day)
	if m.count == 0 {
		return nil
	}
	for _, rc := range append(a.t.Receipts[:len(a.t.Receipts):len(a.t.Receipts)], a.t.Former...) {
		if rc.FilerHash() != m.to.filer {
			continue
		}
		to, err := crypto.ParseRecipient(rc.Recipient)
		if err != nil {
			return ErrReceipts
		}
		a.to["r1"], a.again, a.d.Files = to, m, m.files
		return nil
	}
	return ErrReceipts
}
