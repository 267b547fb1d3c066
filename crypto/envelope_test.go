package crypto_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"ombra/crypto"
)

func goodHeader() crypto.Header {
	return crypto.Header{
		Case: "7F3K-9QWD", Once: strings.Repeat("9f", 16), From: "filer", What: "report",
		Type: "text/plain; charset=utf-8", Day: "2026-11-23",
	}
}

func fullHeader() crypto.Header {
	h := goodHeader()
	h.Name = "fotos & <plan>.pdf"
	h.Filer = strings.Repeat("a1", 32)
	h.Excluded = []string{"bela", "Čeněk"}
	h.Holders = []crypto.Holder{
		{Name: "anna", Recipient: strings.Repeat("b2", 32)},
		{Name: "backstop", Recipient: strings.Repeat("c3", 32), Dormant: true},
	}
	h.Inner = "age"
	return h
}

// mustPlain seals and decrypts, without opening the envelope.
func mustPlain(tb testing.TB, h crypto.Header, body []byte) []byte {
	tb.Helper()
	id := mustIdentity(tb)
	blob, err := crypto.SealBytes(id.Recipient(), h, body)
	if err != nil {
		tb.Fatal(err)
	}
	plain, err := crypto.Decrypt(blob, id.Age())
	if err != nil {
		tb.Fatal(err)
	}
	return plain
}

func TestEnvelopeRoundTrip(t *testing.T) {
	id := mustIdentity(t)
	for _, size := range []int{0, 1, 3000, 3900, 4096, 60000, 65536, 70000, 1 << 20} {
		h := fullHeader()
		h.Len = int64(size)
		body := bytes.Repeat([]byte{'x'}, size)
		var b bytes.Buffer
		sum, n, err := crypto.Seal(&b, id.Recipient(), h, iotest.OneByteReader(bytes.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		if n != int64(b.Len()) || sum != sha256.Sum256(b.Bytes()) {
			t.Error("sum and length are not those of the ciphertext")
		}
		if err := crypto.OneStanza(b.Bytes()); err != nil {
			t.Error(err)
		}
		f, err := crypto.CheckForeign(b.Bytes(), 1<<30)
		if err != nil || f.Plain != crypto.Bucket(f.Plain) {
			t.Errorf("plaintext of %d bytes is no bucket (%v)", f.Plain, err)
		}
		got, gotBody, err := crypto.DecryptEnvelope(b.Bytes(), id.Age())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(h, got); diff != "" || !bytes.Equal(body, gotBody) {
			t.Errorf("size %d came back differently: %s", size, diff)
		}
	}
}

// TestEnvelopeBytes pins the plaintext byte by byte.
func TestEnvelopeBytes(t *testing.T) {
	plain := string(mustPlain(t, goodHeader(), []byte("It began in spring.\n")))
	const head = "ombra-envelope/1\n" +
		`{"case":"7F3K-9QWD","once":"9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f","from":"filer","what":"report",` +
		`"type":"text/plain; charset=utf-8","day":"2026-11-23","len":20}` + "\n"
	rest, ok := strings.CutPrefix(plain, head)
	if !ok {
		t.Fatalf("begins with %q", plain[:300])
	}
	padding, ok := strings.CutSuffix(rest, "\nIt began in spring.\n")
	if !ok || strings.Trim(padding, " ") != "" || len(plain) != 4096 {
		t.Errorf("%d bytes, not a line of spaces and the body", len(plain))
	}
	full := string(mustPlain(t, fullHeader(), nil))
	if !strings.Contains(full, `"name":"fotos & <plan>.pdf","filer":"a1`) ||
		!strings.Contains(full, `"excluded":["bela","Čeněk"],"holders":[{"name":"anna","recipient":"b2`) ||
		!strings.Contains(full, `c3","dormant":true}],"inner":"age"}`) {
		t.Errorf("unexpected header %s", full[:700])
	}
}

func TestSealRefusesWrongLength(t *testing.T) {
	to := mustIdentity(t).Recipient()
	h := goodHeader()
	h.Len = 10
	for name, body := range map[string]io.Reader{
		"shorter": strings.NewReader("123456789"),
		"longer":  strings.NewReader("12345678901"),
		"endless": zeros{},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if _, _, err := crypto.Seal(&b, to, h, body); !errors.Is(err, crypto.ErrLength) {
				t.Errorf("got %v", err)
			}
		})
	}
	broken := iotest.ErrReader(io.ErrUnexpectedEOF)
	if _, _, err := crypto.Seal(io.Discard, to, h, broken); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken body gives %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestUnfinishedSealOpensNowhere: what was written before an error is no file.
func TestUnfinishedSealOpensNowhere(t *testing.T) {
	id := mustIdentity(t)
	h := goodHeader()
	h.Len = 1 << 20
	var b bytes.Buffer
	if _, _, err := crypto.Seal(&b, id.Recipient(), h, bytes.NewReader(make([]byte, 1<<20-1))); err == nil {
		t.Fatal("a short body was sealed")
	}
	_, err := crypto.Decrypt(b.Bytes(), id.Age())
	wantRefusal(t, err, crypto.WhyTruncated)
}

func TestSealToAll(t *testing.T) {
	a, b, classic := mustIdentity(t), mustIdentity(t), mustClassic(t)
	h := goodHeader()
	h.Case, h.Lookup = "", strings.Repeat("0d", 32)
	var buf bytes.Buffer
	to := []crypto.Recipient{a.Recipient(), b.Recipient()}
	if _, _, err := crypto.SealToAll(&buf, to, h, strings.NewReader("")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []crypto.Identity{a, b} {
		if _, _, err := crypto.DecryptEnvelope(buf.Bytes(), id.Age()); err != nil {
			t.Error(err)
		}
	}
	wantRefusal(t, crypto.OneStanza(buf.Bytes()), crypto.WhyTooMany)
	_, _, err := crypto.SealToAll(io.Discard, append(to, classic.Recipient()), h, strings.NewReader(""))
	wantRefusal(t, err, crypto.WhyMixed)
	_, _, err = crypto.SealToAll(io.Discard, nil, h, strings.NewReader(""))
	wantRefusal(t, err, crypto.WhyNoRecipient)
}

func TestOpenEnvelopeRefuses(t *testing.T) {
	good := string(mustPlain(t, goodHeader(), []byte("text\n")))
	swap := func(old, new string) string {
		s := strings.Replace(good, old, new, 1)
		if s == good {
			t.Fatalf("nothing to spoil with %q", old)
		}
		return s
	}
	tests := map[string]string{
		"empty":             "",
		"magic only":        "ombra-envelope/1\n",
		"another version":   swap("envelope/1", "envelope/2"),
		"unknown key":       swap(`"len":5}`+"\n      ", `"len":5,"x":1}`+"\n"),
		"key spelt other":   swap(`"once"`, `"Once"`),
		"key twice":         swap(`,"len":5}`+"\n"+strings.Repeat(" ", 8), `,"len":5,"len":5}`+"\n"),
		"space in JSON":     swap(`"len":5}`+"\n ", `"len": 5}`+"\n"),
		"escape in JSON":    swap(`"from":"filer"`, `"from":"\u0066iler"`),
		"two values":        swap(`"len":5}`+"\n  ", `"len":5}{}`+"\n"),
		"shorter len":       swap(`"len":5`, `"len":4`),
		"longer len":        swap(`"len":5`, `"len":6`),
		"len of the moon":   swap(`"len":5`, `"len":9e18`),
		"no padding":        strings.ReplaceAll(good, "  ", ""),
		"marked padding":    swap("}\n  ", "}\n \t"),
		"padding too long":  swap("}\n", "}\n"+strings.Repeat(" ", 4096)),
		"something behind":  good + "x",
		"a relabelled note": swap(`"what":"report"`, `"what":"gossip"`),
	}
	for name, plain := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := crypto.OpenEnvelope([]byte(plain))
			wantRefusal(t, err, crypto.WhyFormat)
		})
	}
}

// TestOpenEnvelopeOfHugeLen: the padding that a length implies is not made
// before the length is compared with what is there.
func TestOpenEnvelopeOfHugeLen(t *testing.T) {
	plain := mustPlain(t, goodHeader(), []byte("text\n"))
	plain = bytes.Replace(plain, []byte(`"len":5}`), []byte(`"len":34359738369}`), 1)
	wantLittleMemory(t, func() {
		_, _, err := crypto.OpenEnvelope(plain)
		wantRefusal(t, err, crypto.WhyFormat)
	})
}

// wantLittleMemory fails if f allocates more than a megabyte.
func wantLittleMemory(t *testing.T, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

func TestBucket(t *testing.T) {
	tests := map[int64]int64{
		0: 4096, 1: 4096, 4096: 4096, 4097: 8192, 8192: 8192, 32769: 65536, 65536: 65536,
		65537: 67584, 67584: 67584, 67585: 69632, 1 << 20: 1 << 20, 1<<20 + 1: 1<<20 + 1<<15,
		10_000_000: 10_223_616, 25 << 20: 25 << 20,
	}
	for n, want := range tests {
		if got := crypto.Bucket(n); got != want {
			t.Errorf("Bucket(%d) = %d, want %d", n, got, want)
		}
	}
	last := int64(0)
	for n := int64(0); n < 1<<21; n += 97 {
		b := crypto.Bucket(n)
		if b < n || b < last || crypto.Bucket(b) != b {
			t.Fatalf("Bucket(%d) = %d: too small, falling, or not settled", n, b)
		}
		if n > 65536 && float64(b-n) > 0.0313*float64(n) {
			t.Fatalf("Bucket(%d) = %d wastes more than 3.1 %%", n, b)
		}
		last = b
	}
}

func FuzzOpenEnvelope(f *testing.F) {
	f.Add(mustPlain(f, goodHeader(), []byte("text\n")))
	f.Add(mustPlain(f, fullHeader(), nil))
	id := mustIdentity(f)
	f.Fuzz(func(t *testing.T, plain []byte) {
		h, body, err := crypto.OpenEnvelope(plain)
		if err != nil {
			return
		}
		blob, err := crypto.SealBytes(id.Recipient(), h, body)
		if err != nil {
			t.Fatal(err)
		}
		again, err := crypto.Decrypt(blob, id.Age())
		if err != nil || !bytes.Equal(again, plain) {
			t.Errorf("it opened and does not come back: %v", err)
		}
	})
}
