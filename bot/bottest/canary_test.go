package bottest_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"ombra/bot/bottest"
)

func zipped(t testing.TB, compress func(io.Writer) (io.WriteCloser, error), b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := compress(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gz(t testing.TB, b []byte) []byte {
	t.Helper()
	return zipped(t, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }, b)
}

// zipOf is a zip with one file, which is stored or compressed.
func zipOf(t testing.TB, name string, method uint16, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func inUTF16(text string, big bool) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

// disguises are the ways in which a leak could hide, as a leaking program would
// make them.
func disguises(t testing.TB, canary string) map[string][]byte {
	around := func(s string) []byte { return []byte("before " + s + " after") }
	long := []byte(strings.Repeat("noise ", 500) + canary + strings.Repeat(" noise", 500))
	all := map[string][]byte{
		"raw":              around(canary),
		"upper":            around(strings.ToUpper(canary)),
		"hex":              around(hex.EncodeToString([]byte(canary))),
		"HEX":              around(strings.ToUpper(hex.EncodeToString([]byte(canary)))),
		"utf16le":          inUTF16("before "+canary, false),
		"utf16be":          inUTF16("before "+canary, true),
		"gzip":             append([]byte("odd"), gz(t, long)...),
		"gzip, cut off":    gz(t, long)[:len(gz(t, long))-9],
		"zip":              zipOf(t, "a", zip.Deflate, long),
		"zip, stored":      zipOf(t, "a", zip.Store, long),
		"zip, name":        zipOf(t, canary, zip.Deflate, nil),
		"gzip in zip":      zipOf(t, "a", zip.Deflate, gz(t, long)),
		"hex in gzip":      gz(t, []byte(hex.EncodeToString(long))),
		"base64 in PEM":    pem.EncodeToMemory(&pem.Block{Type: "X", Bytes: long}),
		"gzip in folder":   gz(t, []byte("PK\x03\x04"+canary)),
		"between all sort": append(append(bytes.Repeat([]byte{0xff, 0x1f, 0x8b}, 50), canary...), 0xfe),
	}
	for name, enc := range map[string]*base64.Encoding{
		"std": base64.StdEncoding, "url": base64.URLEncoding, "raw std": base64.RawStdEncoding, "raw url": base64.RawURLEncoding,
	} {
		for skip := range 3 {
			all["base64 "+name+" "+string(rune('0'+skip))] = []byte(enc.EncodeToString([]byte(strings.Repeat("?", skip) + canary + "~~")))
		}
	}
	return all
}

// TestControl plants a canary in every disguise: a scan that finds nothing
// elsewhere means something.
func TestControl(t *testing.T) {
	s := bottest.NewScanner()
	canary, other := s.Plant("the words"), bottest.NewScanner().Plant("not known")
	secret := []byte{0xfb, 0xff, 0x00, 0x3e, 0x3f, 0xf0, 0x99, 0x01, 0x77, 0xfe, 0xbf, 0x0f, 0x81, 0x00, 0x10, 0xaa}
	s.KnowBytes("the secret", secret)
	cases := disguises(t, canary)
	for name, b := range disguises(t, string(secret)) {
		if name != "upper" && !strings.HasPrefix(name, "utf16") && name != "zip, name" {
			cases["secret "+name] = b
		}
	}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			if found := s.Bytes("here", b); len(found) == 0 {
				t.Errorf("not found in %q", b)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "f"), b, 0o600); err != nil {
				t.Fatal(err)
			}
			if found, err := s.Folder(dir); err != nil || len(found) == 0 {
				t.Errorf("not found in a folder: %v", err)
			}
			if found, err := s.FS("", fstest.MapFS{"a/b": {Data: b}}); err != nil || len(found) == 0 {
				t.Errorf("not found in a file system: %v", err)
			}
		})
	}
	for name, b := range disguises(t, other) {
		if found := s.Bytes("here", b); len(found) > 0 {
			t.Errorf("%s: found what is not there: %s", name, bottest.Lines(found))
		}
	}
}

// TestControlOfNames: a name is a leak too.
func TestControlOfNames(t *testing.T) {
	s := bottest.NewScanner()
	for _, plant := range []func(dir, canary string) error{
		func(dir, canary string) error { return os.WriteFile(filepath.Join(dir, "a-"+canary), nil, 0o600) },
		func(dir, canary string) error { return os.MkdirAll(filepath.Join(dir, "x", canary), 0o700) },
		func(dir, canary string) error { return os.Symlink("/home/"+canary, filepath.Join(dir, "l")) },
	} {
		dir := t.TempDir()
		if err := plant(dir, s.Plant("a name")); err != nil {
			t.Fatal(err)
		}
		if found, err := s.Folder(dir); err != nil || len(found) != 1 {
			t.Errorf("%v, %v", found, err)
		}
	}
}

// TestControlOfTimes: the odd minute is found as people and programs write it.
func TestControlOfTimes(t *testing.T) {
	s := bottest.NewScanner()
	s.KnowTime("the moment", odd)
	for _, b := range []string{
		odd.Format(time.RFC3339), odd.Format(time.RFC3339Nano), odd.Format(time.Kitchen) + odd.Format(" 15:04:05.000"),
		odd.Format(time.ANSIC), "1795527462", "1795527462000", "1795527462.000000", string(binary.BigEndian.AppendUint64(nil, uint64(odd.UnixMilli()))[2:]), string(inUTF16("13:37:42", false)),
	} {
		if len(s.String("here", b)) == 0 {
			t.Errorf("not found: %q", b)
		}
	}
	for _, b := range []string{"2026-11-24", "2026-11-24T00:00:00Z", "1795478400", "13:37"} {
		if found := s.String("here", b); len(found) > 0 {
			t.Errorf("a day was taken for the moment: %s", bottest.Lines(found))
		}
	}
}
