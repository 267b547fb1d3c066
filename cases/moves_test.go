package cases_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// actFile signs a draft on fresh papers.
func (tr *trial) actFile(id cases.ID, who string, d papers.Draft) []byte {
	tr.Helper()
	file, err := tr.thread(id, who).Act(tr.Machines[who].Key, d, string(tr.Cases.Today()))
	if err != nil {
		tr.Fatal(err)
	}
	return file
}

// reach brings a new case to a stage.
func (tr *trial) reach(stage cases.Stage) (receipt.Receipt, cases.ID) {
	tr.Helper()
	r, c := tr.file()
	return r, tr.brought(c.ID, stage)
}

func (tr *trial) brought(id cases.ID, stage cases.Stage) cases.ID {
	tr.Helper()
	do := func(a cases.Act) {
		a.Once = cases.NewOnce()
		if err := tr.desk("anna").Do(tr.Context(), id, a); err != nil {
			tr.Fatal(err)
		}
	}
	i := slices.Index(cases.Stages, stage)
	if i >= 1 && stage != cases.Closed {
		do(cases.Act{Do: cases.Acknowledge})
	}
	if i >= 2 && stage != cases.Closed {
		do(cases.Act{Do: cases.Assess, Set: map[string]string{"category": "other", "priority": "low", "stage": string(stage)}})
	}
	if stage == cases.Closed {
		if err := tr.signed(id, "anna", draftOf("close")); err != nil {
			tr.Fatal(err)
		}
	}
	return id
}

func draftOf(do string) papers.Draft {
	d := papers.Draft{Do: do, Text: "Words."}
	switch do {
	case "close":
		d.Lessons, d.Set = "none, because", map[string]string{"disposition": "partly"}
	case "reseal":
		d.Set = map[string]string{papers.ResealSetting: strings.Repeat("0", 32)}
	case "grant":
		d.Text, d.Set = "", map[string]string{"to": "bela"}
	case "settle":
		d.Set = map[string]string{"keep": papers.KeepFormer}
	case "hold":
		d.Set = map[string]string{"until": "2027-11-23"}
	}
	return d
}

// wanted is the table as people think of it: where each thing leads from each
// stage, in the order of stages; - stays, ! is refused.
var wanted = map[string]string{
	"filer add":             "-----",
	"filer approve":         "-----",
	"filer correct":         "-----",
	"filer replace":         "-----",
	"filer handover":        "-----",
	"filer end":             "-----",
	"filer not-me":          "-----", // of a receipt that was replaced
	"sign settle":           "-----", // of a dispute
	"filer appeal":          "!!!!i",
	"filer withdraw":        "----!",
	"filer keep":            "----!",
	"press acknowledge":     "a!!!!",
	"press papers":          "-----",
	"press assess":          "!ss!!", // an investigation is not undone
	"press investigate":     "!iii!",
	"press wait":            "----!",
	"press resume":          "----!",
	"press lead":            "----!",
	"press note":            "!!!!!",
	"press close":           "!!!!!",
	"press add":             "!!!!!",
	"press extend":          "!!!!!",
	"press appeal":          "!!!!!",
	"press withdraw":        "!!!!!",
	"type extend":           "!!!!!",
	"type answer":           "----!",
	"type ask":              "----!",
	"type note":             "!!!!!",
	"type close":            "!!!!!",
	"sign answer":           "----!",
	"sign ask":              "----!",
	"sign note":             "-----",
	"sign close":            "cccc!",
	"sign extend":           "----!",
	"sign hold":             "-----",
	"sign lift":             "-----", // of what is held
	"type answer, not here": "!!!!!",
	"sign grant":            "-----",
	"sign recuse":           "-----",
	"sign unreadable":       "-----",
	"sign reseal":           "-----",
	"press grant":           "!!!!!",
	"press recuse":          "!!!!!",
	"press unreadable":      "!!!!!",
}

// TestMoves makes every move from every stage.
func TestMoves(t *testing.T) {
	letters := map[byte]cases.Stage{'a': cases.Acknowledged, 's': cases.Assessing, 'i': cases.Investigating, 'c': cases.Closed}
	for name, row := range wanted {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: func(o *cases.Office) {
				o.TypedReplies = name != "type answer, not here"
			}})
			for i, stage := range cases.Stages {
				r, id := tr.reach(stage)
				if strings.HasSuffix(name, "approve") || strings.HasSuffix(name, "correct") { // of what somebody wrote down
					r = tr.transcript()
					id = tr.brought(tr.load(r).ID, stage)
				}
				before := tr.load(r)
				err := tr.move(name, r, id)
				after, want := tr.load(r), stage
				if row[i] != '-' && row[i] != '!' {
					want = letters[row[i]]
				}
				if (err == nil) != (row[i] != '!') || after.Stage != want {
					t.Errorf("from %s to %s, want %s: %v", stage, after.Stage, want, err)
				}
				if err != nil && (cases.KindOf(err) != cases.Conflict && cases.KindOf(err) != cases.Invalid || fmt.Sprint(*before) != fmt.Sprint(*after)) {
					t.Errorf("refused from %s with %v, and changed to %+v", stage, err, after)
				}
			}
		})
	}
}

func (tr *trial) move(name string, r receipt.Receipt, id cases.ID) error {
	tr.Helper()
	how, do, _ := strings.Cut(strings.TrimSuffix(name, ", not here"), " ")
	switch how {
	case "filer":
		m, err := tr.Cases.Mine(tr.Context(), r)
		if err != nil {
			tr.Fatal(err)
		}
		switch cases.Verb(do) {
		case cases.Appeal:
			return m.Appeal(tr.Context(), cases.NewOnce(), "")
		case cases.Keep:
			_ = m.Withdraw(tr.Context(), cases.NewOnce(), "")
			return m.Keep(tr.Context(), cases.NewOnce(), "")
		case cases.Withdraw:
			return m.Withdraw(tr.Context(), cases.NewOnce(), "")
		case cases.Add:
			return m.Add(tr.Context(), cases.NewOnce(), "More.", nil)
		default:
			return tr.receiptMove(do, r)
		}
	case "type":
		return tr.desk("anna").Type(tr.Context(), id, cases.Verb(do), cases.NewOnce(), "Words.")
	case "sign":
		if do == "unreadable" {
			return tr.unreadable(id, "anna")
		}
		if do == "settle" {
			if err := tr.receiptMove("not-me", r); err != nil {
				tr.Fatal(err)
			}
		}
		if do == "lift" {
			if err := tr.signed(id, "anna", draftOf("hold")); err != nil {
				return err
			}
		}
		return tr.signed(id, "anna", draftOf(do))
	}
	a := cases.Act{Do: cases.Verb(do), Once: cases.NewOnce()}
	if do == "assess" || do == "investigate" {
		stage := map[string]cases.Stage{"assess": cases.Assessing, "investigate": cases.Investigating}[do]
		a.Do, a.Set = cases.Assess, map[string]string{"category": "other", "priority": "low", "stage": string(stage)}
	}
	return tr.desk("anna").Do(tr.Context(), id, a)
}

// TestButtons: what is offered is what works.
func TestButtons(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	for _, stage := range cases.Stages {
		r, _ := tr.reach(stage)
		c := tr.load(r)
		for _, role := range []cases.Role{cases.ByFiler, cases.ByOmbudsman, cases.BySigned} {
			open := tr.Cases.Verbs(c, role)
			for name, row := range wanted {
				how, do, _ := strings.Cut(name, " ")
				role2 := map[string]cases.Role{"filer": cases.ByFiler, "press": cases.ByOmbudsman, "sign": cases.BySigned}[how]
				if role2 != role || do == "investigate" || do == "assess" && stage == cases.Investigating {
					continue
				}
				if do == "not-me" {
					continue // it is offered to a receipt, not to a role
				}
				want := row[slices.Index(cases.Stages, stage)] != '!' && !slices.Contains([]string{"resume", "settle", "keep", "lift"}, do)
				if got := slices.Contains(open, cases.Verb(do)); got != want {
					t.Errorf("%s: %s is offered: %v, want %v", stage, name, got, want)
				}
			}
		}
	}
	r, id := tr.reach(cases.Received)
	if err := tr.move("press wait", r, id); err != nil {
		t.Fatal(err)
	}
	open := tr.Cases.Verbs(tr.load(r), cases.ByOmbudsman)
	if slices.Contains(open, cases.Wait) || !slices.Contains(open, cases.Resume) {
		t.Errorf("waiting, and offered are %v", open)
	}
}

// TestWaiting: a question waits for the filer, and the filer's words end that.
func TestWaiting(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	r, id := tr.reach(cases.Received)
	for _, x := range []struct {
		move    string
		waiting bool
	}{{"sign ask", true}, {"filer add", false}, {"press wait", true}, {"press resume", false}, {"sign ask", true}, {"sign close", false}} {
		if err := tr.move(x.move, r, id); err != nil {
			t.Fatal(err)
		}
		if got := tr.load(r).Is(cases.Waiting); got != x.waiting {
			t.Errorf("after %s it waits: %v", x.move, got)
		}
	}
}

// TestAssessmentNeedsItsParts: nothing but the office's own words reaches a
// clear column.
func TestAssessmentNeedsItsParts(t *testing.T) {
	tr := newTrial(t, bottest.Settings{Names: []string{"anna"}})
	r, id := tr.reach(cases.Acknowledged)
	fine := map[string]string{"category": "other", "priority": "low", "stage": "assessing"}
	for key, value := range map[string]string{"category": "free text", "priority": "free text", "stage": "closed", " ": ""} {
		set := map[string]string{}
		for k, v := range fine {
			set[k] = v
		}
		set[key] = value
		want := key == " "
		err := tr.desk("anna").Do(t.Context(), id, cases.Act{Do: cases.Assess, Once: cases.NewOnce(), Set: set})
		if (err == nil) != want || !want && tr.load(r).Category == "free text" {
			t.Errorf("%s %q: %v", key, value, err)
		}
	}
}

// TestDiagramShowsEveryMove: the picture has each move from each stage, and no
// other.
func TestDiagramShowsEveryMove(t *testing.T) {
	letters := map[byte]cases.Stage{'a': cases.Acknowledged, 's': cases.Assessing, 'i': cases.Investigating, 'c': cases.Closed}
	roles := map[string]string{"filer": "filer", "press": "ombudsman", "type": "ombudsman", "sign": "signed act"}
	want := map[string]bool{}
	for name, row := range wanted {
		how, do, _ := strings.Cut(name, " ")
		for i, c := range []byte(row) {
			to := cases.Stages[i]
			if c != '-' && c != '!' {
				to = letters[c]
			}
			if c != '!' {
				want[fmt.Sprintf("%s %s %s %s", cases.Stages[i], to, strings.Replace(do, "investigate", "assess", 1), roles[how])] = true
			}
		}
	}
	line := regexp.MustCompile(`^    (\w+) --> (\w+): ([\w-]+) \((.*)\)$`)
	for _, l := range strings.Split(strings.TrimSpace(cases.Diagram()), "\n")[2:] {
		m := line.FindStringSubmatch(l)
		if m == nil {
			t.Errorf("line %q", l)
			continue
		}
		for _, role := range strings.Split(m[4], " or ") {
			key := strings.Join([]string{m[1], m[2], m[3], role}, " ")
			if !want[key] {
				t.Errorf("%q is drawn and cannot be done", key)
			}
			delete(want, key)
		}
	}
	if len(want) > 0 {
		t.Errorf("not drawn: %v", want)
	}
}
