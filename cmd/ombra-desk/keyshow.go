package main

import (
	"os"

	"github.com/spf13/cobra"

	"ombra/crypto"
)

func newKeyShow(d *desk) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Show your public keys and their fingerprints",
		Args:  needs(),
		RunE:  runs(func([]string) error { return d.keyShow() }),
	}
}

type shown struct {
	Origin    string `json:"origin"`
	Name      string `json:"name"`
	Recipient string `json:"recipient"`
	Verifier  string `json:"verifier"`
	Day       string `json:"day"`
	Key       string `json:"key_fingerprint"`
	Signs     string `json:"signing_fingerprint"`
}

func showOf(e crypto.EnrolNote) shown {
	key, signs := fingerprints(e)
	return shown{e.Origin, e.Name, e.Recipient, e.Verifier, e.Day, key, signs}
}

func (d *desk) keyShow() error {
	at, err := d.known()
	if err != nil {
		return err
	}
	e, err := d.ownEnrolment(at)
	if err != nil {
		return err
	}
	if d.json {
		return d.writeJSON(showOf(e))
	}
	d.say("# %s of %s, enrolled %s\n%s\n%s\n", e.Name, e.Origin, e.Day, e.Recipient, e.Verifier)
	d.sayEnrolment(e)
	return nil
}

// ownEnrolment needs no passphrase where the enrolment is kept; with a key file
// from elsewhere it is made anew.
func (d *desk) ownEnrolment(at folder) (crypto.EnrolNote, error) {
	if d.keyFile == "" {
		if msg, err := os.ReadFile(at.path("me.enrolment")); err == nil {
			return crypto.OpenEnrol(msg)
		}
	}
	k, err := d.unlock(at.origin)
	if err != nil {
		return crypto.EnrolNote{}, err
	}
	e, _, err := k.enrolment(d.today())
	return e, err
}
