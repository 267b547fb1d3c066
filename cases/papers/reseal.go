package papers

import (
	"encoding/hex"
	"slices"
)

// ResealSetting is what the act "reseal" settles: the once of what it copies.
const ResealSetting = "reseals"

func isOnce(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 16 && hex.EncodeToString(b) == s
}

// Sealed lists the papers that were sealed on the filer's own device and that
// this reader can open.
func (t *Thread) Sealed() (numbers []int64) {
	for _, it := range t.Items {
		if sealedHere(it) {
			numbers = append(numbers, it.N)
		}
	}
	return numbers
}

func sealedHere(it Item) bool {
	return it.Unreadable == "" && (it.Inner != "" || slices.ContainsFunc(it.Files, func(f File) bool { return f.Inner != "" }))
}

// Reseal drafts a copy of such a paper for the case key, in the name of whoever
// signs it: its inner layer is for the ombudsmen of the day of filing, and whom
// the case was granted later can open the outer one only. The original stays,
// with what the filer's device signed of it.
func (t *Thread) Reseal(n int64) (Draft, error) {
	i := slices.IndexFunc(t.Items, func(it Item) bool { return it.N == n && sealedHere(it) })
	if i < 0 {
		return Draft{}, ErrReseal
	}
	it := t.Items[i]
	d := Draft{Do: doReseal, Text: it.Text, Set: map[string]string{ResealSetting: it.Once}}
	for _, f := range it.Files {
		d.Files = append(d.Files, Attachment{Name: f.Name, Type: f.Type, Data: f.Data})
	}
	if blank(d.Text) {
		d.Text = "(files only)"
	}
	return d, nil
}
