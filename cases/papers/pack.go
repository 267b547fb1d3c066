package papers

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"ombra/crypto"
)

// Pack writes papers: the manifest, log.vkey, and the entries given, which must
// be exactly those that the manifest names (its papers and at least one wrap)
// and may be enrolments, checkpoints and proofs. Entries are opened one after
// the other, so a case with large attachments is never held in memory.
//
// The copy that the platform keeps is dead once the passcode is forgotten, even
// to a later thief of the reader's key. So p must be new, and shown privately.
func Pack(w io.Writer, p crypto.Passcode, m Manifest, entries []crypto.Entry) error {
	list, err := m.render()
	if err != nil {
		return err
	}
	all := append([]crypto.Entry{
		crypto.Bytes(manifestName, list),
		crypto.Bytes(vkeyName, []byte(m.Log.Verifier+"\n")),
	}, entries...)
	sizes := make(map[string]int64, len(all))
	names := make([]string, 0, len(all))
	for _, e := range all {
		sizes[e.Name] = e.Size
		names = append(names, e.Name)
	}
	if err := checkNames(m, names); err != nil {
		return err
	}
	for _, p := range m.Papers {
		if sizes[p.File] != p.Size {
			return ErrSum
		}
	}
	return crypto.SealPasscode(w, p, all)
}

// checkNames is the one rule about what papers hold; both ends use it. The
// manifest comes first, and every other name has its reason in it.
func checkNames(m Manifest, names []string) error {
	if len(names) < 2 || names[0] != manifestName || names[1] != vkeyName {
		return ErrEntries
	}
	want := make(map[string]bool, len(m.Papers))
	for _, p := range m.Papers {
		want[p.File] = true
	}
	seen := make(map[string]bool, len(names))
	wraps, last := 0, int64(0)
	for _, name := range names[2:] {
		if seen[name] {
			return ErrEntries
		}
		seen[name] = true
		switch kind, n := kindOf(name, m); kind {
		case entryPaper:
			if !want[name] {
				return ErrEntries
			}
			delete(want, name)
		case entryWrap:
			wraps++
		case entryCheckpoint:
			last = max(last, n)
		case entryProof:
			if !slices.Contains(names, CheckpointName(n)) {
				return ErrEntries
			}
		case entryRoster, entryPast, entryKey:
		case entryUnknown:
			return ErrEntries
		}
	}
	if len(want) > 0 || wraps == 0 || last != 0 && last != m.Log.Size {
		return ErrEntries
	}
	return nil
}

type entryKind int

const (
	entryUnknown entryKind = iota
	entryPaper
	entryWrap
	entryRoster
	entryPast
	entryKey
	entryCheckpoint
	entryProof
)

// kindOf sorts an entry by its name; for checkpoints and proofs with the size.
func kindOf(name string, m Manifest) (entryKind, int64) {
	if who, ok := inside(name, "roster-", ".note"); ok && crypto.CheckName(who) == nil {
		return entryRoster, 0
	}
	if who, n, ok := pastOf(name); ok && n > 0 && crypto.CheckName(who) == nil {
		return entryPast, n
	}
	if n, ok := numbered(name, "key-", ".note"); ok && n > 0 && n < int64(len(m.Keys)) {
		return entryKey, n
	}
	if n, ok := numbered(name, "checkpoint-", ".note"); ok && n > 0 && n <= m.Log.Size {
		return entryCheckpoint, n
	}
	if n, ok := numbered(name, "proof-", ""); ok && n > 0 {
		return entryProof, n
	}
	if n, ok := numbered(name, "wrap-", ".age"); ok && n < int64(len(m.Keys)) {
		return entryWrap, n
	}
	if strings.HasPrefix(name, "paper-") {
		return entryPaper, 0 // checkNames compares with the manifest's
	}
	return entryUnknown, 0
}

// pastOf takes the name of an earlier enrolment apart.
func pastOf(entry string) (who string, n int64, ok bool) {
	s, ok := inside(entry, "roster-", ".note")
	who, number, dotted := strings.Cut(s, ".")
	n, digits := numbered(number, "", "")
	return who, n, ok && dotted && digits
}

func inside(name, before, after string) (string, bool) {
	s, ok := strings.CutPrefix(name, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, after)
}

// numbered takes a number in its one spelling: "wrap-01.age" would be a second
// name for the first wrap.
func numbered(name, before, after string) (int64, bool) {
	s, ok := inside(name, before, after)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == s
}
