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
	if !j.Open {
		j.must("intake is closed: nobody on the roster can be given a case", "ombra roster add, then ombra roster prove")
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

func (j *judgement) mandate(m mandate) {
	if m.Removed != "" {
		return
	}
	name := m.Name
	switch {
	case m.Until < j.Today:
		j.note("the mandate of "+name+" ended on "+string(m.Until), "ombra roster add with a new one, if there is one")
	case m.Proved == "":
		j.must(name+" has not proved the key, and is given no case", "send the challenge again: ombra roster add, ombra-desk key prove, ombra roster prove")
	case soon(m, j.Today):
		j.note("the mandate of "+name+" ends on "+string(m.Until), "appoint somebody in time")
	case m.Away:
		j.note(name+" is away until "+string(m.AwayUntil), "nothing, if it is so")
	}
	switch {
	case m.PostQuantum || m.Until < j.Today:
	case j.cfg.Office.RequirePQ:
		j.must("the key of "+name+" would not withstand a quantum computer, and is given no case", "a new key: ombra-desk key new, ombra roster add")
	default:
		j.note("the key of "+name+" would not withstand a quantum computer", "a new key: ombra-desk key new, ombra roster add")
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
		if _, ok := j.cfg.Ombudsmen[m.Name]; !ok && !m.Backstop && m.Until >= j.Today {
			j.must(m.Name+" has no account, hears of no case and can open none in chat", "add [ombudsmen."+m.Name+"] to the configuration")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(j.cfg.Ombudsmen)) {
		if !known[name] {
			j.must("the configuration has accounts of "+name+", who is not on the roster", "ombra roster add, or take [ombudsmen."+name+"] out")
		}
	}
}
