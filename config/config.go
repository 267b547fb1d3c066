// Package config reads the one file an operator writes, ombra.toml.
//
// The struct below is the whole of it: the comment on a field is also the
// comment that [Example] prints above the key, so that the two cannot drift.
// Reading is strict. An unknown key, a value of the wrong type or a setting
// that makes no sense is refused with its line and how to mend it, because a
// misspelt key that is silently ignored is how an office comes to run without
// the protection it believes it has.
//
// Only [Load] touches files; [Parse] is a function of bytes. Secrets never
// stand in the file: a key that needs one ends in _file and names where it lies.
package config

import (
	"embed"
	"time"
	_ "time/tzdata" // a host without zone files still knows which day it is
)

// The comments in these files are what Example prints.
//
//go:embed config.go forms.go slack.go mattermost.go
var sources embed.FS

// Config is one office, as its operator set it up.
type Config struct {
	// An office made for tests, for good: its cases carry the test mark and are in no figure.
	// It cannot be changed later.
	Test bool `toml:"test"`

	// The office itself.
	Office Office `toml:"office"`

	// By which day a filer is acknowledged and answered.
	Clocks Clocks `toml:"clocks"`

	// How long closed cases are kept.
	Retention Retention `toml:"retention"`

	// The figures that oversight is shown.
	Figures Figures `toml:"figures"`

	// How what is done to put harm right is brought to an end.
	Redress Redress `toml:"redress"`

	// What may be attached to a filing.
	Attachments Attachments `toml:"attachments"`

	// What the office says before anyone types, one table per language.
	Gate map[string]Gate `toml:"gate"`

	// Bodies outside the office to which anybody may turn instead. At least one.
	Authorities []Authority `toml:"authorities"`

	// Categories of the office's own, in place of those of the form set.
	// id is stored and counted, so it is never reused for something else.
	Categories []Category `toml:"categories"`

	// Ombudsmen's platform accounts, under their roster names. The roster itself (mandates, keys)
	// is in the database: see ombra roster.
	Ombudsmen map[string]Accounts `toml:"ombudsmen"`

	// Accounts of oversight, which sees clocks, figures and the log, never content.
	// Nobody is both an ombudsman and oversight.
	Oversight map[string]Accounts `toml:"oversight"`

	// The office on Slack; see docs/slack.md.
	Slack Slack `toml:"slack"`

	// The office on Mattermost; see docs/mattermost.md.
	Mattermost Mattermost `toml:"mattermost"`

	// Where backups and copies of the log go. Without a recipient ombra backup makes none.
	Backup Backup `toml:"backup"`

	// What a monitoring system may ask. Nothing listens while the table is left out.
	Monitor Monitor `toml:"monitor,omitempty"`

	// FormSet is the questions, read from what Office.Forms names, with
	// Categories put in place of its own where the office has some.
	FormSet *FormSet `toml:"-"`

	// Location is Office.TimeZone.
	Location *time.Location `toml:"-"`

	forms []byte // the text of a form set of the office's own
	file  string // for the names of problems
	lines lines
}

// Office is the table [office].
type Office struct {
	// The name of this deployment for ever, like ombud.example.org. It goes into every receipt and
	// every signature: changing it kills all receipts. It need not be a host that exists.
	Origin string `toml:"origin"`

	// What people read as the sender.
	Name string `toml:"name"`

	// The folder that holds the database, attachments and keys; mode 0700. Relative to this file.
	Data string `toml:"data"`

	// The time zone in which the office counts its days, like Europe/Vienna.
	TimeZone string `toml:"time_zone"`

	// The languages in which people are spoken to; the first is the one for those who chose none.
	Languages []string `toml:"languages"`

	// The hours of the day at which notices go out, ascending. They are fixed, so that the time of a
	// notice tells nobody when something was filed.
	Hours []int `toml:"hours"`

	// How many ombudsmen are drawn for a new case.
	Designate int `toml:"designate"`

	// How many more are drawn for appeals and absence; they see the case only when it is released to them.
	Reserve int `toml:"reserve"`

	// Whether ombudsmen need keys that withstand a quantum computer.
	RequirePQ bool `toml:"require_pq"`

	// Whether an ombudsman may type a reply in chat. The filer is then told that it is not signed, and
	// that the chat's administrators could have written it.
	TypedReplies bool `toml:"typed_replies"`

	// The questions: cyber, workplace, or the path of a TOML file of your own, relative to this file.
	Forms string `toml:"forms"`
}

// Clocks is the table [clocks]. What the named profiles promise is written in
// package cases; the numbers here are those of a custom one.
type Clocks struct {
	// Which promise holds; ask whoever knows which law applies.
	//   grm           grievance practice, bound to no statute: acknowledged in 2 business days, told in 10
	//                 whether it is looked into, answered 21 days after the first; once 42, with a reason
	//   eu-2019-1937  Directive (EU) 2019/1937 Art 9: acknowledged in 7 days, answered 3 months after;
	//                 once 6, with a reason. It does not cover some defence and security procurement (Art 3).
	//   custom        your own, with ack_days and one of feedback_days and feedback_months
	Profile string `toml:"profile"`

	// Days until a filing is acknowledged; only with profile custom.
	AckDays int `toml:"ack_days,omitempty"`

	// Days from acknowledgement until the filer has an answer; only with profile custom.
	FeedbackDays int `toml:"feedback_days,omitempty"`

	// Calendar months from acknowledgement until the filer has an answer; only with profile custom.
	FeedbackMonths int `toml:"feedback_months,omitempty"`

	// Days from filing until the filer knows whether it is looked into; only with profile custom. Leave it
	// out to promise none.
	AssessDays int `toml:"assess_days,omitempty"`

	// Days from acknowledgement to which the answer can be put off, once and with a reason; only with
	// profile custom and feedback_days. Leave it out to allow none.
	ExtendedDays int `toml:"extended_days,omitempty"`

	// The same in calendar months; only with profile custom and feedback_months.
	ExtendedMonths int `toml:"extended_months,omitempty"`

	// How many days before a promised one its ombudsmen are told, besides on the day itself.
	WarnDays int `toml:"warn_days"`

	// How many days late a case is given to its reserve; after as many again to the next, and last to the
	// backstop.
	ReleaseDays int `toml:"release_days"`

	// How long an absence may be; whoever is away for longer counts as not there from its first day, and
	// the reserve is given their cases.
	AbsenceDays int `toml:"absence_days"`

	// In how many days after asking to withdraw a filer can think again, before a case may be closed so.
	CoolingOffDays int `toml:"cooling_off_days"`

	// When two receipts are in dispute, two ombudsmen decide. Where only one holds the case and nobody
	// can be added: for how many days the receipt that would end must be silent, before that one signs again.
	AloneDays int `toml:"alone_days"`
}

// Retention is the table [retention]. A case is counted from the day on which it
// was closed; an open one, one on hold and one with a remedy outstanding stay.
type Retention struct {
	// Calendar months from closing until a case is deleted, with its attachments and receipts. Ask
	// whoever knows which law applies: three years are usual, some laws say less.
	Months int `toml:"months"`

	// The same for cases that were out of mandate: what was never the office's business is not
	// kept for years. The filer can read the answer until then.
	OutOfMandateMonths int `toml:"out_of_mandate_months"`

	// In how many days a shorter period binds for cases that are closed already: until then they stay, and
	// a hold can be made. The same holds for shorter days under [clocks] and [redress].
	NoticeDays int `toml:"notice_days"`

	// The hour, from 0 to 23, at which the day's checkpoint is signed and deleting happens. Filings
	// that come meanwhile wait for a moment, so choose one in which nobody is about.
	QuietHour int `toml:"quiet_hour"`
}

// Figures is the table [figures].
type Figures struct {
	// Numbers below this are shown as "fewer than", with as many others as are needed so that nobody
	// can subtract.
	FewerThan int `toml:"fewer_than"`
}

// Redress is the table [redress].
type Redress struct {
	// How many days without a word of the filer have to pass after a delivery, before a second
	// ombudsman may end the remedy as "delivered, unconfirmed".
	SilentDays int `toml:"silent_days"`
}

// Attachments is the table [attachments].
type Attachments struct {
	// How many files one filing may carry.
	MaxFiles int `toml:"max_files"`

	// How large each of them may be, in megabytes.
	MaxFileMB int `toml:"max_file_mb"`
}

// Gate is a table [gate.<language>].
type Gate struct {
	// What the office itself must say: that nothing classified belongs here and what the cleared route
	// is, that work devices may be watched, what happens next, and who gives support.
	Text string `toml:"text"`

	// Whom to reach at once when somebody is in danger.
	Danger string `toml:"danger"`
}

// Authority is one of [[authorities]].
type Authority struct {
	// What the body is called.
	Name string `toml:"name"`

	// How to reach it: an address, a telephone number, a web page.
	Contact string `toml:"contact"`
}

// Accounts is a table [ombudsmen.<name>] or [oversight.<name>]: where a person
// is on each platform. One of them is enough.
type Accounts struct {
	// Workspace and user id, like T0123ABCD/U0456EFGH.
	Slack string `toml:"slack,omitempty"`

	// The 26-letter user id.
	Mattermost string `toml:"mattermost,omitempty"`

	// The account on the terminal, like anna.
	Terminal string `toml:"terminal,omitempty"`
}

// Backup is the table [backup].
type Backup struct {
	// A public age key whose secret half is kept away from the host: age-keygen -pq makes one.
	Recipient string `toml:"recipient,omitempty"`

	// The folder that ombra backup writes to, best on another disk. Relative to this file.
	Folder string `toml:"folder,omitempty"`

	// How many days ombra backup leaves older backups there. What the office deletes lives on in them for so long.
	KeepDays int `toml:"keep_days"`

	// A folder to which the leaves of the custody log are copied with each day's checkpoint, best on another
	// machine. With it a restored log fits every checkpoint that was published. Relative to this file.
	Leaves string `toml:"leaves,omitempty"`
}

// Monitor is the table [monitor].
type Monitor struct {
	// Where /healthz and /readyz are answered: an address of this machine like 127.0.0.1:9464, or the path
	// of a unix socket, relative to this file.
	Listen string `toml:"listen,omitempty"`

	// Whether /metrics is answered there too, with figures that date no filing.
	Metrics bool `toml:"metrics,omitempty"`

	// Whether listen may be an address that other machines reach. Nothing there asks for a password.
	Exposed bool `toml:"exposed,omitempty"`
}

// Defaults is an office with every setting that has a sensible default. What
// only the operator can know is left empty, and refused while it is.
func Defaults() Config {
	return Config{
		Office: Office{
			Languages: []string{"en"},
			Hours:     []int{9, 15},
			Designate: 2,
			Reserve:   1,
			RequirePQ: true,
		},
		Clocks:      Clocks{WarnDays: 3, ReleaseDays: 14, AbsenceDays: 21, CoolingOffDays: 7, AloneDays: 14},
		Retention:   Retention{Months: 36, OutOfMandateMonths: 6, NoticeDays: 14, QuietHour: 3},
		Figures:     Figures{FewerThan: 5},
		Redress:     Redress{SilentDays: 30},
		Attachments: Attachments{MaxFiles: 10, MaxFileMB: 25},
		Backup:      Backup{KeepDays: 30},
	}
}
