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
