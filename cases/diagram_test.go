package cases_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"ombra/cases"
)

var updateDiagram = flag.Bool("update-diagram", false, "write the diagram into docs/design.md anew")

// TestDiagram: the pictures in the documentation are the tables in the code.
func TestDiagram(t *testing.T) {
	const file, begin, end = "../docs/design.md", "```mermaid\n", "```\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	done, rest := "", string(text)
	for _, diagram := range []string{cases.Diagram(), cases.RemedyDiagram()} {
		before, more, ok := strings.Cut(rest, begin)
		drawn, after, closed := strings.Cut(more, end)
		if !ok || !closed {
			t.Fatalf("%s lacks a mermaid block", file)
		}
		if drawn != diagram && !*updateDiagram {
			t.Errorf("%s draws other moves than the table: go test ./cases -run TestDiagram -update-diagram", file)
		}
		done, rest = done+before+begin+diagram+end, after
	}
	if strings.Contains(rest, begin) {
		t.Errorf("%s has more mermaid blocks than there are tables", file)
	}
	if *updateDiagram {
		if err := os.WriteFile(file, []byte(done+rest), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
