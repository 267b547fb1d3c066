package custody_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ombra/crypto/custody"
)

const (
	day  = "2026-11-23"
	hex1 = "8999de3dbb37d560abcb5109277e1aff556138ba337e0338ff5b113644aa367d"
)

func TestDetailsJSON(t *testing.T) {
	for name, c := range map[string]struct {
		d    custody.Details
		want string
	}{
		"opened": {custody.Opened(day, hex1), `{"act":"opened","day":"2026-11-23","lookup":"` + hex1 + `"}`},
		"no-op":  {custody.Details{Act: custody.ActNoOp, Day: day}, `{"act":"no-op","day":"2026-11-23"}`},
		"all": {
			custody.Details{
				Act: "shredded", Day: day, Case: "7F3K-9QWD", Once: "00", Actor: "anna", From: "received", To: "closed",
				Lookup: hex1, Hash: hex1, Hashes: []string{hex1}, Note: "rule=5y", Leaves: []int64{0, 7},
			},
			`{"act":"shredded","day":"2026-11-23","case":"7F3K-9QWD","once":"00","actor":"anna","from":"received","to":"closed",` +
				`"lookup":"` + hex1 + `","hash":"` + hex1 + `","hashes":["` + hex1 + `"],"note":"rule=5y","leaves":[0,7]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(c.d.JSON()); got != c.want {
				t.Errorf("JSON = %s, want %s", got, c.want)
			}
			back, err := custody.ParseDetails([]byte(c.want))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.d, back); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDetailsRefused(t *testing.T) {
	good := `{"act":"opened","day":"2026-11-23","lookup":"` + hex1 + `"}`
	for name, s := range map[string]string{
		"empty":           "",
		"two values":      good + good,
		"newline":         good + "\n",
		"blank":           strings.Replace(good, ",", ", ", 1),
		"other order":     `{"day":"2026-11-23","act":"opened"}`,
		"key in capital":  strings.Replace(good, `"act"`, `"Act"`, 1),
		"key twice":       strings.Replace(good, `"act":"opened"`, `"act":"x","act":"opened"`, 1),
		"unknown key":     strings.Replace(good, `"lookup"`, `"look"`, 1),
		"empty value":     `{"act":"opened","day":"2026-11-23","case":""}`,
		"no act":          `{"act":"","day":"2026-11-23"}`,
		"no such day":     `{"act":"opened","day":"2026-02-30"}`,
		"words":           `{"act":"message","day":"2026-11-23","note":"he said: Größe"}`,
		"quoted":          `{"act":"message","day":"2026-11-23","note":"a\"b"}`,
		"short hash":      strings.Replace(good, hex1, hex1[2:], 1),
		"capital hash":    strings.Replace(good, hex1, strings.ToUpper(hex1), 1),
		"empty hash":      `{"act":"message","day":"2026-11-23","hashes":[""]}`,
		"leaves unsorted": `{"act":"shredded","day":"2026-11-23","leaves":[7,0]}`,
		"leaves of other": `{"act":"message","day":"2026-11-23","leaves":[7]}`,
		"negative leaf":   `{"act":"shredded","day":"2026-11-23","leaves":[-1]}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := custody.ParseDetails([]byte(s)); !errors.Is(err, custody.ErrFormat) {
				t.Errorf("err = %v", err)
			}
		})
	}
	if _, err := custody.ParseDetails([]byte(good)); err != nil {
		t.Error("the control is refused")
	}
}

func TestLeaf(t *testing.T) {
	nonce := [32]byte{1, 2, 3}
	details := custody.Opened(day, hex1).JSON()
	leaf := custody.Leaf(day, nonce, details)
	mac := hmac.New(sha256.New, nonce[:])
	mac.Write(details)
	want := `{"v":1,"day":"2026-11-23","c":"` + base64.StdEncoding.EncodeToString(mac.Sum(nil)) + `"}`
	if string(leaf) != want {
		t.Fatalf("leaf = %s, want %s", leaf, want)
	}
	if !custody.Opens(leaf, details, nonce) {
		t.Error("does not open")
	}
	other := custody.Opened("2026-11-24", hex1).JSON()
	for name, opens := range map[string]bool{
		"another nonce":         custody.Opens(leaf, details, [32]byte{1}),
		"other details":         custody.Opens(leaf, custody.Opened(day, strings.Repeat("0", 64)).JSON(), nonce),
		"details of other day":  custody.Opens(custody.Leaf(day, nonce, other), other, nonce),
		"details no details":    custody.Opens(custody.Leaf(day, nonce, []byte("x")), []byte("x"), nonce),
		"another leaf":          custody.Opens(custody.Leaf(day, [32]byte{9}, details), details, nonce),
		"leaf that is not one":  custody.Opens([]byte("{}"), details, nonce),
		"leaf with another day": custody.Opens(bytes.Replace(leaf, []byte("-23"), []byte("-24"), 1), details, nonce),
	} {
		if opens {
			t.Error("opens with " + name)
		}
	}
}

func TestParseLeafRefuses(t *testing.T) {
	good := string(custody.Leaf(day, [32]byte{1}, []byte("x")))
	c := good[strings.Index(good, `"c":"`)+5 : len(good)-2]
	for name, s := range map[string]string{
		"empty":        "",
		"blank":        good + " ",
		"newline":      good + "\n",
		"version 2":    strings.Replace(good, `"v":1`, `"v":2`, 1),
		"no version":   strings.Replace(good, `"v":1,`, "", 1),
		"order":        `{"day":"2026-11-23","v":1,"c":"` + c + `"}`,
		"extra":        strings.Replace(good, `"v":1,`, `"v":1,"x":1,`, 1),
		"twice":        strings.Replace(good, `"v":1,`, `"v":1,"v":1,`, 1),
		"no such day":  strings.Replace(good, day, "2026-13-01", 1),
		"short c":      strings.Replace(good, c, c[4:], 1),
		"loose base64": strings.Replace(good, c, c[:42]+string(c[42]+1)+"=", 1),
		"number 1.0":   strings.Replace(good, `"v":1`, `"v":1.0`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if s == good {
				t.Fatal("the case changes nothing")
			}
			if _, _, err := custody.ParseLeaf([]byte(s)); !errors.Is(err, custody.ErrFormat) {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestPad(t *testing.T) {
	for _, c := range []struct{ have, before, want int64 }{
		{0, 0, 8},
		{1, 0, 7},
		{8, 0, 0},
		{9, 0, 7},
		{16, 0, 0},
		{17, 0, 15},
		{33, 0, 31},
		{8, 8, 8},
		{11, 8, 5},
		{107, 100, 1},
		{100 + 129, 100, 127},
	} {
		if got := custody.Pad(c.have, c.before); got != c.want {
			t.Errorf("Pad(%d, %d) = %d, want %d", c.have, c.before, got, c.want)
		}
	}
	// What the padding is for: up to a bucket, days of any number of acts end alike.
	for acts := range int64(9) {
		if 40+acts+custody.Pad(40+acts, 40) != 48 {
			t.Errorf("a day of %d acts has another size", acts)
		}
	}
}

func TestPadPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a log that shrank was padded")
		}
	}()
	custody.Pad(7, 8)
}

func FuzzParseLeaf(f *testing.F) {
	f.Add(custody.Leaf(day, [32]byte{1}, []byte("x")))
	f.Add([]byte(`{"v":1,"day":"2026-11-23","c":""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, c, err := custody.ParseLeaf(b)
		if err != nil {
			return
		}
		want := `{"v":1,"day":"` + d + `","c":"` + base64.StdEncoding.EncodeToString(c[:]) + `"}`
		if string(b) != want {
			t.Fatalf("%q was taken for %q", b, want)
		}
	})
}

func FuzzParseDetails(f *testing.F) {
	f.Add(custody.Opened(day, hex1).JSON())
	f.Add(custody.Details{Act: "shredded", Day: day, Note: "rule=x", Leaves: []int64{1, 2}}.JSON())
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := custody.ParseDetails(b)
		if err != nil {
			return
		}
		if !bytes.Equal(d.JSON(), b) || d.Check() != nil {
			t.Fatalf("%q does not round-trip", b)
		}
	})
}
