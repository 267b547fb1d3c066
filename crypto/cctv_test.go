package crypto_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	agetest "c2sp.org/CCTV/age"
	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/google/go-cmp/cmp"

	"ombra/crypto"
)

// vector is one of the age test vectors of C2SP/CCTV: "key: value" lines, an
// empty line, the file.
type vector struct {
	expect string
	fields map[string][]string
	file   []byte
	armor  error // what the strict armor reader of age said
}

func mustVectors(t *testing.T) map[string]vector {
	t.Helper()
	names, err := fs.Glob(agetest.Vectors, "*")
	if err != nil || len(names) != 147 {
		t.Fatalf("%d vectors, error %v; want 147", len(names), err)
	}
	out := make(map[string]vector, len(names))
	for _, name := range names {
		b, err := fs.ReadFile(agetest.Vectors, name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = mustVector(t, b)
	}
	return out
}

func mustVector(t *testing.T, b []byte) vector {
	t.Helper()
	head, file, ok := bytes.Cut(b, []byte("\n\n"))
	if !ok {
		t.Fatal("vector without an empty line")
	}
	v := vector{fields: map[string][]string{}, file: file}
	for line := range strings.Lines(string(head)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		v.fields[key] = append(v.fields[key], value)
	}
	v.expect = v.fields["expect"][0]
	if v.fields["compressed"] != nil {
		r, err := zlib.NewReader(bytes.NewReader(v.file))
		if err != nil {
			t.Fatal(err)
		}
		if v.file, err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	// The strict reader of age, not Dearmor, which forgives on purpose some of
	// what these vectors must fail on.
	if v.fields["armored"] != nil {
		v.file, v.armor = io.ReadAll(armor.NewReader(bytes.NewReader(v.file)))
	}
	return v
}

func (v vector) identities(t *testing.T) []age.Identity {
	t.Helper()
	var ids []age.Identity
	for _, s := range v.fields["identity"] {
		id, err := crypto.ParseIdentity(s)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id.Age())
	}
	for _, s := range v.fields["passphrase"] {
		id, err := age.NewScryptIdentity(s)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func TestCCTVDecrypt(t *testing.T) {
	// What each expectation may be refused as. A passphrase vector that has no
	// match names the passphrase.
	want := map[string][]crypto.Why{
		"success":         {""},
		"header failure":  {crypto.WhyHeader, crypto.WhyNotAge},
		"HMAC failure":    {crypto.WhyHeader},
		"no match":        {crypto.WhyWrongKey, crypto.WhyPassphrase},
		"payload failure": {crypto.WhyTruncated},
	}
	counts := map[string]int{}
	for name, v := range mustVectors(t) {
		t.Run(name, func(t *testing.T) {
			counts[v.expect]++
			if v.expect == "armor failure" {
				if v.armor == nil {
					t.Fatal("the strict armor reader took it")
				}
				return
			}
			plain, err := crypto.Decrypt(v.file, v.identities(t)...)
			why := crypto.Refused(err)
			ok := slices.Contains(want[v.expect], why)
			// age counts the nonce as header; to a person, the file is cut off.
			if name == "stream_no_nonce" || name == "stream_short_nonce" {
				ok = why == crypto.WhyTruncated
			}
			if !ok {
				t.Fatalf("expect %s, refused as %q (%v)", v.expect, why, err)
			}
			if err != nil && plain != nil {
				t.Error("part of a file that failed was returned")
			}
			sum := sha256.Sum256(plain)
			if err == nil && hex.EncodeToString(sum[:]) != v.fields["payload"][0] {
				t.Error("wrong plaintext")
			}
		})
	}
	wantCounts := map[string]int{
		"success": 26, "header failure": 62, "armor failure": 26,
		"payload failure": 19, "no match": 13, "HMAC failure": 1,
	}
	if diff := cmp.Diff(wantCounts, counts); diff != "" {
		t.Error(diff)
	}
}

func TestCCTVCheckForeign(t *testing.T) {
	refused := map[string]int{}
	for name, v := range mustVectors(t) {
		var err error
		if err = v.armor; err == nil {
			_, err = crypto.CheckForeign(v.file, 1<<30)
		}
		if err != nil {
			refused[v.expect]++
		}
		switch {
		case v.expect != "success":
		case strings.Contains(name, "scrypt"):
			if crypto.Refused(err) != crypto.WhyPassphrase {
				t.Errorf("%s: %v, want a refusal for the passphrase", name, err)
			}
		case name == "hybrid_and_x25519":
			if crypto.Refused(err) != crypto.WhyMixed {
				t.Errorf("%s: %v, want a refusal for the mix", name, err)
			}
		case err != nil:
			t.Errorf("%s: refused: %v", name, err)
		}
	}
	// What gets through is undetectable without the key: a wrong MAC or tag, a
	// missing last chunk, points that are low-order but not zero.
	for expect, n := range map[string]int{"armor failure": 26, "header failure": 59, "payload failure": 6} {
		if refused[expect] != n {
			t.Errorf("%s: %d refused, want %d", expect, refused[expect], n)
		}
	}
}
