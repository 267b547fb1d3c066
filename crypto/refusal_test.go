package crypto

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestEveryWhyHasASentence reads the constants from the source, so that a new
// one without a sentence cannot be forgotten.
func TestEveryWhyHasASentence(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Why") {
			return true
		}
		word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		found++
		if s := sentences[Why(word)]; len(s) < 30 || !strings.Contains(s, "; ") {
			t.Errorf("%s: no sentence that says what to do: %q", word, s)
		}
		return true
	})
	if found != len(sentences) || found < 18 {
		t.Errorf("%d constants, %d sentences", found, len(sentences))
	}
}

func TestRefused(t *testing.T) {
	err := fmt.Errorf("open papers: %w", refuse(WhyFormat))
	if Refused(err) != WhyFormat || Refused(errors.New("format")) != "" || Refused(nil) != "" {
		t.Error("the reason is not found, or found where none is")
	}
}
