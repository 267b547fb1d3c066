package terminal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The story: somebody sends a line that never ends, to fill the memory.
func TestEndlessFrame(t *testing.T) {
	var read int
	r := bufio.NewReader(readerFunc(func(p []byte) (int, error) { read += len(p); return len(p), nil }))
	if _, err := readFrame(r, 1<<20); !errors.Is(err, errFrame) || read > 1<<20+1<<16 {
		t.Errorf("%v after %d bytes", err, read)
	}
	_, path, _ := mustServe(t, (&recorder{tb: t}).handle)
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for sent := 0; sent < maxFrame+1<<20; sent += 1 << 20 {
		if _, err = conn.Write(make([]byte, 1<<20)); err != nil {
			return // refused
		}
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		return
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Log("refused:", err)
	}
}

func TestDecodeIsStrict(t *testing.T) {
	for _, line := range []string{
		"", "null", "[]", `{"id":1}`, `{"id":1,"account":"a","secret":"x"}`, `{"id":1,"account":"a"} {"id":2,"account":"b"}`,
		`{"id":1,"account":"a","files":[{"name":"n","data":"no base64"}]}`, `{"id":1,"account":"a","form":true}`,
	} {
		if _, err := decodeRequest([]byte(line)); !errors.Is(err, errRequest) {
			t.Errorf("%s: %v", line, err)
		}
	}
	if r, err := decodeRequest([]byte(`{"id":7,"account":"a","verb":"v","said":"s"}`)); err == nil || r.ID != 7 {
		t.Errorf("whoever asked is not told: %v", r.ID)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestListen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	old, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(path); err == nil {
		t.Error("took a socket that is in use")
	}
	old.SetUnlinkOnClose(false) // as after a kill
	old.Close()
	w, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	plain := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(plain); err == nil {
		t.Error("took the place of a file")
	}
}

// FuzzRequest: what is decoded is one request that follows the rules, and
// reads the same when it is written and read again.
func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"id":1,"account":"anna","verb":"report"}`))
	f.Add([]byte(`{"id":2,"account":"a","token":"t","form":true,"values":{"a":["\u001b[2J"]},"files":[{"name":"n","data":"AA=="}]}`))
	f.Add([]byte(`{"watch":"a"} {"watch":"b"}`))
	f.Add([]byte(`{"id":9,"account":"a","said":"\u202e","secret":1}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := decodeRequest(line)
		if err != nil {
			if len(err.Error()) > 100 {
				t.Fatalf("an error that quotes: %v", err)
			}
			return
		}
		if (r.Account == "") == (r.Watch == "") || r.Form && r.Token == "" {
			t.Fatalf("took %q", line)
		}
		again, err := json.Marshal(r)
		if err != nil || bytes.ContainsRune(again, '\n') {
			t.Fatalf("%q, %v", again, err)
		}
		back, err := decodeRequest(again)
		if diff := cmp.Diff(r, back, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
	})
}
