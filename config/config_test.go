package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// office is a small file written by hand, so that its lines are known.
const office = `[office]
origin = "ombud.example.org"
name = "Ombuds office"
data = "data"
time_zone = "Europe/Vienna"
languages = ["en"]
hours = [9, 15]
designate = 2
forms = "workplace"
[clocks]
profile = "eu-2019-1937"
[gate.en]
text = """
Nothing classified.
[not a table]
"""
danger = "Call 112."
[[authorities]]
name = "The commissioner"
contact = "commissioner.example.org"
[[authorities]]
name = "The parliament"
contact = "parliament.example.org"
[ombudsmen.anna]
terminal = "anna"
[oversight.vera]
terminal = "vera"
`

func TestParse(t *testing.T) {
	c := mustParse(t, office)
	if c.Office.Reserve != 1 || !c.Office.RequirePQ || c.Attachments.MaxFiles != 10 {
		t.Errorf("defaults are gone: %+v", c.Office)
	}
	if c.Location.String() != "Europe/Vienna" || c.FormSet.ID != "workplace/1" {
		t.Errorf("location %v, forms %v", c.Location, c.FormSet.ID)
	}
	ombudsmen, oversight := c.Names()
	if len(ombudsmen) != 1 || ombudsmen["terminal:anna"] != "anna" || len(oversight) != 1 || oversight["terminal:vera"] != "vera" {
		t.Errorf("%v, %v", ombudsmen, oversight)
	}
}

func TestRefused(t *testing.T) {
	const classic = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
	for _, test := range []struct {
		name     string
		old, new string // what is changed in office
		want     string
	}{
		{"not TOML", "designate = 2", "designate = = 2", "ombra.toml:8: this is not TOML"},
		{"unknown key", "designate = 2", "desginate = 2", `ombra.toml:8: unknown key "office.desginate" — did you mean "designate"?`},
		{"unknown key like no other", "designate = 2", "zzzzzzzz = 2", "the keys in [office] are data, designate"},
		{"key in capitals", `origin =`, `Origin =`, `ombra.toml:2: unknown key "office.Origin" — did you mean "origin"?`},
		{"unknown table", "[clocks]", "[clock]", `ombra.toml:10: unknown key "clock" — did you mean "clocks"?`},
		{"unknown key of a second table", `contact = "parliament.example.org"`, `contract = "x"`, `ombra.toml:23: unknown key "authorities.1.contract" — did you mean "contact"?`},
		{"text for a number", "designate = 2", `designate = "2"`, `ombra.toml:8: "office.designate" has the wrong type — write a whole number`},
		{"fraction", "designate = 2", `designate = 2.5`, `ombra.toml:8: "office.designate" has the wrong type`},
		{"text for a list", `hours = [9, 15]`, `hours = "9"`, "write a list"},
		{"text in a list", `hours = [9, 15]`, `hours = [9, "15"]`, `ombra.toml:7: "office.hours.1" has the wrong type`},
		{"text for a table", `[ombudsmen.anna]`, "[ombudsmen]\nbela = 3\n[ombudsmen.anna]", `ombra.toml:25: "ombudsmen.bela" has the wrong type — write a table`},
		{"nobody drawn", "designate = 2", "designate = 0", "ombra.toml:8: office.designate is 0 — write a number from 1 to 20"},
		{"reserve", "designate = 2", "designate = 2\nreserve = -1", "ombra.toml:9: office.reserve is -1"},
		{"no origin", `origin = "ombud.example.org"`, ``, "ombra.toml:1: office.origin is missing"},
		{"origin", `"ombud.example.org"`, `"Ombud Example"`, "ombra.toml:2: office.origin cannot be used in receipts"},
		{"the demo's origin", `"ombud.example.org"`, `"` + DemoOrigin + `"`, "ombra.toml:2: this origin is the demo's"},
		{"no name", `name = "Ombuds office"`, `name = " "`, "ombra.toml:3: office.name is missing"},
		{"name turned around", `name = "Ombuds office"`, `name = "a\u202Eb"`, "ombra.toml:3: office.name holds a control character"},
		{"no data folder", `data = "data"`, ``, "office.data is missing"},
		{"zone", `"Europe/Vienna"`, `"Europe/Wien"`, `ombra.toml:5: there is no time zone "Europe/Wien"`},
		{"zone of the host", `"Europe/Vienna"`, `"Local"`, "ombra.toml:5: there is no time zone"},
		{"no zone", `time_zone = "Europe/Vienna"`, ``, "office.time_zone is missing"},
		{"hour 24", `[9, 15]`, `[9, 24]`, "ombra.toml:7: office.hours are not"},
		{"hours descending", `[9, 15]`, `[15, 9]`, "ombra.toml:7: office.hours are not"},
		{"no hours", `[9, 15]`, `[]`, "ombra.toml:7: there is no hour"},
		{"no language", `languages = ["en"]`, `languages = []`, "ombra.toml:6: there is no language"},
		{"odd language", `languages = ["en"]`, `languages = ["en", "English"]`, `ombra.toml:6: "English" is no language`},
		{"language twice", `languages = ["en"]`, `languages = ["en", "en"]`, `ombra.toml:6: "en" stands twice`},
		{"language without a gate", `languages = ["en"]`, `languages = ["en", "tlh"]`, `there are no words in "tlh" for before anyone types`},
		{"language without questions", `languages = ["en"]`, `languages = ["en", "tlh"]`, `ombra.toml:6: the form set has no questions in "tlh"`},
		{"gate without a language", `[gate.en]`, "[gate.de]\ntext = \"x\"\ndanger = \"y\"\n[gate.en]", `ombra.toml:12: "de" is not among the office's languages`},
		{"gate without danger", `danger = "Call 112."`, ``, "ombra.toml:12: gate.en.danger is missing"},
		{"gate too long", `Nothing classified.`, strings.Repeat("x", 1501), "ombra.toml:13: gate.en.text has more than 1500 characters"},
		{"gate not written", `Nothing classified.`, starterGate, "ombra.toml:13: gate.en.text still has a place"},
		{"profile", `"eu-2019-1937"`, `"eu"`, `ombra.toml:11: there is no profile "eu"`},
		{"no profile", `profile = "eu-2019-1937"`, ``, "ombra.toml:10: clocks.profile is missing"},
		{"numbers beside a profile", `profile = "eu-2019-1937"`, "profile = \"grm\"\nack_days = 30", "profile grm has numbers of its own"},
		{"custom without numbers", `"eu-2019-1937"`, `"custom"`, "clocks.ack_days is 0"},
		{"custom with both", `profile = "eu-2019-1937"`, "profile = \"custom\"\nack_days = 3\nfeedback_days = 4\nfeedback_months = 5", "either feedback_days or feedback_months"},
		{"no release", `profile = "eu-2019-1937"`, "profile = \"grm\"\nrelease_days = 0", "ombra.toml:12: clocks.release_days is 0"},
		{"no cooling-off", `profile = "eu-2019-1937"`, "profile = \"grm\"\ncooling_off_days = 0", "clocks.cooling_off_days is 0 — write a number from 1 to 60"},
		{"long absence", `profile = "eu-2019-1937"`, "profile = \"grm\"\nabsence_days = 999", "clocks.absence_days is 999"},
		{"late warning", `profile = "eu-2019-1937"`, "profile = \"grm\"\nwarn_days = 31", "clocks.warn_days is 31"},
		{"extension beside a profile", `profile = "eu-2019-1937"`, "profile = \"grm\"\nextended_days = 60", "profile grm has numbers of its own"},
		{"extension that is none", `profile = "eu-2019-1937"`, "profile = \"custom\"\nack_days = 3\nfeedback_days = 30\nextended_days = 30", "ombra.toml:14: clocks.extended_days is 30 — write a number from 31"},
		{"extension in another unit", `profile = "eu-2019-1937"`, "profile = \"custom\"\nack_days = 3\nfeedback_days = 30\nextended_months = 6", "clocks.extended_months stands without clocks.feedback_months"},
		{"assessed too late", `profile = "eu-2019-1937"`, "profile = \"custom\"\nack_days = 3\nfeedback_days = 30\nassess_days = 999", "clocks.assess_days is 999"},
		{"custom too long", `profile = "eu-2019-1937"`, "profile = \"custom\"\nack_days = 3\nfeedback_months = 99", "ombra.toml:13: clocks.feedback_months is 99"},
		{"authority without contact", `contact = "parliament.example.org"`, ``, "ombra.toml:21: authorities.1.contact is missing"},
		{"too many authorities", "[clocks]", strings.Repeat("[[authorities]]\nname = \"a\"\ncontact = \"b\"\n", 19) + "[clocks]", "ombra.toml:10: there are 21 authorities"},
		{"forms", `"workplace"`, `"work"`, `ombra.toml:9: there is no form set "work" — write one of cyber, workplace`},
		{"no forms", `forms = "workplace"`, ``, "ombra.toml:1: office.forms is missing"},
		{"forms not read", `"workplace"`, `"our.toml"`, "ombra.toml:9: the form set cannot be read"},
		{"roster name", `[ombudsmen.anna]`, `[ombudsmen.Anna]`, `ombra.toml:24: "Anna" cannot be a roster name`},
		{"the receipts' name", `[ombudsmen.anna]`, `[ombudsmen.filer]`, `ombra.toml:24: "filer" cannot be a roster name`},
		{"in both", `[oversight.vera]`, `[oversight.anna]`, "ombra.toml:26: anna is an ombudsman too"},
		{"no account", `terminal = "anna"`, ``, "ombra.toml:24: anna has no account"},
		{"account on slack", `terminal = "anna"`, `slack = "U0456EFGH"`, "ombra.toml:25: this is no account on slack"},
		{"account on mattermost", `terminal = "anna"`, `mattermost = "anna"`, "ombra.toml:25: this is no account on mattermost"},
		{"account twice", `terminal = "vera"`, `terminal = "anna"`, "ombra.toml:27: this account is anna's already"},
		{"redress", "[clocks]", "[redress]\nsilent_days = 3\n[clocks]", "ombra.toml:11: redress.silent_days is 3"},
		{"attachments", "[clocks]", "[attachments]\nmax_file_mb = 0\n[clocks]", "ombra.toml:11: attachments.max_file_mb is 0"},
		{"kept for no time", "[clocks]", "[retention]\nmonths = 0\n[clocks]", "ombra.toml:11: retention.months is 0 — write a number from 1 to 360"},
		{"kept longer out of mandate", "[clocks]", "[retention]\nmonths = 12\nout_of_mandate_months = 13\n[clocks]", "ombra.toml:12: cases that were out of mandate would be kept longer"},
		{"quiet hour", "[clocks]", "[retention]\nquiet_hour = 24\n[clocks]", "ombra.toml:11: retention.quiet_hour is 24"},
		{"figures of one", "[clocks]", "[figures]\nfewer_than = 1\n[clocks]", "ombra.toml:11: figures.fewer_than is 1 — write a number from 3 to 100"},
		{"recipient", "[clocks]", "[backup]\nrecipient = \"age1x\"\n[clocks]", "ombra.toml:11: backup.recipient is not taken — this is not an age public key"},
		{"classic recipient", "[clocks]", "[backup]\nrecipient = \"" + classic + "\"\n[clocks]", "ombra.toml:11: backup.recipient would not withstand"},
		{"category", "[clocks]", "[[categories]]\nid = \"A\"\nlabel.en = \"a\"\n[clocks]", `ombra.toml:11: "A" is no id`},
		{"category twice", "[clocks]", "[[categories]]\nid = \"a\"\nlabel.en = \"a\"\n[[categories]]\nid = \"a\"\nlabel.en = \"b\"\n[clocks]", `ombra.toml:14: the id "a" stands twice`},
		{"category without words", "[clocks]", "[[categories]]\nid = \"a\"\nlabel = {}\n[clocks]", `ombra.toml:12: there are no words in "en"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(office, test.old, test.new, 1)
			if text == office {
				t.Fatal("the test changes nothing")
			}
			c, err := Parse("ombra.toml", []byte(text))
			if err == nil || c != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}

func TestNoAuthority(t *testing.T) {
	start, end := strings.Index(office, "[[authorities]]"), strings.Index(office, "[ombudsmen.anna]")
	_, err := Parse("ombra.toml", []byte(office[:start]+office[end:]))
	if err == nil || !strings.Contains(err.Error(), "ombra.toml: no authority outside the office is named") {
		t.Error(err)
	}
}

// One mistake must not hide the next: an operator mends them in one go.
func TestAllProblemsInTheirOrder(t *testing.T) {
	text := strings.NewReplacer(`"Europe/Vienna"`, `"Nowhere"`, "[9, 15]", "[99]", "designate = 2", "designate = 0").Replace(office)
	_, err := Parse("ombra.toml", []byte(text))
	var found Problems
	if !errors.As(err, &found) || len(found) != 3 || found[0].Line != 5 || found[1].Line != 7 || found[2].Line != 8 {
		t.Errorf("got\n%v", err)
	}
}

func TestLoad(t *testing.T) {
	folder := mustFolder(t, office)
	path := filepath.Join(folder, "ombra.toml")
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(folder, "data"); c.Office.Data != want {
		t.Errorf("data folder %s, want %s", c.Office.Data, want)
	}
	if _, err := Load(filepath.Join(folder, "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestLoadRefusesLooseModes(t *testing.T) {
	for _, test := range []struct {
		name, path string
		mode       os.FileMode
		want       string
	}{
		{"others read the file", "ombra.toml", 0o644, "chmod 600 ombra.toml"},
		{"the group writes the file", "ombra.toml", 0o660, "chmod 600 ombra.toml"},
		{"others write the file", "ombra.toml", 0o602, "chmod 600 ombra.toml"},
		{"the group reads the file", "ombra.toml", 0o640, ""},
		{"the group enters the data folder", "data", 0o710, "ombra.toml:4: others can look into the data folder (mode 0710) — chmod 700 data"},
		{"others write the form set", "our.toml", 0o606, "ombra.toml:9: others can change the form set"},
		{"others read the form set", "our.toml", 0o644, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := mustFolder(t, strings.Replace(office, `"workplace"`, `"our.toml"`, 1))
			if err := os.Chmod(filepath.Join(folder, test.path), test.mode); err != nil {
				t.Fatal(err)
			}
			_, err := Load(filepath.Join(folder, "ombra.toml"))
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestLoadRefusesAFileAsDataFolder(t *testing.T) {
	folder := mustFolder(t, strings.Replace(office, `data = "data"`, `data = "our.toml"`, 1))
	if _, err := Load(filepath.Join(folder, "ombra.toml")); err == nil || !strings.Contains(err.Error(), "ombra.toml:4: the data folder is not a folder") {
		t.Error(err)
	}
}

// mustFolder makes a folder with a configuration, a data folder and a form set.
func mustFolder(tb testing.TB, text string) string {
	tb.Helper()
	folder := tb.TempDir()
	forms, err := formFiles.ReadFile("forms/workplace.toml")
	if err != nil {
		tb.Fatal(err)
	}
	err = errors.Join(
		os.Mkdir(filepath.Join(folder, "data"), 0o700),
		os.WriteFile(filepath.Join(folder, "ombra.toml"), []byte(text), 0o600),
		os.WriteFile(filepath.Join(folder, "our.toml"), forms, 0o600),
	)
	if err != nil {
		tb.Fatal(err)
	}
	return folder
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(office))
	f.Add([]byte(Example(answers())))
	f.Add([]byte("a.b = [[{c = '''\n'''}]]\n[[d]]\n[d.e]\n\"f\\\"g\" = 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("ombra.toml", text)
		last := strings.Count(string(text), "\n") + 1
		var found Problems
		if errors.As(err, &found) {
			for _, p := range found {
				if p.Line < 0 || p.Line > last || p.What == "" || p.Mend == "" {
					t.Errorf("%+v", p)
				}
			}
			return
		}
		// What was accepted stays accepted when it is written anew.
		again, err := Parse("ombra.toml", []byte(Example(*c)))
		if err != nil {
			t.Fatalf("%v\n%s", err, Example(*c))
		}
		if Example(*again) != Example(*c) {
			t.Error("written anew it says something else")
		}
	})
}
