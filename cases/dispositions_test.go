package cases_test

import (
	"slices"
	"strings"
	"testing"

	"ombra/cases"
	"ombra/cases/papers"
)

// TestDispositions holds the desk's list of dispositions, and the sentence that
// names them, to the host's.
func TestDispositions(t *testing.T) {
	var host []string
	for _, d := range cases.Dispositions {
		host = append(host, string(d))
		if !strings.Contains(papers.ErrDisposition.Error(), string(d)) {
			t.Errorf("the refusal does not name %s", d)
		}
	}
	if !slices.Equal(host, papers.Dispositions) {
		t.Errorf("the desk knows %v, the host %v", papers.Dispositions, host)
	}
}

// TestClosedAtTheDesk holds what the desk lets somebody sign on a closed case to
// the table of moves: less would keep an ombudsman from it, more would be refused
// in the chat after the words were written.
func TestClosedAtTheDesk(t *testing.T) {
	for _, do := range cases.SignedVerbs() {
		if got, want := papers.OnClosed(string(do)), cases.FromClosed(do); got != want {
			t.Errorf("%s: the desk says %v, the table %v", do, got, want)
		}
	}
}
