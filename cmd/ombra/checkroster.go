package main

import (
	"fmt"
	"maps"
	"slices"
)

// roster finds what keeps cases from being given to somebody, and what gives
// away more than it should.
func (j *judgement) roster() {
	serving, backstops := 0, 0
	for _, m := range j.Roster {
		j.mandate(m)
		able := m.Serves && (m.PostQuantum || !j.cfg.Office.RequirePQ)
		switch {
		case able && m.Backstop:
			backstops++
		case able && !m.Away:
			serving++
		}
	}
	o := j.cfg.Office
	if known := slices.ContainsFunc(j.Roster, func(m mandate) bool { return m.Removed == "" }); !j.Open && !known {
		j.must("intake is closed: there is nobody on the roster", "ombra roster add, then ombra roster prove")
	}
	if backstops == 0 {
		j.note("there is no backstop: when a filer excludes everybody who serves, nothing can be filed", "ombra roster add --backstop with an outside body")
	}
	switch {
	case serving == 0:
	case serving < o.Designate+o.Reserve:
		j.note(fmt.Sprintf("%d can be given a case, fewer than designate and reserve (%d)", serving, o.Designate+o.Reserve),
			"appoint more: a case whose holders fall away has nobody in reserve")
		fallthrough
	case serving < 2*o.Designate:
		// Whoever is given nearly every case learns from one that he is not
		// given, but hears of, that he was excluded.
		j.note("the roster is so small that not being given a case says something: an ombudsman can guess that he was excluded",
			fmt.Sprintf("appoint at least %d, or designate fewer", 2*o.Designate))
	}
}

// mandate finds why somebody is given no case, or soon none. While nobody is
// given one, each such reason is why intake is closed.
func (j *judgement) mandate(m mandate) {
	if m.Removed != "" {
		return
	}
	if _, both := j.cfg.Oversight[m.Name]; both {
		j.must(m.Name+" is on the roster and under [oversight]", "take the name out of one of the two: oversight never sees content, and its notices would reach an ombudsman")
	}
	var what, mend string
	bars, must := true, false
	switch {
	case m.Until < j.Today:
		what, mend = "the mandate of "+m.Name+" ended on "+string(m.Until), "ombra roster until with a later day, if it goes on; else ombra roster remove"
	case m.Proved == "":
		what, must = m.Name+" has not proved the key, and is given no case", true
		mend = "send the challenge again: ombra roster add, ombra-desk key prove, ombra roster prove"
	case m.From > j.Today:
		what, mend = "the mandate of "+m.Name+" begins on "+string(m.From), "wait until then, or ombra roster add with an earlier --from"
	case !m.PostQuantum && j.cfg.Office.RequirePQ:
		j.classic(m)
		return
	case m.Away:
		what, mend = m.Name+" is away until "+string(m.AwayUntil), "nothing, if it is so; else ombra roster back "+m.Name
		if !j.Open {
			mend = "wait until then, or appoint somebody else: ombra roster add"
		}
	case soon(m, j.Today):
		what, mend, bars = "the mandate of "+m.Name+" ends on "+string(m.Until), "ombra roster until with a later day, or appoint somebody in time", false
	}
	j.reason(what, mend, bars, must)
	if m.Until >= j.Today {
		j.classic(m)
	}
}

// classic finds a key that would not withstand a quantum computer.
func (j *judgement) classic(m mandate) {
	if m.PostQuantum {
		return
	}
	what, mend := "the key of "+m.Name+" would not withstand a quantum computer", "a new key: ombra-desk key new, ombra roster add"
	if bars := j.cfg.Office.RequirePQ; bars {
		j.reason(what+", and is given no case", mend, true, true)
		return
	}
	j.note(what, mend)
}

// reason is a finding that bars somebody from new cases, or does not.
func (j *judgement) reason(what, mend string, bars, must bool) {
	switch {
	case what == "":
	case bars && !j.Open:
		j.must("intake is closed: "+what, mend)
	case must:
		j.must(what, mend)
	default:
		j.note(what, mend)
	}
}

// accounts compares the roster with the names in the configuration.
func (j *judgement) accounts() {
	known := map[string]bool{}
	for _, m := range j.Roster {
		if m.Removed != "" {
			continue
		}
		known[m.Name] = true
		if _, ok := j.cfg.Ombudsmen[m.Name]; !ok && m.Until >= j.Today {
			j.must(m.Name+" has no account, hears of no case and can open none in chat", "add [ombudsmen."+m.Name+"] to the configuration")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(j.cfg.Ombudsmen)) {
		if !known[name] {
			j.must("the configuration has accounts of "+name+", who is not on the roster", "ombra roster add, or take [ombudsmen."+name+"] out")
		}
	}
}
