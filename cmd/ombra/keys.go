package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"filippo.io/age"

	"ombra/bot"
	"ombra/cases"
	"ombra/crypto"
)

// tokenFile keeps the keys of form state. No backup takes it.
type tokenFile struct {
	path string
	now  func() time.Time
}

var _ bot.KeyStore = tokenFile{}

// Read implements [bot.KeyStore].
func (f tokenFile) Read() ([]byte, error) {
	text, err := readPrivate(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// Write implements [bot.KeyStore].
func (f tokenFile) Write(text []byte) error { return writePrivate(f.path, text, f.now()) }

// transport keeps the transport identities, one for each month, in files of
// their own, because each is destroyed for itself. They open sealed and act files
// on their way in, and nothing that is stored.
//
// An identity dies 90 days after the first of its month. That is counted from
// the name of its file, which nobody changes by copying it: an office file is
// valid until the end of the month after, so who seals on its last day has four
// weeks to hand the file in.
type transport struct {
	dir string
	now func() time.Time // in the office's zone

	mu  sync.RWMutex
	to  crypto.Recipient // guarded by mu, like all that follows
	ids []age.Identity
}

var _ cases.Transport = (*transport)(nil)

const transportDays = 90

// openTransport reads the identities, makes this month's and destroys the old.
func openTransport(dir string, now func() time.Time) (*transport, error) {
	t := &transport{dir: dir, now: now}
	return t, t.age()
}

// Recipient implements [cases.Transport]: this month's.
func (t *transport) Recipient() crypto.Recipient {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.to
}

// Identities implements [cases.Transport].
func (t *transport) Identities() []age.Identity {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.ids
}

// age makes this month's identity if there is none, and destroys the old ones.
func (t *transport) age() error {
	today := cases.DayOf(t.now())
	files, err := filepath.Glob(filepath.Join(t.dir, "transport-*.key"))
	if err != nil {
		return err
	}
	this := filepath.Join(t.dir, "transport-"+string(today)[:len("2026-11")]+".key")
	var ids []age.Identity
	var to crypto.Recipient
	for _, path := range files {
		if first, ok := monthOf(path); !ok || first.Add(transportDays) < today {
			if err := errors.Join(os.Remove(path), settle(t.dir, t.now())); err != nil {
				return err
			}
			continue
		}
		id, err := readIdentity(path)
		if err != nil {
			return err
		}
		ids = append(ids, id.Age())
		if path == this {
			to = id.Recipient()
		}
	}
	if to.IsZero() {
		id, err := t.create(this)
		if err != nil {
			return err
		}
		ids, to = append(ids, id.Age()), id.Recipient()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ids, t.to = ids, to
	return nil
}

func (t *transport) create(path string) (crypto.Identity, error) {
	id, err := crypto.NewIdentity()
	if err != nil {
		return crypto.Identity{}, err
	}
	// Under a temporary name first: half an identity would keep the office from
	// starting.
	text := "# public key: " + id.Recipient().String() + "\n" + id.Reveal() + "\n"
	return id, writePrivate(path, []byte(text), t.now())
}

func readIdentity(path string) (crypto.Identity, error) {
	text, err := readPrivate(path)
	if err != nil {
		return crypto.Identity{}, err
	}
	ids, _, err := crypto.ParseIdentityFile(strings.NewReader(string(text)))
	if err != nil || len(ids) != 1 {
		return crypto.Identity{}, fail(path+" is damaged", "remove it: files sealed to it must be sealed again")
	}
	return ids[0], nil
}

// monthOf reads the month in the name of an identity's file.
func monthOf(path string) (first cases.Day, ok bool) {
	month := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "transport-"), ".key")
	at, err := time.Parse("2006-01", month)
	return cases.DayOf(at), err == nil
}

// readLogKey reads the key that signs the log. Its name is the office's origin.
func readLogKey(path, origin string) (crypto.SigningKey, error) {
	text, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		return crypto.SigningKey{}, fail(path+" is missing", "put it back from the backup: without it the log cannot go on")
	}
	if err != nil {
		return crypto.SigningKey{}, fmt.Errorf("read the log key: %w", err)
	}
	k, err := crypto.ParseSigningKey(string(text))
	if err != nil || k.Name() != origin {
		return crypto.SigningKey{}, fail("the log key is damaged, or of another office", "put back log.key from the backup: without it the log cannot go on")
	}
	return k, nil
}
