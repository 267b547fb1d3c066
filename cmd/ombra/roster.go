package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases"
	"ombra/crypto"
)

func newRoster(o *options) *cobra.Command {
	return group("roster", "Appoint ombudsmen, prove their keys, note who is away or leaves, publish the office file",
		newRosterAdd(o), newRosterProve(o), newRosterList(o), newRosterAway(o), newRosterBack(o), newRosterUntil(o),
		newRosterRemove(o), newRosterPublish(o))
}

// appointment is what roster.add takes.
type appointment struct {
	Enrolment []byte    `json:"enrolment"`
	Backstop  bool      `json:"backstop"`
	From      cases.Day `json:"from"` // empty: today
	Until     cases.Day `json:"until"`
}

type appointed struct {
	Name      string `json:"name"`
	Challenge []byte `json:"challenge"`
}

func (o *office) rosterAdd(ctx context.Context, a appointment) (appointed, error) {
	if a.From == "" {
		a.From = o.service.Today()
	}
	name, challenge, err := o.service.Appoint(ctx, cases.Appointment{
		Enrolment: a.Enrolment, Backstop: a.Backstop, From: a.From, Until: a.Until,
	})
	return appointed{name, challenge}, err
}

func newRosterAdd(o *options) *cobra.Command {
	var a appointment
	var from, until, out string
	cmd := &cobra.Command{
		Use:   "add ENROLMENT --until DAY",
		Short: "Appoint an ombudsman, and make a challenge that only their key can answer",
		Long: `Appoint an ombudsman, and make a challenge that only their key can answer.

The enrolment comes from ombra-desk key new on their own machine. Read the two
fingerprints to each other in person or by telephone: whoever swaps the file on
its way reads the cases. Nobody is given a case before the challenge is answered.
The same name again replaces keys, mandate and away dates; to move only the last day:
ombra roster until. To end the mandate, of a backstop too: ombra roster remove.`,
		Args: needs("ENROLMENT"),
		RunE: runs(func(ctx context.Context, args []string) error {
			a.From, a.Until = cases.Day(from), cases.Day(until)
			return o.rosterAdd(ctx, args[0], a, out)
		}),
	}
	cmd.Flags().StringVar(&from, "from", "", "the mandate's first day (default today)")
	cmd.Flags().StringVar(&until, "until", "", "the mandate's last day, like 2028-12-31")
	cmd.Flags().BoolVar(&a.Backstop, "backstop", false, "the outside body that gets a case when nobody else is left")
	cmd.Flags().StringVar(&out, "out", "", "write the challenge here (default NAME.challenge.age)")
	return cmd
}

func (o *options) rosterAdd(ctx context.Context, file string, a appointment, out string) error {
	for _, day := range []cases.Day{a.From, a.Until} {
		if day != "" && cases.DayOf(day.Time()) != day {
			return usage("a day is written like 2026-11-23", "ombra roster add ENROLMENT --until 2028-12-31")
		}
	}
	if a.Until == "" {
		return usage("a mandate needs a last day", "add --until, like --until 2028-12-31")
	}
	var err error
	var note crypto.EnrolNote
	if a.Enrolment, note, err = readEnrolment(file); err != nil {
		return err
	}
	own := out == ""
	if own {
		out = note.Name + ".challenge.age"
	}
	// Before anything is stored: an appointment without its challenge would have
	// to be made again.
	if err := mayWrite(out, own); err != nil {
		return err
	}
	var done appointed
	if err := o.ask(ctx, "roster.add", a, &done); err != nil {
		return err
	}
	write := create
	if own {
		write = replace
	}
	if err := write(out, done.Challenge, 0o600); err != nil {
		return err
	}
	return o.sayAppointed(note, done.Name, out)
}

func (o *options) sayAppointed(note crypto.EnrolNote, name, out string) error {
	to, err := crypto.ParseRecipient(note.Recipient)
	if err != nil {
		return err
	}
	key, signs := to.Fingerprint(), verifierFingerprint(note.Verifier)
	if o.json {
		return o.writeJSON(map[string]string{"name": name, "challenge": out, "key_fingerprint": key, "signing_fingerprint": signs})
	}
	o.say("%s\n", out)
	o.note(`%[1]s is appointed, and is given no case before the key is proved.
  1. Compare in person or by telephone:  key %[2]s
                                       signs %[3]s
  2. Send the challenge. On their machine: ombra-desk key prove %[4]s
  3. Enter the answer here: ombra roster prove %[1]s ANSWER
`, name, key, signs, out)
	return nil
}

// verifierFingerprint is 80 bits of the hash of a signing key, as ombra-desk
// shows it. It is only compared with another.
func verifierFingerprint(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	h := hex.EncodeToString(sum[:10])
	return strings.Join([]string{h[:4], h[4:8], h[8:12], h[12:16], h[16:]}, " ")
}

// proof is what roster.prove takes.
type proof struct {
	Name   string `json:"name"`
	Answer string `json:"answer"`
}

func (o *office) rosterProve(ctx context.Context, p proof) (nothing, error) {
	return nothing{}, o.service.Prove(ctx, p.Name, p.Answer)
}

func newRosterProve(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "prove NAME ANSWER",
		Short: "Take the answer to a challenge: from now on cases may be given to this key",
		Args:  needs("NAME", "ANSWER"),
		RunE: runs(func(ctx context.Context, args []string) error {
			p := proof{Name: args[0], Answer: strings.TrimSpace(args[1])}
			if err := o.ask(ctx, "roster.prove", p, &nothing{}); err != nil {
				return err
			}
			if o.json {
				return o.writeJSON(map[string]string{"proved": p.Name})
			}
			o.say("%s is proved.\n", p.Name)
			o.note("Their chat accounts stand in the configuration, under [ombudsmen.%s]. Publish the office file anew: ombra roster publish\n", p.Name)
			return nil
		}),
	}
}

// mandate is one of the roster, as roster.list shows it. All of it is public.
type mandate struct {
	Name        string    `json:"name"`
	Backstop    bool      `json:"backstop"`
	From        cases.Day `json:"from"`
	Until       cases.Day `json:"until"`
	AwayFrom    cases.Day `json:"away_from,omitempty"`
	AwayUntil   cases.Day `json:"away_until,omitempty"`
	Proved      cases.Day `json:"proved,omitempty"`
	Removed     cases.Day `json:"removed,omitempty"`
	PostQuantum bool      `json:"post_quantum"`
	Fingerprint string    `json:"key_fingerprint"`
	KeySince    cases.Day `json:"key_since,omitempty"` // of one that replaced another
	Serves      bool      `json:"serves"`
	Away        bool      `json:"away"`
	Leaves      bool      `json:"will_be_away"`
}

func (o *office) rosterList(context.Context, nothing) ([]mandate, error) {
	today := o.service.Today()
	list := []mandate{}
	for _, m := range o.service.Roster() {
		list = append(list, mandate{
			Name: m.Name, Backstop: m.Backstop, From: m.From, Until: m.Until, AwayFrom: m.AwayFrom, AwayUntil: m.AwayUntil,
			Proved: m.Proved, Removed: m.Removed, PostQuantum: m.PostQuantum(), Fingerprint: m.Fingerprint(),
			Serves: m.Serves(today), Away: m.Away(today), Leaves: m.AwayFrom > today, KeySince: m.KeySince(),
		})
	}
	return list, nil
}

func newRosterList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Show the roster: mandates, and whose keys are proved",
		Args:  cobra.NoArgs,
		RunE: runs(func(ctx context.Context, _ []string) error {
			var list []mandate
			if err := o.ask(ctx, "roster.list", nothing{}, &list); err != nil {
				return err
			}
			if o.json {
				return o.writeJSON(list)
			}
			for _, m := range list {
				o.say("%-16s %s to %s  %s  %s\n", m.Name, m.From, m.Until, m.Fingerprint, m.state())
			}
			return nil
		}),
	}
}

// state says in words whether somebody can be given a case.
func (m mandate) state() string {
	words := []string{}
	add := func(when bool, word string) {
		if when {
			words = append(words, word)
		}
	}
	add(m.Removed != "", "removed on "+string(m.Removed))
	add(m.Removed == "" && m.Proved == "", "not proved")
	add(m.Serves, "serves")
	add(m.Proved != "" && !m.Serves && m.Removed == "", "mandate not running")
	add(m.Removed == "" && m.Away, "away until "+string(m.AwayUntil))
	add(m.Removed == "" && m.Leaves, "away from "+string(m.AwayFrom)+" to "+string(m.AwayUntil))
	add(m.Backstop, "backstop")
	add(!m.PostQuantum, "classic key")
	add(m.KeySince != "" && m.Removed == "", "new key since "+string(m.KeySince)+": earlier cases need a colleague's grant (ombra-desk act grant)")
	return strings.Join(words, ", ")
}
