package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ombra/crypto"
)

type keyNewOptions struct {
	name, out, enrolment string
	paper                bool
}

func newKeyNew(d *desk) *cobra.Command {
	o := &keyNewOptions{}
	cmd := &cobra.Command{
		Use:   "new --origin ORIGIN --name NAME",
		Short: "Make the two keys of an ombudsman, and the enrolment to hand in",
		Long: `Make the two keys of an ombudsman: one to read cases, one to sign with.

Both go into one file under a passphrase, which stock age reads (age -d -i).
The enrolment holds the public halves only: give it to whoever keeps the roster,
and read the fingerprints to each other.

A key that is lost is lost with every case that nobody else can open: keep the
paper backup where a fire and a thief would not find the machine too.`,
		Args: needs(),
		RunE: runs(func([]string) error { return d.keyNew(o) }),
	}
	cmd.Flags().StringVar(&o.name, "name", "", "your name on the roster")
	cmd.Flags().StringVar(&o.out, "out", "", "write the key file here and not into the kept folder")
	cmd.Flags().StringVar(&o.enrolment, "enrolment", "", "write the enrolment here (default NAME.enrolment)")
	cmd.Flags().BoolVar(&o.paper, "paper", false, "print the paper backup: both secret keys")
	return cmd
}

func (d *desk) keyNew(o *keyNewOptions) error {
	if crypto.CheckOrigin(d.origin) != nil || crypto.CheckName(o.name) != nil {
		return usage("an office and a roster name are needed, in a-z 0-9 . -", "ombra-desk key new --origin ombud.example.org --name anna")
	}
	k, err := generate(d.origin, o.name)
	if err != nil {
		return err
	}
	if err := d.finishKeys(d.office(d.origin), o, k); err != nil {
		return err
	}
	return d.paper(o, k)
}

var errKeyThere = fail("there is a key or an enrolment of that name already", "to keep both, choose others with --out and --enrolment")

// finishKeys stores keys that were made or restored.
func (d *desk) finishKeys(at folder, o *keyNewOptions, k keys) error {
	if o.out == "" {
		o.out = at.path("key.age")
	}
	if o.enrolment == "" {
		o.enrolment = o.name + ".enrolment"
	}
	// Before anybody thinks of a passphrase: a key that exists is never replaced.
	for _, name := range []string{o.out, o.enrolment} {
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return errKeyThere
		}
	}
	if err := free(o.enrolment); err != nil {
		return err
	}
	enrol, msg, err := k.enrolment(d.today())
	if err != nil {
		return err
	}
	if err := d.storeKeys(at, o, k, msg); err != nil {
		return err
	}
	d.note("The key is ready. Hand in the enrolment, and read these fingerprints to whoever keeps the roster:\n")
	d.sayEnrolment(enrol)
	if d.json {
		return d.writeJSON(showOf(enrol))
	}
	d.say("%s\n", o.enrolment)
	return nil
}

func generate(origin, name string) (keys, error) {
	id, err := crypto.NewIdentity()
	if err != nil {
		return keys{}, err
	}
	signing, err := crypto.NewSigningKey(origin + "/" + name)
	return keys{id, signing}, err
}

func (d *desk) storeKeys(at folder, o *keyNewOptions, k keys, enrolment []byte) error {
	passphrase, err := d.newPassphrase()
	if err != nil {
		return err
	}
	file, err := sealKeys(k, passphrase, d.work)
	if err != nil {
		return err
	}
	// What cannot be opened again must not be handed in.
	if _, err := openKeys(file, passphrase); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.out), 0o700); err != nil {
		return err
	}
	if err := create(o.out, file); err != nil {
		return err
	}
	err = at.put(enrolment, "me.enrolment")
	if err == nil {
		err = create(o.enrolment, enrolment)
	}
	if err != nil {
		_ = os.Remove(o.out) // nobody was handed its enrolment, and it would be in the way of the next try
	}
	return err
}

// paper prints both secrets, only when asked: whoever reads over the shoulder,
// or finds the terminal's history, has everything.
func (d *desk) paper(o *keyNewOptions, k keys) error {
	if !o.paper {
		t, err := d.terminal("say --paper")
		if err != nil {
			return nil //nolint:nilerr // a script that wants paper says --paper
		}
		if o.paper, err = t.yes("Print a paper backup with both secret keys now?"); err != nil || !o.paper {
			return err
		}
	}
	d.say("Paper backup of %s. Copy it by hand or print it, keep it sealed, clear the screen.\n\n%s\n%s\n\n",
		k.signing.Name(), k.id.Reveal(), k.signing.Reveal())
	return nil
}
