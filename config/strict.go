package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// decode reads TOML into a struct that may hold defaults, and refuses every
// key and type the struct does not have. The TOML package alone would take
// "Origin" for origin, and name a wrong type in Go's words.
func decode(file string, text []byte, into any) (lines, Problems) {
	var tree map[string]any
	if _, err := toml.Decode(string(text), &tree); err != nil {
		p := Problem{File: file, What: "this is not TOML", Mend: "see toml.io for how it is written"}
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			p.Line = syntax.Position.Line
			p.What += ": " + syntax.Message
		}
		return nil, Problems{p}
	}
	w := walk{file: file, lines: scanLines(string(text))}
	w.table("", tree, reflect.TypeOf(into).Elem())
	if len(w.found) > 0 {
		return w.lines, w.found
	}
	if _, err := toml.Decode(string(text), into); err != nil {
		return w.lines, Problems{{File: file, What: "a value is out of range", Mend: "write a smaller number"}}
	}
	return w.lines, nil
}

// A walk compares what was written with what may be written.
type walk struct {
	file  string
	lines lines
	found Problems
}

func (w *walk) bad(key, what, mend string) {
	w.found = append(w.found, Problem{File: w.file, Line: w.lines.of(key), What: what, Mend: mend})
}

func (w *walk) table(at string, tree map[string]any, t reflect.Type) {
	known := keysOf(t)
	for _, key := range inOrder(tree) {
		path := strings.TrimPrefix(at+"."+key, ".")
		f, ok := known[key]
		if !ok {
			w.bad(path, fmt.Sprintf("unknown key %q", path), suggest(key, at, known))
			continue
		}
		w.value(path, tree[key], f.Type)
	}
}

func (w *walk) value(path string, v any, t reflect.Type) {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		tree, ok := v.(map[string]any)
		if !ok {
			w.mismatch(path, "a table")
			return
		}
		if t.Kind() == reflect.Struct {
			w.table(path, tree, t)
			return
		}
		for _, key := range inOrder(tree) {
			w.value(path+"."+key, tree[key], t.Elem())
		}
	case reflect.Slice:
		items := reflect.ValueOf(v)
		if items.Kind() != reflect.Slice {
			w.mismatch(path, "a list")
			return
		}
		for i := range items.Len() {
			w.value(path+"."+strconv.Itoa(i), items.Index(i).Interface(), t.Elem())
		}
	case reflect.String:
		if _, ok := v.(string); !ok {
			w.mismatch(path, "text in quotes")
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			w.mismatch(path, "true or false")
		}
	case reflect.Int:
		if _, ok := v.(int64); !ok {
			w.mismatch(path, "a whole number")
		}
	default:
		panic("config: no rule for " + t.String())
	}
}

func (w *walk) mismatch(path, want string) {
	w.bad(path, fmt.Sprintf("%q has the wrong type", path), "write "+want)
}

// inOrder gives the keys of a map sorted, so that messages do not change from
// run to run.
func inOrder[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// keysOf gives the fields of a struct by their TOML names.
func keysOf(t reflect.Type) map[string]reflect.StructField {
	known := map[string]reflect.StructField{}
	for f := range fields(t) {
		known[keyName(f)] = f
	}
	return known
}

// fields runs over those fields of a struct that stand in the file.
func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if f := t.Field(i); keyName(f) != "" && !yield(f) {
				return
			}
		}
	}
}

// keyName is "" for a field that has no place in the file.
func keyName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	return strings.TrimPrefix(name, "-")
}

// suggest names the known key that is nearest to what was written.
func suggest(key, at string, known map[string]reflect.StructField) string {
	where := "at the top of the file"
	if at != "" {
		where = "in [" + at + "]"
	}
	best, least := "", len(key)/2+1
	for _, name := range inOrder(known) {
		if d := distance(strings.ToLower(key), name); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return fmt.Sprintf("the keys %s are %s", where, strings.Join(inOrder(known), ", "))
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance counts the letters to add, drop or change to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
