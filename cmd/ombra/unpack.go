package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"

	"ombra/cases"
	"ombra/cases/sqlite"
	"ombra/crypto"
)

var (
	errNoBackup  = refuse("this is no backup of ombra", "name a file that ombra backup wrote; nothing was restored")
	errWrongKey  = refuse("this identity does not open the backup", "use the secret half of the backup.recipient that it was made for; nothing was restored")
	errDamaged   = refuse("the backup is damaged or cut off", "use another copy; nothing was restored")
	errNewer     = refuse("the backup was written by a newer ombra", "install that version, then restore; nothing was restored")
	errRoom      = fail("the disk is full", "make room, or restore elsewhere; nothing was restored")
	shelfEntry   = regexp.MustCompile(`^files/[0-9a-f]{32}$`)
	smallEntries = map[string]bool{entryManifest: true, entryOrigin: true, entryLogKey: true, entryConfig: true, entryForms: true}
)

// An unpacking puts the entries of a backup into a data folder. The file was
// sealed to a public key, so anybody could have made it: its names are compared
// with those that there can be, and no path in it is followed.
type unpacking struct {
	data   string
	now    time.Time
	begin  func(manifest) error // judges what this is before anything is written
	m      manifest
	small  map[string][]byte
	seen   map[string]bool
	shelf  int
	closed bool // the padding was there
}

// open begins to decrypt. A header that does not parse is no age file.
func decrypts(r io.Reader, ids []age.Identity) (io.Reader, error) {
	plain, err := age.Decrypt(r, ids...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, errWrongKey
	case err != nil:
		return nil, errNoBackup
	}
	return plain, nil
}

// read goes through the whole file. What age gives out before the end is not
// known to be all, so only a nil error means that there is an office.
func (u *unpacking) read(plain io.Reader) error {
	u.small, u.seen = map[string][]byte{}, map[string]bool{}
	t := tar.NewReader(plain)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return u.unread(err)
		}
		if err := u.entry(h, t); err != nil {
			return err
		}
	}
	behind, err := io.Copy(io.Discard, plain)
	if err != nil || behind > 0 {
		return errDamaged
	}
	if !u.closed || !u.seen[entryOrigin] || !u.seen[entryLogKey] || !u.seen[entryConfig] || !u.seen[entryDatabase] || u.shelf != u.m.Files {
		return errDamaged
	}
	return nil
}

// unread tells what is sealed, and is something else, from what is damaged.
func (u *unpacking) unread(err error) error {
	if errors.Is(err, tar.ErrHeader) && len(u.seen) == 0 {
		return errNoBackup
	}
	return errDamaged
}

func (u *unpacking) entry(h *tar.Header, r io.Reader) error {
	first := len(u.seen) == 0
	if h.Typeflag != tar.TypeReg || first != (h.Name == entryManifest) {
		return map[bool]error{true: errNoBackup, false: errDamaged}[first]
	}
	if u.seen[h.Name] || u.closed {
		return errDamaged
	}
	u.seen[h.Name] = true
	switch {
	case smallEntries[h.Name]:
		if h.Size > maxPrivate {
			return errDamaged
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return errDamaged
		}
		u.small[h.Name] = text
		if h.Name == entryManifest {
			return u.manifest(text)
		}
		return nil
	case h.Name == entryPadding:
		u.closed = true
		return nil
	case h.Name == entryDatabase:
		return u.place(h.Name, r)
	case shelfEntry.MatchString(h.Name):
		u.shelf++
		return u.place(h.Name, r)
	}
	return errDamaged
}

func (u *unpacking) manifest(text []byte) error {
	var kind struct {
		Format string `json:"format"`
	}
	if json.Unmarshal(text, &kind) != nil {
		return errNoBackup
	}
	if kind.Format != backupFormat {
		if strings.HasPrefix(kind.Format, "ombra-backup/") {
			return errNewer
		}
		return errNoBackup
	}
	if strict(text, &u.m) != nil || cases.DayOf(u.m.Day.Time()) != u.m.Day || crypto.CheckOrigin(u.m.Origin) != nil {
		return errDamaged
	}
	return u.begin(u.m)
}

// place streams an entry to disk.
func (u *unpacking) place(name string, r io.Reader) (err error) {
	name = filepath.Join(u.data, filepath.FromSlash(name))
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // one of the names above, in a folder that was empty
	if err != nil {
		return noRoom(err)
	}
	source := &faultless{r: r}
	_, err = io.Copy(f, source)
	err = errors.Join(err, f.Sync(), f.Close())
	switch {
	case source.err != nil:
		return errDamaged
	case err != nil:
		return noRoom(err)
	}
	return midnight(u.now, name)
}

// faultless remembers that it was the backup that failed, not the disk.
type faultless struct {
	r   io.Reader
	err error
}

func (f *faultless) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

func noRoom(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, cases.ErrFull) {
		return errRoom
	}
	return err
}

// whole compares what was unpacked with what the backup says of itself.
func (u *unpacking) whole() error {
	found, err := sqlite.Inspect(filepath.Join(u.data, entryDatabase))
	switch {
	case errors.Is(err, sqlite.ErrNewer):
		return errNewer
	case errors.Is(err, sqlite.ErrDamaged):
		return errDamaged
	case err != nil:
		return noRoom(err)
	case found.Leaves != u.m.Leaves || found.Schema != u.m.Schema || len(found.Shelved) != u.shelf:
		return errDamaged
	}
	for _, name := range found.Shelved {
		if !u.seen[entryFiles+name] {
			return errDamaged
		}
	}
	return nil
}

// identities are read from a file that the operator names, or from standard
// input, so that one that lies sealed elsewhere need never touch this disk.
func (o *options) identities(name string) ([]age.Identity, error) {
	var text string
	switch name {
	case "":
		return nil, usage("ombra restore needs the backup's identity", "--identity KEYFILE, or --identity - to read it from standard input")
	case "-":
		b, err := io.ReadAll(io.LimitReader(o.in, maxPrivate))
		if err != nil {
			return nil, err
		}
		text = string(b)
	default:
		b, err := readPrivate(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fail("there is no identity at "+name, "name the file that age-keygen wrote")
		}
		if err != nil {
			return nil, err
		}
		text = string(b)
	}
	list, _, err := crypto.ParseIdentityFile(strings.NewReader(text))
	if err != nil {
		return nil, refuse("this is no age identity", "a sealed one first: age -d backup.key.age | ombra restore … --identity -")
	}
	ids := make([]age.Identity, 0, len(list))
	for _, id := range list {
		ids = append(ids, id.Age())
	}
	return ids, nil
}
