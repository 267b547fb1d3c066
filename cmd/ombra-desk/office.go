package main

import (
	"github.com/spf13/cobra"

	"ombra/cases/papers"
	"ombra/crypto"
)

func newOffice(d *desk) *cobra.Command {
	return group("office", "Pin the office file: the roster and the log's key", newOfficePin(d))
}

func newOfficePin(d *desk) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "pin FILE",
		Short: "Compare an office file with what was published, and remember its keys",
		Long: `Compare an office file with what was published, and remember its keys.

Take the file from the office's web site, not from the bot: a host that turns bad
would hand out its own keys. From then on, papers and files that name other keys
are refused or warned of.`,
		Args: needs("FILE"),
		RunE: runs(func(args []string) error { return d.officePin(args[0], yes) }),
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask: the fingerprints were compared before")
	return cmd
}

func (d *desk) officePin(name string, yes bool) error {
	n, msg, err := d.readOffice(name)
	if err != nil {
		return err
	}
	at := d.office(n.Origin)
	pins, err := at.pins()
	if err != nil {
		return err
	}
	if err := d.checkOffice(at, n, pins); err != nil {
		return err
	}
	if err := d.compared(at, n, pins, yes); err != nil {
		return err
	}
	pins.Origin, pins.LogVerifier = n.Origin, n.Verifier
	for _, m := range n.Ombudsmen {
		if e, err := crypto.OpenEnrol([]byte(m.Enrolment)); err == nil { // ParseOffice has verified it
			pins.Replace(e)
		}
	}
	if err := at.put(msg, "office.note"); err != nil {
		return err
	}
	return at.savePins(pins)
}

// readOffice reads an office file, which at first vouches for itself alone.
func (d *desk) readOffice(name string) (crypto.OfficeNote, []byte, error) {
	msg, err := d.readNote(name)
	if err != nil {
		return crypto.OfficeNote{}, nil, err
	}
	verifier, err := crypto.OfficeVerifier(msg)
	if err != nil {
		return crypto.OfficeNote{}, nil, mangled(name, "an office file", err)
	}
	n, err := crypto.ParseOffice(msg, verifier)
	return n, msg, mangled(name, "an office file", err)
}

// compared shows every key, and asks whether a person compared them: always the
// first time, even if papers have brought the same keys before. Papers come from
// the host, and so agree with themselves.
func (d *desk) compared(at folder, n crypto.OfficeNote, pins papers.Pins, yes bool) error {
	d.note("Office %s, file valid until %s, log key %s\n", n.Origin, n.Until, fingerprint(n.Verifier))
	changed := d.sayRoster(n, pins)
	if _, err := at.officeFile(); err == nil && !changed {
		return nil
	}
	ok, err := d.confirm(yes, "--yes", "Did you compare these with what the office has published elsewhere?")
	if err == nil && !ok {
		return refuse("nothing was pinned", "compare the fingerprints by telephone or on paper first")
	}
	return err
}

// checkOffice refuses a file by another log key, one that has run out, and one
// that is older than the pinned: an old file brings back whoever has left.
func (d *desk) checkOffice(at folder, n crypto.OfficeNote, pins papers.Pins) error {
	if err := checkVerifier(n, pins); err != nil {
		return err
	}
	if err := d.checkUntil(n); err != nil {
		return err
	}
	if old, err := at.officeFile(); err == nil && n.Until < old.Until {
		return refuse("this office file is older than the pinned one", "get the newest from the office's web site")
	}
	return nil
}

func checkVerifier(n crypto.OfficeNote, pins papers.Pins) error {
	if pins.LogVerifier != "" && pins.LogVerifier != n.Verifier {
		return refuse("this office file is signed with another key than the pinned one", "ask the office in person before you believe it")
	}
	return nil
}

func (d *desk) checkUntil(n crypto.OfficeNote) error {
	if n.Until < d.today() {
		return refuse("this office file has run out", "get the newest from the office's web site, and pin it")
	}
	return nil
}

// sayRoster shows every key, and says which ones changed.
func (d *desk) sayRoster(n crypto.OfficeNote, pins papers.Pins) (changed bool) {
	for _, m := range n.Ombudsmen {
		e, err := crypto.OpenEnrol([]byte(m.Enrolment))
		if err != nil {
			continue // cannot be: ParseOffice has verified it
		}
		d.sayEnrolment(e)
		switch old, known := pins.Enrolments[m.Name]; {
		case !known:
			changed = true
			d.note("%15snew\n", "")
		case old.Recipient != e.Recipient || old.Verifier != e.Verifier:
			changed = true
			d.note("%15sOTHER KEYS THAN BEFORE\n", "")
		}
	}
	return changed
}
