package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases"
	"ombra/crypto"
)

// published is what the world is told of an office: three files by name.
type published struct {
	Until cases.Day         `json:"until"`
	Log   string            `json:"log"` // the log key's fingerprint
	Files map[string][]byte `json:"files"`
}

func (o *office) rosterPublish(context.Context, nothing) (published, error) {
	note, err := o.note()
	if err != nil {
		return published{}, err
	}
	signed, err := note.Sign(o.logKey)
	if err != nil {
		return published{}, err
	}
	return published{Until: cases.Day(note.Until), Log: verifierFingerprint(note.Verifier), Files: map[string][]byte{
		"office.note":           signed,
		"ombudsmen-pq.txt":      []byte(o.recipients(true)),
		"ombudsmen-classic.txt": []byte(o.recipients(false)),
	}}, nil
}

// note is the office file. Who has not proved a key is not in it: a sealed
// filing would go to somebody who may not be able to open it.
func (o *office) note() (crypto.OfficeNote, error) {
	today := o.service.Today()
	forms, err := json.Marshal(o.cfg.FormSet)
	if err != nil {
		return crypto.OfficeNote{}, err
	}
	n := crypto.OfficeNote{
		Origin: o.cfg.Office.Origin, Verifier: o.logKey.Verifier(), Until: string(endOfNextMonth(today)),
		Transport: o.transport.Recipient().String(), Designate: o.cfg.Office.Designate, RequirePQ: o.cfg.Office.RequirePQ,
		Forms: forms, Gate: map[string]string{}, Authorities: []crypto.Authority{},
	}
	for lang, g := range o.cfg.Gate {
		n.Gate[lang] = crypto.Clean(strings.TrimSpace(g.Text) + "\n\n" + strings.TrimSpace(g.Danger))
	}
	for _, a := range o.cfg.Authorities {
		n.Authorities = append(n.Authorities, crypto.Authority{Name: crypto.CleanLine(a.Name), Contact: crypto.CleanLine(a.Contact)})
	}
	for _, m := range o.service.Roster() { // by name, as the format wants it
		if m.Removed != "" || m.Proved == "" || m.Until < today || n.RequirePQ && !m.PostQuantum() {
			continue
		}
		role := map[bool]string{false: "ombudsman", true: "backstop"}[m.Backstop]
		n.Ombudsmen = append(n.Ombudsmen, crypto.Mandate{
			Name: m.Name, Role: role, Recipient: m.Recipient, Verifier: m.Verifier,
			From: string(m.From), Until: string(m.Until), Enrolment: string(m.Enrolment),
		})
	}
	if len(n.Ombudsmen) == 0 {
		return n, fail("nobody on the roster has a proved key and a mandate", "ombra roster add, then ombra roster prove")
	}
	return n, nil
}

func endOfNextMonth(today cases.Day) cases.Day {
	first := cases.Day(string(today)[:len("2026-11-")] + "01")
	return first.AddMonths(2).Add(-1)
}

// recipients lists the keys of one kind for stock age, which refuses to mix
// them: age -R ombudsmen-pq.txt -o report.age report.txt
func (o *office) recipients(pq bool) string {
	today := o.service.Today()
	var b strings.Builder
	b.WriteString("# " + o.cfg.Office.Origin + ", " + string(today) + "\n")
	for _, m := range o.service.Roster() {
		if m.Serves(today) && m.PostQuantum() == pq && (pq || !o.cfg.Office.RequirePQ) {
			b.WriteString("# " + m.Name + ", until " + string(m.Until) + "\n" + m.Recipient + "\n")
		}
	}
	return b.String()
}

func newRosterPublish(o *options) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Write the office file for the web site: roster, keys, forms, words, signed",
		Long: `Write the office file for the web site: roster, keys, forms, words, signed.

Filers' and ombudsmen's machines take it from there, and not from the bot: a host
that turns bad would hand out its own keys. It is valid until the end of next
month, so publish it every month, and after every change of the roster.`,
		Args: cobra.NoArgs,
		RunE: runs(func(ctx context.Context, _ []string) error { return o.rosterPublish(ctx, out) }),
	}
	cmd.Flags().StringVar(&out, "out", "published", "the folder to write to")
	return cmd
}

func (o *options) rosterPublish(ctx context.Context, out string) error {
	var p published
	if err := o.ask(ctx, "roster.publish", nothing{}, &p); err != nil {
		return err
	}
	// What is in it is public; only its owner may change it.
	if err := os.MkdirAll(out, 0o700); err != nil {
		return err
	}
	for name, text := range p.Files {
		if err := replace(filepath.Join(out, filepath.Base(name)), text, 0o644); err != nil {
			return err
		}
	}
	if o.json {
		return o.writeJSON(map[string]string{"folder": out, "until": string(p.Until), "log_fingerprint": p.Log})
	}
	o.say("%s\n", out)
	o.note("Put these files on the web site; they are valid until %s.\n"+
		"Print this elsewhere too, so that people can compare: log key %s\n", p.Until, p.Log)
	return nil
}

// replace puts a file in place whole.
func replace(name string, text []byte, mode fs.FileMode) error {
	temp := name + ".new"
	if err := os.Remove(temp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := create(temp, text, mode); err != nil {
		return err
	}
	return os.Rename(temp, name)
}
