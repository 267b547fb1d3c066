package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

type sealOptions struct {
	office, kind, text, out string
	exclude, attach         []string
	own                     bool
}

func newSeal(d *desk) *cobra.Command {
	o := &sealOptions{}
	cmd := &cobra.Command{
		Use:   "seal --kind report|redress",
		Short: "Seal a report on your own machine",
		Long: `Seal a report on your own machine, into one file to hand to the bot.

Neither the chat platform nor the office's server can read what is in it, only the
ombudsmen, minus those whom you exclude. What this does not hide: that your
account sent a file, when, and roughly how large. Photos and documents may hold
your name, your device and the place: clean them before you attach them.

The receipt that is shown is the only way back to your case. Nobody can make it
again. Write it down, on paper.`,
		Args: needs(),
		RunE: runs(func([]string) error { return d.seal(o) }),
	}
	f := cmd.Flags()
	f.StringVar(&o.office, "office", "", "the office file, from the office's web site (default: the pinned one)")
	f.StringVar(&o.kind, "kind", "report", "report (harm seen) or redress (harm suffered)")
	f.StringArrayVar(&o.exclude, "exclude", nil, "somebody of the roster who must not see it; may be repeated")
	f.StringVar(&o.text, "text", "", "read the text from a file, or from standard input (-)")
	f.StringArrayVar(&o.attach, "attach", nil, "attach a file; may be repeated")
	f.BoolVar(&o.own, "own", false, "let the receipt open the report too: whoever seizes the receipt can then read it")
	f.StringVar(&o.out, "out", "sealed.age", "where to write the sealed file")
	return cmd
}

func (d *desk) seal(o *sealOptions) error {
	if o.kind != "report" && o.kind != "redress" {
		return usage("a filing is of the kind report or redress", "--kind report")
	}
	if err := free(o.out); err != nil {
		return err
	}
	n, err := d.officeFor(o.office)
	if err != nil {
		return err
	}
	to, err := sealTo(n, o.exclude, d.today())
	if err != nil {
		return err
	}
	words, err := d.words(o.text, "--text", "What happened, where and when, who is concerned, who is affected?")
	if err != nil {
		return err
	}
	if strings.TrimSpace(words) == "" {
		return usage("there is no text to seal", "write at least a sentence")
	}
	files, err := d.attachments(o.attach)
	if err != nil {
		return err
	}
	f := papers.Filing{Kind: o.kind, Words: words, Files: files, Exclude: o.exclude, Own: o.own}
	rc := receipt.New(n.Origin)
	sealed, err := f.Seal(n, to, rc, d.today())
	if err != nil {
		return err
	}
	return (&sealing{d, o.out, rc, sealed}).finish()
}

// officeFor verifies the office file by the pinned key, or shows the key of one
// that is not pinned: whoever could slip a filer another file could read
// everything that is sealed with it.
func (d *desk) officeFor(name string) (crypto.OfficeNote, error) {
	if name == "" {
		at, err := d.known()
		if err != nil {
			return crypto.OfficeNote{}, err
		}
		n, err := at.officeFile()
		if err != nil {
			return n, err
		}
		return n, d.checkUntil(n)
	}
	n, _, err := d.readOffice(name)
	if err != nil {
		return n, err
	}
	pins, err := d.office(n.Origin).pins()
	if err != nil {
		return n, err
	}
	if err := d.checkOffice(d.office(n.Origin), n, pins); err != nil {
		return n, err
	}
	d.sayUnpinned(n, pins)
	return n, nil
}

func (d *desk) sayUnpinned(n crypto.OfficeNote, pins papers.Pins) {
	if pins.LogVerifier == "" {
		d.note("Office %s, log key %s. Compare it with what the office has published elsewhere.\n", n.Origin, fingerprint(n.Verifier))
	}
}

// sealTo chooses the recipients: everybody with a running mandate who is not
// excluded, and of one kind of key, since age refuses to mix them: post-quantum
// if enough of those remain for the office to draw from.
func sealTo(n crypto.OfficeNote, exclude []string, today string) ([]crypto.Recipient, error) {
	for _, name := range exclude {
		if _, ok := n.Mandate(name); !ok {
			return nil, usage("an excluded name is not on the roster", "the names are in the office file; spell them exactly so")
		}
	}
	var pq, classic []crypto.Recipient
	for _, m := range n.Ombudsmen {
		to, err := crypto.ParseRecipient(m.Recipient)
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(exclude, m.Name), today < m.From, today > m.Until:
		case to.PostQuantum():
			pq = append(pq, to)
		default:
			classic = append(classic, to)
		}
	}
	switch {
	case len(pq) >= n.Designate, n.RequirePQ && len(pq) > 0, len(pq) > 0 && len(classic) == 0:
		return pq, nil
	case len(classic) > 0 && !n.RequirePQ:
		return classic, nil
	}
	return nil, refuse("nobody whom you did not exclude can receive this", "go to one of the outside authorities that the office names")
}
