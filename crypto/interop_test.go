package crypto_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"ombra/crypto"
)

// stockAge finds the program that must be able to open everything without us.
func stockAge(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	home, err := os.UserHomeDir()
	if err == nil {
		if path, err := exec.LookPath(filepath.Join(home, "go", "bin", name)); err == nil {
			return path
		}
	}
	t.Skipf("NOT TESTED: the program %s is not installed, so nothing here proves that stock age opens "+
		"what Ombra seals; go install filippo.io/age/cmd/...@v1.3.2", name)
	return ""
}

// mustRun runs a shell script in dir with $AGE set, and returns its output.
func mustRun(t *testing.T, dir, script string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AGE="+stockAge(t, "age"), "KEYGEN="+stockAge(t, "age-keygen"), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func mustWrite(t *testing.T, dir, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestStockAgeReadsCase is the pipeline that an ombudsman without any program of
// ours uses: unwrap the case key, decrypt with it, cut off the first lines.
func TestStockAgeReadsCase(t *testing.T) {
	for name, holder := range map[string]crypto.Identity{"hybrid": mustIdentity(t), "classic": mustClassic(t)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			old := mustCaseKey(t)
			key := mustNext(t, old)
			binary := append([]byte{0, 0xff, '\n'}, bytes.Repeat([]byte{7}, 100_000)...)
			mustWrite(t, dir, "me.key", []byte(holder.Reveal()+"\n"))
			mustWrite(t, dir, "wrap.age", mustWrap(t, key, holder))
			mustWrite(t, dir, "msg.age", mustSeal(t, old.Recipient(), []byte("It began in spring.\n")))
			mustWrite(t, dir, "att.age", mustSeal(t, key.Recipient(), binary))
			got := mustRun(t, dir, `"$AGE" -d -i me.key wrap.age | "$AGE" -d -i - msg.age | tail -n +4`)
			if got != "It began in spring.\n" {
				t.Errorf("got %q", got)
			}
			got = mustRun(t, dir, `"$AGE" -d -i me.key -o case.key wrap.age; "$AGE" -d -i case.key att.age | tail -n +4`)
			if got != string(binary) {
				t.Errorf("the attachment has %d bytes, want %d", len(got), len(binary))
			}
		})
	}
}

// TestStockAgeGrant is a grant made by hand: what it wraps must open here.
func TestStockAgeGrant(t *testing.T) {
	dir, me, colleague := t.TempDir(), mustIdentity(t), mustIdentity(t)
	key := mustNext(t, mustCaseKey(t))
	mustWrite(t, dir, "me.key", []byte(me.Reveal()+"\n"))
	mustWrite(t, dir, "colleague.pub", []byte(colleague.Recipient().String()+"\n"))
	mustWrite(t, dir, "wrap.age", mustWrap(t, key, me))
	mustRun(t, dir, `"$AGE" -d -i me.key wrap.age | "$AGE" -R colleague.pub -o new.age`)
	blob, err := os.ReadFile(filepath.Join(dir, "new.age"))
	if err != nil {
		t.Fatal(err)
	}
	if err := crypto.OneStanza(blob); err != nil {
		t.Error(err)
	}
	if _, err := crypto.Unwrap(blob, "7F3K-9QWD", 1, key.Recipient().String(), colleague.Age()); err != nil {
		t.Error(err)
	}
}

// TestStockAgeMadeThese reads what strangers make with stock age: keys, armored
// and binary files.
func TestStockAgeMadeThese(t *testing.T) {
	for _, flag := range []string{"", "-pq"} {
		dir := t.TempDir()
		mustRun(t, dir, `"$KEYGEN" `+flag+` -o me.key 2>/dev/null; "$KEYGEN" -y me.key >me.pub
			echo "It began in spring." | "$AGE" -a -R me.pub -o in.txt`)
		file, err := os.ReadFile(filepath.Join(dir, "me.key"))
		if err != nil {
			t.Fatal(err)
		}
		ids, _, err := crypto.ParseIdentityFile(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		pub, err := os.ReadFile(filepath.Join(dir, "me.pub"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := crypto.ParseRecipient(string(pub))
		if err != nil || r.String() != ids[0].Recipient().String() || r.PostQuantum() != (flag != "") {
			t.Fatalf("recipient of age-keygen %s: %v", flag, err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "in.txt"))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := crypto.Dearmor(string(text))
		if err != nil {
			t.Fatal(err)
		}
		f, err := crypto.CheckForeign(raw, 1<<20)
		if want := (crypto.Foreign{PostQuantum: flag != "", Stanzas: 1, Plain: 20}); err != nil || f != want {
			t.Errorf("%+v, %v", f, err)
		}
		plain, err := crypto.Decrypt(raw, ids[0].Age())
		if err != nil || string(plain) != "It began in spring.\n" {
			t.Errorf("%q, %v", plain, err)
		}
	}
}

// TestStockAgePrintsToTerminal runs age on a terminal, where it refuses control
// characters: padding and cleaned text must not hold any.
func TestStockAgePrintsToTerminal(t *testing.T) {
	stockAge(t, "age")
	if _, err := exec.LookPath("script"); err != nil {
		t.Skip("NOT TESTED: the program script is not installed, so age was not run on a terminal")
	}
	dir, key := t.TempDir(), mustIdentity(t)
	mustWrite(t, dir, "me.key", []byte(key.Reveal()+"\n"))
	const hostile = "It began\tin \x1b[2Jspring.\x00\u009b\r\nThen \u202Eit went on.\n"
	mustWrite(t, dir, "msg.age", mustSeal(t, key.Recipient(), []byte(crypto.Clean(hostile))))
	mustWrite(t, dir, "raw.age", mustSeal(t, key.Recipient(), []byte(hostile)))
	got := mustRun(t, dir, `script -qec '"$AGE" -d -i me.key msg.age' /dev/null </dev/null`)
	if strings.Contains(got, "refusing") || !strings.Contains(got, "Then it went on.") {
		t.Errorf("age printed %q", got[max(0, len(got)-300):])
	}
	// Control: without Clean, age does refuse.
	got = mustRun(t, dir, `script -qec '"$AGE" -d -i me.key raw.age' /dev/null </dev/null || true`)
	if !strings.Contains(got, "refusing") {
		t.Errorf("control: age printed %q", got[max(0, len(got)-300):])
	}
}

// TestStockAgeOpensPapers opens a passphrase file with the batch plugin of age.
func TestStockAgeOpensPapers(t *testing.T) {
	plugin := stockAge(t, "age-plugin-batchpass")
	dir, p := t.TempDir(), crypto.NewPasscode()
	mustWrite(t, dir, "papers.age", mustPapers(t, p))
	out := mustRun(t, dir, `PATH="`+filepath.Dir(plugin)+`:$PATH" AGE_PASSPHRASE="`+p.Reveal()+
		`" "$AGE" -d -j batchpass -o papers.zip papers.age`)
	if out != "" {
		t.Errorf("age said %q", out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "papers.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := crypto.ReadBundle(raw); err != nil {
		t.Error(err)
	}
}

func mustSeal(tb testing.TB, to crypto.Recipient, body []byte) []byte {
	tb.Helper()
	blob, err := crypto.SealBytes(to, goodHeader(), body)
	if err != nil {
		tb.Fatal(err)
	}
	return blob
}

// The identities handed out are age identities like any other.
var _ age.Identity = crypto.Identity{}.Age()
