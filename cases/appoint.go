package cases

import (
	"bytes"
	"context"
	"slices"

	"ombra/crypto"
	"ombra/crypto/custody"
)

// An Appointment is a mandate, as the operator enters it.
type Appointment struct {
	Enrolment []byte // the ombudsman's signed note
	Backstop  bool
	From      Day
	Until     Day
}

// Appoint takes an enrolment and returns a challenge, which only the owner of
// the key can answer. Until then nobody is designated to it. The same name again
// replaces keys and mandate; other keys than before have to be proved.
func (s *Service) Appoint(ctx context.Context, m Appointment) (name string, challenge []byte, err error) {
	note, err := crypto.OpenEnrol(m.Enrolment)
	if err != nil {
		return "", nil, told(err)
	}
	to, err := crypto.ParseRecipient(note.Recipient)
	switch {
	case err != nil:
		return "", nil, told(err)
	case note.Origin != s.Office.Origin:
		return "", nil, E(Invalid, "other-office", nil)
	case s.Office.RequirePQ && !to.PostQuantum():
		return "", nil, E(Invalid, "classic-key", nil)
	case m.From == "" || m.Until < m.From:
		return "", nil, E(Invalid, "mandate", nil)
	}
	o := Ombudsman{
		Name: note.Name, Backstop: m.Backstop, Recipient: note.Recipient, Verifier: note.Verifier,
		Enrolment: m.Enrolment, From: m.From, Until: m.Until,
	}
	if challenge, o.Expect, err = crypto.Challenge(s.Office.Origin, to); err != nil {
		return "", nil, told(err)
	}
	return o.Name, challenge, s.changeRoster(ctx, o, "appointed")
}

// Prove takes the answer to a challenge.
func (s *Service) Prove(ctx context.Context, name, answer string) error {
	o, ok := s.Ombudsman(name)
	switch {
	case !ok:
		return E(NotFound, "no-ombudsman", nil)
	case o.Expect == [32]byte{} || !crypto.CheckAnswer(o.Expect, answer):
		return E(Invalid, "answer", nil)
	}
	o.Proved, o.Expect = s.Today(), [32]byte{}
	return s.changeRoster(ctx, o, "proved")
}

// pastOf keeps the enrolments that new keys replace: what was signed stays
// signed.
func pastOf(was, now Ombudsman) [][]byte {
	if bytes.Equal(was.Enrolment, now.Enrolment) {
		return was.Past
	}
	return append(slices.Clone(was.Past), was.Enrolment)
}

// provedBefore is the day on which the same keys were proved for a mandate that
// is prolonged. Proving them anew is a drill worth having, but until it is done
// nobody has lost anything: dormant grants in all her cases would be released
// for a signature that is a day late.
func provedBefore(was, now Ombudsman) Day {
	if was.Removed != "" || was.Recipient != now.Recipient || was.Verifier != now.Verifier {
		return ""
	}
	return was.Proved
}

// otherRole: an outside body whose --backstop was forgotten would be drawn for every
// case. Whoever has proved a key may hold grants in the role that they have.
func (o Ombudsman) otherRole(now Ombudsman) bool {
	return o.Removed == "" && o.Proved != "" && o.Backstop != now.Backstop
}

// changeRoster stores one of the roster with a leaf, and reloads.
func (s *Service) changeRoster(ctx context.Context, o Ombudsman, what string) error {
	return s.reloaded(ctx, s.update(ctx, func(tx Tx) error {
		_, err := tx.Append(entry(NewOnce(), custody.Details{
			Act: "roster", Day: string(s.Today()), Actor: o.Name, To: what, Hash: hexSum(o.Enrolment),
		}))
		if err != nil {
			return err
		}
		all, err := tx.Ombudsmen()
		if err != nil {
			return err
		}
		for _, was := range all {
			if was.Name == o.Name {
				if was.otherRole(o) {
					return E(Conflict, "role", nil)
				}
				o.Seen, o.Past = was.Seen, pastOf(was, o)
				if o.Proved == "" {
					o.Proved = provedBefore(was, o)
				}
			}
		}
		if err := tx.SetDone(jobHolders, ""); err != nil { // look again who is there
			return err
		}
		return tx.PutOmbudsman(o)
	}))
}
