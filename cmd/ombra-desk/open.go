package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases/papers"
	"ombra/crypto"
)

type openOptions struct {
	out       string
	yes, pin  bool
	noKeeping bool
}

func newOpen(d *desk) *cobra.Command {
	o := &openOptions{}
	cmd := &cobra.Command{
		Use:   "open PAPERS.age",
		Short: "Read a case",
		Long: `Read a case from the papers that you got in the chat.

First you see its category and who is concerned, and decide whether you may read
it at all. Only then the words are shown. Attachments are written nowhere unless
you say --out; nothing is ever opened by itself.`,
		Args: needs("PAPERS.age"),
		RunE: runs(func(args []string) error { return d.openPapers(args[0], o) }),
	}
	cmd.Flags().StringVar(&o.out, "out", "", "write attachments into this folder")
	cmd.Flags().BoolVar(&o.yes, "yes", false, "read on after the conflict card without asking")
	cmd.Flags().BoolVar(&o.pin, "pin", false, "remember new keys without asking: they were compared before")
	cmd.Flags().BoolVar(&o.noKeeping, "no-keep", false, "keep no sealed copy for reply and act")
	return cmd
}

func (d *desk) openPapers(name string, o *openOptions) error {
	if err := freeFolder(o.out); err != nil {
		return err
	}
	file, err := d.read(name)
	if err != nil {
		return err
	}
	r, err := d.openFile(file)
	if err != nil {
		return err
	}
	t, err := r.read()
	if err != nil {
		return err
	}
	if ok, err := d.showCard(t, o.yes); err != nil || !ok {
		if err == nil {
			d.note("To withdraw from the case first: ombra-desk act recuse --papers %s\n", shownName(name))
		}
		return err
	}
	if t, err = r.pinNew(t, o.pin); err != nil {
		return err
	}
	if err := d.showThread(t, o.out); err != nil {
		return err
	}
	return r.remember(t, !o.noKeeping)
}

// reading is papers, the key that opens them, and where to remember them.
type reading struct {
	d    *desk
	at   folder
	k    keys
	p    *papers.Papers
	pins papers.Pins
}

// openFile asks for the passcode and then for the passphrase.
func (d *desk) openFile(file []byte) (*reading, error) {
	if err := d.keyAtHand(); err != nil {
		return nil, err
	}
	var p *papers.Papers
	err := d.withPasscode(file, "Passcode of the papers", func(passcode string) (err error) {
		p, err = papers.Open(file, passcode)
		return err
	})
	if err != nil {
		return nil, err
	}
	at := d.office(p.Manifest().Origin)
	k, err := d.unlock(at.origin)
	if err != nil {
		return nil, err
	}
	return d.reading(at, k, p)
}

// keyAtHand says whether any key could open papers: which office's they are is
// known only once the passcode was typed.
func (d *desk) keyAtHand() error {
	offices := []string{d.origin}
	if d.origin == "" && d.keyFile == "" {
		offices = d.offices()
	}
	err := fail("there is no key of yours on this machine", "ombra-desk key new --origin … --name …, or --key FILE; answers to a filer open with ombra-desk receipt open")
	for _, origin := range offices {
		if _, err = d.keyFileOf(origin); err == nil {
			return nil
		}
	}
	return err
}

// withPasscode opens a file with the passcode that is typed for it.
func (d *desk) withPasscode(file []byte, prompt string, open func(passcode string) error) error {
	if !crypto.IsPasscode(file) {
		return refuse("this is not a file that a passcode opens", "name the file that came with the passcode in the chat")
	}
	wrong := func(err error) bool { return crypto.Refused(err) == crypto.WhyPasscode }
	return d.retry(passcodeEnv, wrong, func() error {
		passcode, err := d.secret(passcodeEnv, prompt)
		if err != nil {
			return err
		}
		return open(passcode)
	})
}

// openKept takes what an earlier open kept.
func (d *desk) openKept(id string) (*reading, error) {
	at, err := d.known()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(at.path(at.openedPath(id)...)); err != nil {
		return nil, errNotKept
	}
	k, err := d.unlock(at.origin)
	if err != nil {
		return nil, err
	}
	p, err := at.kept(id, k)
	if err != nil {
		return nil, err
	}
	return d.reading(at, k, p)
}

func (d *desk) reading(at folder, k keys, p *papers.Papers) (*reading, error) {
	if _, name := k.names(); name != p.Manifest().Me {
		return nil, papers.ErrSigner
	}
	pins, err := at.pins()
	if err != nil {
		return nil, err
	}
	r := &reading{d, at, k, p, pins}
	if pins.LogVerifier == "" {
		d.note("No office file is pinned here. The papers name the log key %s: compare it, then run ombra-desk office pin.\n",
			fingerprint(p.Manifest().Log.Verifier))
	}
	// The own key needs nobody's word.
	own, _, err := k.enrolment(d.today())
	if err != nil {
		return nil, err
	}
	if was, ok := r.pins.Enrolments[own.Name]; ok && was.Verifier == own.Verifier && was.Recipient == own.Recipient {
		own.Day = was.Day // its own day counts, not that of this reading
	}
	r.pins.Replace(own)
	if old, err := at.kept(p.Manifest().Case, k); err == nil {
		m := old.Manifest()
		r.pins.Seen, r.pins.SeenGrants, r.pins.SeenKeys = m.Papers, m.Grants, len(m.Keys)
	}
	return r, nil
}

func (r *reading) read() (*papers.Thread, error) { return r.p.Read(r.k.ids(), r.pins) }

// showCard is the conflict card. It comes before every word of the case.
func (d *desk) showCard(t *papers.Thread, yes bool) (bool, error) {
	var card strings.Builder
	if err := t.Card(&card); err != nil {
		return false, err
	}
	d.note("%s", card.String())
	ok, err := d.confirm(yes, "--yes", "May you read this case? If you or somebody close to you is concerned, say no.")
	if err == nil && !ok {
		d.note("Only the case's id and day, its category and who is concerned were shown, no word of it; nothing was kept. Now delete the papers.\n")
	}
	return ok, err
}

// pinNew shows keys that are new here and asks whether they were compared; the
// thread is then read again, since it depends on them.
func (r *reading) pinNew(t *papers.Thread, pin bool) (*papers.Thread, error) {
	if len(t.NewKeys)+len(t.OldKeys) == 0 {
		return t, nil
	}
	if len(t.NewKeys) > 0 {
		r.d.note("Keys of colleagues that this machine does not know yet:\n")
	}
	for _, e := range t.NewKeys {
		r.d.sayEnrolment(e)
	}
	if len(t.OldKeys) > 0 {
		r.d.note("Earlier keys of colleagues, which only what they signed before is checked with:\n")
	}
	for _, e := range t.OldKeys {
		r.d.sayEnrolment(e)
	}
	ok, err := r.d.confirm(pin, "--pin", "Did you compare these with the office's published roster?")
	if err != nil || !ok {
		return t, err
	}
	for _, e := range t.NewKeys {
		r.pins.Enrolments[e.Name] = e
	}
	for _, e := range t.OldKeys {
		r.pins.AddPast(e)
	}
	return r.read()
}

// remember keeps what the next reading is compared with. New keys that nobody
// compared are not remembered: the next papers show them again.
func (r *reading) remember(t *papers.Thread, keep bool) error {
	r.at.settleDraft(t, r.k)
	asked := *t
	asked.NewKeys, asked.OldKeys = nil, nil
	if err := r.at.savePins(asked.Pins(r.pins)); err != nil {
		return err
	}
	if !keep {
		return nil
	}
	return r.at.keep(r.p, r.k)
}
