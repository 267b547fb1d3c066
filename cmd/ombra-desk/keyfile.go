package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/armor"

	"ombra/crypto"
)

const (
	passphraseEnv = "OMBRA_DESK_PASSPHRASE_FILE" //nolint:gosec // names of variables
	passcodeEnv   = "OMBRA_DESK_PASSCODE_FILE"   //nolint:gosec // names of variables

	signingMark = "ombra signing key: "
	// maxWork is what age itself takes: about 15 seconds.
	maxWork = 22
	// minPassphrase keeps out what a thief of the file guesses at once. Length is
	// all that can be checked; the file may be attacked for years.
	minPassphrase = 12
)

// keys are an ombudsman's two secrets. Both print as [secret].
type keys struct {
	id      crypto.Identity
	signing crypto.SigningKey
}

// ids are for reading.
func (k keys) ids() []age.Identity { return []age.Identity{k.id.Age()} }

// names splits the name of the signing key, <origin>/<name>.
func (k keys) names() (origin, name string) {
	origin, name, _ = strings.Cut(k.signing.Name(), "/")
	return origin, name
}

// enrolment is the signed public half.
func (k keys) enrolment(day string) (crypto.EnrolNote, []byte, error) {
	origin, name := k.names()
	n := crypto.EnrolNote{
		Origin: origin, Name: name, Recipient: k.id.Recipient().String(), Verifier: k.signing.Verifier(), Day: day,
	}
	msg, err := n.Sign(k.signing)
	return n, msg, err
}

// sealKeys writes both keys as one age identity file under a passphrase. Stock
// age takes it with -i: to it the signing key is a comment. So a person needs
// one file and one passphrase, and no program of ours, to read a case.
func sealKeys(k keys, passphrase string, work int) ([]byte, error) {
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fail("this passphrase cannot be used", "choose another")
	}
	r.SetWorkFactor(work)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err != nil {
		return nil, fail("the key could not be encrypted", "try again")
	}
	_, err = fmt.Fprintf(w, "# ombra key of %s\n# public key: %s\n# %s%s\n%s\n",
		k.signing.Name(), k.id.Recipient(), signingMark, k.signing.Reveal(), k.id.Reveal())
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	return b.Bytes(), err
}

var errPassphrase = refuse("this passphrase does not open the key file", "type it again; without it only the paper backup helps")

// isKeyFile reports whether a passphrase could open a file, by its header alone.
func isKeyFile(file []byte) bool { return crypto.IsPasscode(file) || isArmored(file) }

func isArmored(file []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(file), []byte(armor.Header)) }

// openKeys opens a key file. It takes armored ones too, as age does.
func openKeys(file []byte, passphrase string) (keys, error) {
	var r io.Reader = bytes.NewReader(file)
	if isArmored(file) {
		r = armor.NewReader(bytes.NewReader(file))
	}
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return keys{}, errPassphrase
	}
	id.SetMaxWorkFactor(maxWork)
	plain, err := age.Decrypt(r, id)
	if err != nil {
		return keys{}, errPassphrase
	}
	all, err := io.ReadAll(io.LimitReader(plain, 1<<20))
	if err != nil {
		return keys{}, refuse("this key file is damaged", "make a new one from the paper backup")
	}
	ids, comments, err := crypto.ParseIdentityFile(bytes.NewReader(all))
	if err != nil {
		return keys{}, err
	}
	for _, c := range comments {
		if s, ok := strings.CutPrefix(c, signingMark); ok && len(ids) == 1 {
			k, err := crypto.ParseSigningKey(s)
			return keys{ids[0], k}, err
		}
	}
	return keys{}, refuse("this key file holds no signing key of ombra-desk", "use the file that ombra-desk key new wrote")
}

// newPassphrase asks until one is long enough and was typed twice.
func (d *desk) newPassphrase() (passphrase string, err error) {
	err = d.retry(passphraseEnv, always, func() error {
		passphrase, err = d.askTwice()
		return err
	})
	return passphrase, err
}

func (d *desk) askTwice() (string, error) {
	first, err := d.secret(passphraseEnv, "New passphrase for your key")
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(first) < minPassphrase {
		return "", refuse(fmt.Sprintf("a passphrase needs at least %d characters", minPassphrase), "five or more random words are easy to type and hard to guess")
	}
	again, err := d.secret(passphraseEnv, "The same passphrase again")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", refuse("the two passphrases differ", "start again")
	}
	return first, nil
}

// keyFileOf reads the key file for an office, still under its passphrase.
func (d *desk) keyFileOf(origin string) ([]byte, error) {
	name := d.keyFile
	if name == "" {
		name = d.office(origin).path("key.age")
	}
	file, err := os.ReadFile(name) //nolint:gosec // ours, or the user's choice
	switch {
	case err != nil && d.keyFile != "":
		return nil, unread(name, err)
	case err != nil:
		return nil, fail("there is no key of yours for this office here", "ombra-desk key new --origin … --name …, or --key FILE")
	case !isKeyFile(file):
		return nil, refuse("the key file is none that a passphrase opens", "use the file that ombra-desk key new wrote")
	}
	return file, nil
}

// unlock opens the key for an office.
func (d *desk) unlock(origin string) (keys, error) {
	file, err := d.keyFileOf(origin)
	if err != nil {
		return keys{}, err
	}
	var k keys
	wrong := func(err error) bool { return errors.Is(err, errPassphrase) }
	err = d.retry(passphraseEnv, wrong, func() error {
		passphrase, err := d.secret(passphraseEnv, "Passphrase of your key")
		if err == nil {
			k, err = openKeys(file, passphrase)
		}
		return err
	})
	if err != nil {
		return keys{}, err
	}
	if of, _ := k.names(); of != origin {
		return keys{}, refuse("this key belongs to another office", "use the key that was made for this one")
	}
	return k, nil
}
