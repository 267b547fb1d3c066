package bottest

import (
	"context"
	"sync"
	"time"

	"filippo.io/age"

	"ombra/bot"
	"ombra/cases"
	"ombra/crypto"
)

// Origin is the origin of offices made here. It is no name that an office could
// be set up with: its keys are throwaways.
const Origin = "office.ombra.invalid"

// Settings choose what kind of office is made.
type Settings struct {
	Names     []string // of the ombudsmen; the default is anna, bela and chris
	Backstop  string   // name of the outside body; "" is none
	Change    func(*cases.Office)
	Options   func(*bot.Options)
	Start     time.Time // the office's first moment; zero is now
	Platforms []string  // under which everybody has an account; the default is "test"
}

func (set Settings) platforms() []string {
	if len(set.Platforms) == 0 {
		return []string{"test"}
	}
	return set.Platforms
}

// An Office is a working office with ombudsmen whose keys are proved, and a
// clock that can be moved.
type Office struct {
	Cases    *cases.Service
	Bot      *bot.Bot
	Machines map[string]*Machine
	LogKey   crypto.SigningKey
	Tokens   *MemoryKeys
	Dir      string // of all that it keeps, if [OpenOffice] made it

	mu        sync.Mutex
	moved     time.Duration // guarded by mu
	start     time.Time
	transport crypto.Identity
}

// NewOffice sets an office up on a store and a shelf.
func NewOffice(ctx context.Context, store cases.Store, shelf cases.Shelf, set Settings) (*Office, error) {
	if len(set.Names) == 0 {
		set.Names = []string{"anna", "bela", "chris"}
	}
	set.Platforms = set.platforms()
	o := &Office{Machines: map[string]*Machine{}, Tokens: &MemoryKeys{}, start: set.Start}
	var err error
	if o.transport, err = crypto.NewIdentity(); err != nil {
		return nil, err
	}
	if o.LogKey, err = crypto.NewSigningKey(Origin); err != nil {
		return nil, err
	}
	settings := cases.Office{
		Origin: Origin, Test: true, Zone: time.UTC, Designate: 2, Reserve: 1, RequirePQ: true, Hours: []int{9, 15},
		Profile: cases.Profiles["grm"], Categories: []string{"unintended-harm", "other"}, MaxFiles: 10, MaxFile: 25 << 20,
	}
	if set.Change != nil {
		set.Change(&settings)
	}
	o.Cases, err = cases.New(ctx, cases.Options{
		Store: store, Shelf: shelf, Office: settings, LogKey: o.LogKey, Transport: o, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	if err := o.staff(ctx, set); err != nil {
		return nil, err
	}
	return o, o.talk(set)
}

// staff appoints the ombudsmen and has them prove their keys.
func (o *Office) staff(ctx context.Context, set Settings) error {
	names := set.Names
	if set.Backstop != "" {
		names = append(names[:len(names):len(names)], set.Backstop)
	}
	for _, name := range names {
		if err := o.Appoint(ctx, name, name == set.Backstop); err != nil {
			return err
		}
	}
	return o.Pin()
}

// Pin has every machine pin the roster as it is.
func (o *Office) Pin() error {
	var roster []crypto.EnrolNote
	for _, m := range o.Cases.Roster() {
		e, err := crypto.OpenEnrol(m.Enrolment)
		if err != nil {
			return err
		}
		roster = append(roster, e)
	}
	for _, m := range o.Machines {
		m.Pin(Origin, o.LogKey.Verifier(), roster)
	}
	return nil
}

// Appoint makes an ombudsman's machine, enrols it and proves its key.
func (o *Office) Appoint(ctx context.Context, name string, backstop bool) error {
	m, err := NewMachine(Origin, name)
	if err != nil {
		return err
	}
	today := o.Cases.Today()
	enrolment, err := m.Enrolment(Origin, string(today))
	if err != nil {
		return err
	}
	_, challenge, err := o.Cases.Appoint(ctx, cases.Appointment{
		Enrolment: enrolment, Backstop: backstop, From: today.Add(-1), Until: today.Add(1000),
	})
	if err != nil {
		return err
	}
	answer, err := m.Prove(Origin, challenge)
	if err != nil {
		return err
	}
	o.Machines[name] = m
	return o.Cases.Prove(ctx, name, answer)
}

func (o *Office) talk(set Settings) error {
	keys, err := bot.NewKeyring(o.Tokens, o.Now())
	if err != nil {
		return err
	}
	options := bot.Options{
		Cases: o.Cases, Origin: Origin, Office: "the Example Ombuds Office", Keys: keys, Forms: forms,
		Gate:        bot.Words{"en": "Write nothing classified here: for that use the cleared route through the security officer. Work devices can be watched."},
		Danger:      bot.Words{"en": "Call 112."},
		Authorities: []bot.Authority{{Name: "Parliamentary Ombudsman", Contact: "ombudsman@parliament.example"}},
		Ombudsmen:   map[string]string{}, Now: o.Now, PerAccount: 1000, OverAll: 100000,
	}
	for name := range o.Machines {
		for _, p := range set.Platforms {
			options.Ombudsmen[p+":"+name] = name
		}
	}
	if set.Options != nil {
		set.Options(&options)
	}
	o.Bot = bot.New(options)
	return nil
}

// Now is the office's clock.
func (o *Office) Now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.start.IsZero() {
		return time.Now().Add(o.moved)
	}
	return o.start.Add(o.moved)
}

// Pass lets time go by.
func (o *Office) Pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.moved += d
}

// Recipient implements cases.Transport.
func (o *Office) Recipient() crypto.Recipient { return o.transport.Recipient() }

// Identities implements cases.Transport.
func (o *Office) Identities() []age.Identity { return []age.Identity{o.transport.Age()} }

// Device gives a filer's device the office file.
func (o *Office) Device() (Device, error) {
	d := Device{Office: crypto.OfficeNote{Origin: Origin, Transport: o.Recipient().String()}}
	for _, m := range o.Cases.Roster() {
		r, err := crypto.ParseRecipient(m.Recipient)
		if err != nil {
			return Device{}, err
		}
		d.Recipients = append(d.Recipients, r)
	}
	return d, nil
}

// Person seats an account directly in front of the bot.
func (o *Office) Person(account string) *Direct {
	return NewDirect("test:"+account, bot.Via{Name: "terminal", Exposed: true, Files: true}, o.Bot.Handle)
}

// MemoryKeys keeps token keys in memory.
type MemoryKeys struct {
	mu   sync.Mutex
	text []byte // guarded by mu
}

// Read implements bot.KeyStore.
func (m *MemoryKeys) Read() ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text, nil
}

// Write implements bot.KeyStore.
func (m *MemoryKeys) Write(text []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.text = append([]byte(nil), text...)
	return nil
}

// forms are short: what the real ones ask is config's matter.
var forms = bot.Forms{
	ID: "test/1",
	Report: []bot.Question{
		{ID: "what", Kind: bot.Text, Max: 3000, Label: bot.Words{"en": "What happened?"}},
		{ID: "concerned", Kind: bot.Line, Max: 300, Label: bot.Words{"en": "Who is concerned?"}},
		{ID: "category", Kind: bot.Choice, Label: bot.Words{"en": "What is it about?"}},
		{ID: "when", Kind: bot.Date, Optional: true, Label: bot.Words{"en": "When was it?"}},
	},
	Redress: []bot.Question{
		{ID: "what", Kind: bot.Text, Max: 3000, Label: bot.Words{"en": "What harm was done?"}},
		{ID: "category", Kind: bot.Choice, Label: bot.Words{"en": "What is it about?"}},
		{ID: "remedies", Kind: bot.Choices, Label: bot.Words{"en": "What would put it right?"}, Options: []bot.Labelled{
			{ID: "restitution", Label: bot.Words{"en": "Restore what was taken"}},
			{ID: "compensation", Label: bot.Words{"en": "Money for the harm"}},
			{ID: "rehabilitation", Label: bot.Words{"en": "Care and support"}},
			{ID: "satisfaction", Label: bot.Words{"en": "An apology or acknowledgement"}},
			{ID: "non-repetition", Label: bot.Words{"en": "A guarantee that it does not happen again"}},
		}},
	},
	Categories: []bot.Labelled{
		{ID: "unintended-harm", Label: bot.Words{"en": "Unintended harm to people outside"}},
		{ID: "other", Label: bot.Words{"en": "Something else"}},
	},
}
