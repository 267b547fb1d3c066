package cases_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"ombra/cases"
)

var updateDiagram = flag.Bool("update-diagram", false, "write the diagram into docs/design.md anew")

// TestDiagram: the picture in the documentation is the table in the code.
func TestDiagram(t *testing.T) {
	const file, begin, end = "../docs/design.md", "```mermaid\n", "```\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	drawn, after, closed := strings.Cut(rest, end)
	if !ok || !closed || strings.Contains(after, begin) {
		t.Fatalf("%s has not exactly one mermaid block", file)
	}
	if *updateDiagram {
		if err := os.WriteFile(file, []byte(before+begin+cases.Diagram()+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if drawn != cases.Diagram() {
		t.Errorf("%s draws other moves than the table: go test ./cases -run TestDiagram -update-diagram", file)
	}
}
