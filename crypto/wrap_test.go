package crypto_test

import (
	"bytes"
	"strings"
	"testing"

	"ombra/crypto"
)

func mustNext(tb testing.TB, k crypto.CaseKey) crypto.CaseKey {
	tb.Helper()
	n, err := k.Next()
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func mustWrap(tb testing.TB, k crypto.CaseKey, to crypto.Identity) []byte {
	tb.Helper()
	blob, err := k.Wrap(to.Recipient())
	if err != nil {
		tb.Fatal(err)
	}
	return blob
}

// mustWrapText is the plaintext of a wrap.
func mustWrapText(tb testing.TB, k crypto.CaseKey) string {
	tb.Helper()
	id := mustIdentity(tb)
	plain, err := crypto.Decrypt(mustWrap(tb, k, id), id.Age())
	if err != nil {
		tb.Fatal(err)
	}
	return string(plain)
}

func TestWrapOpensForHolder(t *testing.T) {
	for _, holder := range []crypto.Identity{mustIdentity(t), mustClassic(t)} {
		key := mustNext(t, mustNext(t, mustCaseKey(t)))
		blob := mustWrap(t, key, holder)
		if err := crypto.OneStanza(blob); err != nil {
			t.Errorf("a wrap is no file with one stanza: %v", err)
		}
		got, err := crypto.Unwrap(blob, "7F3K-9QWD", 2, key.Recipient().String(), holder.Age())
		if err != nil {
			t.Fatal(err)
		}
		if got.Case() != key.Case() || got.Epoch() != 2 || len(got.Recipients()) != 3 {
			t.Errorf("case %s, epoch %d, %d recipients", got.Case(), got.Epoch(), len(got.Recipients()))
		}
		for i, r := range key.Recipients() {
			if got.Recipients()[i].String() != r.String() {
				t.Errorf("epoch %d has another recipient", i)
			}
		}
	}
}

// TestEpochs: whoever holds the newest wrap reads all epochs, whoever holds an
// old one does not read newer ones.
func TestEpochs(t *testing.T) {
	old := mustCaseKey(t)
	key := mustNext(t, old)
	if key.Recipients()[0].String() != old.Recipient().String() || key.Recipients()[1].String() != key.Recipient().String() {
		t.Error("recipients are not in the order of their epochs")
	}
	h := goodHeader()
	before, err := crypto.SealBytes(old.Recipient(), h, []byte("before\n"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := crypto.SealBytes(key.Recipient(), h, []byte("after\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, blob := range [][]byte{before, after} {
		if _, _, err := crypto.DecryptEnvelope(blob, key.Identities()...); err != nil {
			t.Errorf("the new key does not open: %v", err)
		}
	}
	_, _, err = crypto.DecryptEnvelope(after, old.Identities()...)
	wantRefusal(t, err, crypto.WhyWrongKey)
}

// TestUnwrapSwappedBlobs is the attack of a host that hands out a good wrap in
// the wrong place: age has no associated data, so only what is written inside
// tells.
func TestUnwrapSwappedBlobs(t *testing.T) {
	anna := mustIdentity(t)
	key := mustNext(t, mustCaseKey(t))
	blob := mustWrap(t, key, anna)
	to := key.Recipient().String()
	tests := map[string]struct {
		caseID    string
		epoch     int
		recipient string
		id        crypto.Identity
		why       crypto.Why
	}{
		"good":              {"7F3K-9QWD", 1, to, anna, ""},
		"another case":      {"7F3K-9QWE", 1, to, anna, crypto.WhyCaseMismatch},
		"another epoch":     {"7F3K-9QWD", 0, to, anna, crypto.WhyCaseMismatch},
		"another recipient": {"7F3K-9QWD", 1, mustIdentity(t).Recipient().String(), anna, crypto.WhyKeyMismatch},
		"the older one":     {"7F3K-9QWD", 1, key.Recipients()[0].String(), anna, crypto.WhyKeyMismatch},
		"another holder":    {"7F3K-9QWD", 1, to, mustIdentity(t), crypto.WhyWrongKey},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.Unwrap(blob, tt.caseID, tt.epoch, tt.recipient, tt.id.Age())
			wantRefusal(t, err, tt.why)
		})
	}
}

func TestWrapPlaintextHidesLittle(t *testing.T) {
	key := mustCaseKey(t)
	for epoch, want := range []int{256, 256, 512, 512, 512, 512, 768} {
		text := mustWrapText(t, key)
		if len(text) != want {
			t.Errorf("epoch %d: %d bytes, want %d", epoch, len(text), want)
		}
		if !strings.HasPrefix(text, "# ombra-casekey/1 case=7F3K-9QWD epoch=") || !strings.HasSuffix(text, " \n") {
			t.Errorf("epoch %d: unexpected frame", epoch)
		}
		key = mustNext(t, key)
	}
}

// padWrap adds the padding line that brings a wrap's text to 256 bytes.
func padWrap(s string) string { return s + "#" + strings.Repeat(" ", 256-len(s)-2) + "\n" }

func TestParseCaseKeyRefuses(t *testing.T) {
	good := mustWrapText(t, mustNext(t, mustCaseKey(t)))
	lines := strings.SplitN(good, "\n", 4)
	if good != padWrap(strings.Join(lines[:3], "\n")+"\n") {
		t.Fatal("control: padWrap does not make the padding")
	}
	if _, err := crypto.ParseCaseKey([]byte(good)); err != nil {
		t.Fatal(err)
	}
	classic := mustClassic(t).Reveal()
	tests := map[string]string{
		"empty":             "",
		"short":             good[:255],
		"longer":            good + strings.Repeat(" ", 256),
		"other padding":     good[:len(good)-2] + "x\n",
		"other case":        strings.Replace(good, "7F3K", "7f3k", 1),
		"epoch +1":          strings.Replace(good, "epoch=1", "epoch=2", 1),
		"epoch 0":           strings.Replace(good, "epoch=1", "epoch=0", 1),
		"epoch 01":          strings.Replace(good, "epoch=1\n", "epoch=01\n", 1)[:256],
		"epoch -1":          strings.Replace(good, "epoch=1\n", "epoch=-1\n", 1)[:256],
		"epoch huge":        strings.Replace(good, "epoch=1\n", "epoch=9223372036854775807\n", 1)[:256],
		"another magic":     strings.Replace(good, "casekey/1", "casekey/2", 1),
		"the same key":      lines[0] + "\n" + lines[1] + "\n" + lines[1] + "\n" + lines[3],
		"a classic key":     padWrap(lines[0] + "\n" + classic + "\n" + lines[2] + "\n"),
		"carriage returns":  strings.Replace(good, "\n", "\r", 1),
		"a line of padding": good[:250] + "\n#    \n"[:6],
	}
	for name, plain := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := crypto.ParseCaseKey([]byte(plain))
			wantRefusal(t, err, crypto.WhyFormat)
		})
	}
}

func TestNewCaseKeyRefusesID(t *testing.T) {
	for _, id := range []string{"", "7F3K9QWD", "7F3K-9QW", "7f3k-9qwd", "7F3K-9QW\n", "7F3K 9QWD", "7F3K-9QWDX"} {
		if _, err := crypto.NewCaseKey(id); err == nil {
			t.Errorf("a case key was made for %q", id)
		}
	}
}

func FuzzParseCaseKey(f *testing.F) {
	key := mustCaseKey(f)
	f.Add([]byte(mustWrapText(f, key)))
	f.Add([]byte(mustWrapText(f, mustNext(f, key))))
	f.Add(bytes.Repeat([]byte("#\n"), 128))
	reader := mustIdentity(f)
	f.Fuzz(func(t *testing.T, plain []byte) {
		k, err := crypto.ParseCaseKey(plain)
		if err != nil {
			return
		}
		again, err := crypto.Decrypt(mustWrap(t, k, reader), reader.Age())
		if err != nil || !bytes.Equal(again, plain) {
			t.Errorf("%d bytes parsed and do not come back: %v", len(plain), err)
		}
	})
}

// TestCheckWrap: what a host can see of a wrap without any key, at epochs whose
// text is longer than a block, and with numbers of more digits.
func TestCheckWrap(t *testing.T) {
	key, classic, hybrid := mustCaseKey(t), mustClassic(t), mustIdentity(t)
	for range 12 {
		for _, holder := range []crypto.Identity{classic, hybrid} {
			blob := mustWrap(t, key, holder)
			if err := crypto.CheckWrap(blob, holder.Recipient(), key.Epoch()); err != nil {
				t.Errorf("epoch %d: %v", key.Epoch(), err)
			}
			if crypto.CheckWrap(blob, holder.Recipient(), key.Epoch()+4) == nil {
				t.Errorf("a wrap of epoch %d passes for one of four later", key.Epoch())
			}
		}
		key = mustNext(t, key)
	}
	if crypto.CheckWrap(mustWrap(t, key, classic), hybrid.Recipient(), key.Epoch()) == nil {
		t.Error("a wrap to a classic key passes for one to a hybrid key")
	}
	if crypto.CheckWrap([]byte("garbage"), hybrid.Recipient(), key.Epoch()) == nil {
		t.Error("garbage passes")
	}
}
