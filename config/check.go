package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ombra/crypto"
)

// DemoOrigin is the origin of `ombra demo`. No office may have it, or any other
// name under .invalid: its throw-away receipts would be well-formed in one that
// did.
const DemoOrigin = "office.ombra.invalid"

// Profiles are the names that clocks.profile may have. Custom has its numbers
// beside it.
var Profiles = []string{"grm", "eu-2019-1937", custom}

const custom = "custom"

// How long the office's own words may be, in runes. They stand in one card
// with what the platform sees and with the authorities, and a card holds 2,900.
const (
	maxGate      = 1500
	maxDanger    = 600
	maxAuthority = 150
	maxName      = 75

	maxAuthorities = 20 // lines of that card
)

// unfilled marks a place in what [Example] prints where only the office knows
// the words. A file that still holds one is refused.
const unfilled = "[WRITE:"

var languageShape = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)

// Check looks for what is wrong with the configuration. [Load] and [Parse]
// have done it; it is for one that was made or changed in code, which has no
// lines to name.
func (c *Config) Check() Problems {
	k := &checker{Config: c}
	k.office()
	k.people()
	k.clocks()
	k.retention()
	k.number("redress.silent_days", k.Redress.SilentDays, 7, 365)
	k.attachments()
	k.gate()
	k.authorities()
	k.categories()
	k.slack()
	k.mattermost()
	k.backup()
	k.monitor()
	return k.found
}

type checker struct {
	*Config

	found Problems
}

func (k *checker) bad(key, what, mend string) {
	k.found = append(k.found, k.problem(key, what, mend))
}

// words checks something that people will read.
func (k *checker) words(key, text, mend string, most int) {
	switch {
	case strings.TrimSpace(text) == "":
		k.bad(key, key+" is missing", mend)
	case strings.Contains(text, unfilled):
		k.bad(key, key+" still has a place that begins with "+unfilled, "write your own words there")
	case utf8.RuneCountInString(text) > most:
		k.bad(key, fmt.Sprintf("%s has more than %d characters", key, most), "shorten it")
	case strings.ContainsFunc(text, hidden):
		k.bad(key, key+" holds a control character", "type it again")
	}
}

// hidden finds what would let words look other than they are: controls, and
// the marks that turn the direction of writing.
func hidden(r rune) bool {
	return r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Bidi_Control) || r == utf8.RuneError
}

func (k *checker) number(key string, n, least, most int) {
	if n < least || n > most {
		k.bad(key, fmt.Sprintf("%s is %d", key, n), fmt.Sprintf("write a number from %d to %d", least, most))
	}
}

func (k *checker) office() {
	o := k.Office
	if o.Origin == "" {
		k.bad("office.origin", "office.origin is missing", "choose a name for ever, like ombud.example.org")
	} else if crypto.CheckOrigin(o.Origin) != nil {
		k.bad("office.origin", "office.origin cannot be used in receipts", "write 1 to 63 of a-z 0-9 . and -")
	} else if strings.HasSuffix(o.Origin, ".invalid") {
		k.bad("office.origin", "this origin is the demo's", "choose a name for ever, like ombud.example.org")
	}
	k.words("office.name", o.Name, "write what people call the office", maxName)
	if strings.TrimSpace(o.Data) == "" || strings.Contains(o.Data, unfilled) {
		k.bad("office.data", "office.data is missing", "name a folder that only Ombra uses")
	}
	k.zone()
	k.languages()
	k.hours()
	k.number("office.designate", o.Designate, 1, 20)
	k.number("office.reserve", o.Reserve, 0, 20)
	if o.Forms == "" {
		k.bad("office.forms", "office.forms is missing", "write one of "+strings.Join(builtins, ", ")+", or the path of a .toml file")
	}
}

// zone: "Local" would mean whatever the host is set to, and a host that moves
// would move every due day.
func (k *checker) zone() {
	const mend = "write a name of the zone database, like Europe/Vienna"
	z := k.Office.TimeZone
	if z == "" {
		k.bad("office.time_zone", "office.time_zone is missing", mend)
		return
	}
	if _, err := time.LoadLocation(z); err != nil || z == "Local" {
		k.bad("office.time_zone", fmt.Sprintf("there is no time zone %q", z), mend)
	}
}

func (k *checker) languages() {
	langs := k.Office.Languages
	if len(langs) == 0 {
		k.bad("office.languages", "there is no language", `write languages = ["en"]`)
	}
	for i, lang := range langs {
		switch {
		case !languageShape.MatchString(lang):
			k.bad("office.languages", fmt.Sprintf("%q is no language", lang), "write a tag like en or de-AT")
		case slices.Contains(langs[:i], lang):
			k.bad("office.languages", fmt.Sprintf("%q stands twice", lang), "write it once")
		case k.FormSet != nil && !k.FormSet.speaks(lang):
			k.bad("office.languages", fmt.Sprintf("the form set has no questions in %q", lang), "add them to a form set of your own, or leave the language out")
		}
	}
}

func (k *checker) hours() {
	const mend = "write hours from 0 to 23, ascending, like [9, 15]"
	if len(k.Office.Hours) == 0 {
		k.bad("office.hours", "there is no hour for notices", mend)
	}
	last := -1
	for _, h := range k.Office.Hours {
		if h < 0 || h > 23 || h <= last {
			k.bad("office.hours", "office.hours are not hours of one day in their order", mend)
			return
		}
		last = h
	}
}

func (k *checker) clocks() {
	c := k.Clocks
	if !slices.Contains(Profiles, c.Profile) {
		what := fmt.Sprintf("there is no profile %q", c.Profile)
		if c.Profile == "" {
			what = "clocks.profile is missing"
		}
		k.bad("clocks.profile", what, "write one of "+strings.Join(Profiles, ", ")+"; ask which law applies")
		return
	}
	k.number("clocks.warn_days", c.WarnDays, 1, 30)
	k.number("clocks.release_days", c.ReleaseDays, 1, 90)
	k.number("clocks.absence_days", c.AbsenceDays, 1, 180)
	k.number("clocks.cooling_off_days", c.CoolingOffDays, 1, 60)
	k.number("clocks.alone_days", c.AloneDays, 14, 90)
	if c.Profile == custom {
		k.customClocks(c)
		return
	}
	if c.AckDays != 0 || c.AssessDays != 0 || c.FeedbackDays != 0 || c.FeedbackMonths != 0 || c.ExtendedDays != 0 || c.ExtendedMonths != 0 {
		k.bad("clocks.profile", fmt.Sprintf("profile %s has numbers of its own", c.Profile), "leave ack_days, assess_days, feedback_… and extended_… out, or write profile = \"custom\"")
	}
}

func (k *checker) customClocks(c Clocks) {
	k.number("clocks.ack_days", c.AckDays, 1, 365)
	if c.AssessDays != 0 {
		k.number("clocks.assess_days", c.AssessDays, 1, 365)
	}
	switch {
	case (c.FeedbackDays == 0) == (c.FeedbackMonths == 0):
		k.bad("clocks.profile", "a custom profile needs either feedback_days or feedback_months", "write one of them")
		return
	case c.FeedbackDays != 0:
		k.number("clocks.feedback_days", c.FeedbackDays, 1, 730)
	default:
		k.number("clocks.feedback_months", c.FeedbackMonths, 1, 24)
	}
	// In the same unit, or a short month could make the extension the earlier day.
	k.extended("clocks.extended_days", c.ExtendedDays, "clocks.feedback_days", c.FeedbackDays, 1460)
	k.extended("clocks.extended_months", c.ExtendedMonths, "clocks.feedback_months", c.FeedbackMonths, 48)
}

func (k *checker) extended(key string, n int, beside string, plain, most int) {
	switch {
	case n == 0:
	case plain == 0:
		k.bad(key, key+" stands without "+beside, "write it in the unit of the answer, or leave it out")
	default:
		k.number(key, n, plain+1, most)
	}
}

func (k *checker) retention() {
	r := k.Retention
	k.number("retention.months", r.Months, 1, 360)
	k.number("retention.out_of_mandate_months", r.OutOfMandateMonths, 1, 360)
	if r.OutOfMandateMonths > r.Months {
		k.bad("retention.out_of_mandate_months", "cases that were out of mandate would be kept longer than all others", "write a number that is not above months")
	}
	k.number("retention.notice_days", r.NoticeDays, 14, 90)
	k.number("retention.quiet_hour", r.QuietHour, 0, 23)
	k.number("figures.fewer_than", k.Figures.FewerThan, 3, 100)
}

func (k *checker) attachments() {
	k.number("attachments.max_files", k.Attachments.MaxFiles, 0, 50)
	k.number("attachments.max_file_mb", k.Attachments.MaxFileMB, 1, 1000)
}

func (k *checker) gate() {
	for _, lang := range k.Office.Languages {
		key := "gate." + lang
		g, ok := k.Gate[lang]
		if !ok {
			k.bad(key, fmt.Sprintf("there are no words in %q for before anyone types", lang), "add a table ["+key+"] with text and danger")
			continue
		}
		k.words(key+".text", g.Text, "say what does not belong here and what happens next", maxGate)
		k.words(key+".danger", g.Danger, "say whom to reach in an emergency", maxDanger)
	}
	for _, lang := range inOrder(k.Gate) {
		if !slices.Contains(k.Office.Languages, lang) {
			k.bad("gate."+lang, fmt.Sprintf("%q is not among the office's languages", lang), "add it to office.languages, or take the table out")
		}
	}
}

func (k *checker) authorities() {
	switch n := len(k.Authorities); {
	case n == 0:
		k.bad("authorities", "no authority outside the office is named", "add [[authorities]] with name and contact")
	case n > maxAuthorities:
		k.bad("authorities", fmt.Sprintf("there are %d authorities", n), fmt.Sprintf("name the %d that matter most", maxAuthorities))
	}
	for i, a := range k.Authorities {
		key := fmt.Sprintf("authorities.%d.", i)
		k.words(key+"name", a.Name, "write what the body is called", maxAuthority)
		k.words(key+"contact", a.Contact, "write how to reach it", maxAuthority)
	}
}

// categories of the office's own; the form set's were checked with it.
func (k *checker) categories() {
	if len(k.Categories) == 0 {
		return
	}
	f := formCheck{languages: k.Office.Languages, bad: k.bad}
	f.categories(k.Categories)
}
