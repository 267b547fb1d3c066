package config

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"sync"
)

// The words that an office begins with when it has none yet. Only the office
// knows the rest, and the file is refused while a place in it is not filled.
const (
	starterGate = `Do not put anything classified here. For that there is a cleared route: [WRITE: the cleared route].
What you do on a device of your employer can be seen by your employer. If you can, use your own.
What you send is read by the ombudsmen named under "roster", minus those you exclude. You get a receipt, and with it you can see what becomes of your case.
Support, whether you file or not: [WRITE: who gives advice and support, and how to reach them].`
	starterDanger = "If somebody is in danger now, do not wait for an answer here: [WRITE: emergency contacts]."
)

// Example writes a commented configuration with the given answers; begin with
// [Defaults] and fill in what is known. What is missing and only the operator
// can know is left as a place to fill in, which [Load] refuses with its line.
// With nothing missing, what Example writes is accepted as it is.
func Example(answers Config) string {
	w := &writer{docs: fieldDocs()}
	w.line("# The configuration of an Ombra office. After every change: ombra check")
	w.table("", reflect.ValueOf(withPlaces(answers)), false)
	return w.b.String()
}

// withPlaces puts a place to fill in wherever an answer is missing.
func withPlaces(c Config) Config {
	place := func(s *string, what string) {
		if *s == "" {
			*s = unfilled + " " + what + "]"
		}
	}
	place(&c.Office.Origin, "a name for ever, like ombud.example.org")
	place(&c.Office.Name, "what people call the office")
	place(&c.Office.Data, "a folder that only Ombra uses")
	place(&c.Office.TimeZone, "like Europe/Vienna")
	place(&c.Office.Forms, "cyber, workplace, or a file")
	place(&c.Clocks.Profile, "grm, eu-2019-1937 or custom")
	gates := map[string]Gate{}
	for _, lang := range c.Office.Languages {
		gates[lang] = Gate{Text: starterGate, Danger: starterDanger}
	}
	for lang, g := range c.Gate {
		gates[lang] = g
	}
	c.Gate = gates
	if len(c.Authorities) == 0 {
		c.Authorities = []Authority{{Name: unfilled + " an authority outside the office]", Contact: unfilled + " how to reach it]"}}
	}
	return c
}

// A writer prints values as TOML, each under the comment of its field.
type writer struct {
	b    strings.Builder
	docs map[string]string
}

func (w *writer) line(s string) { w.b.WriteString(s + "\n") }

func (w *writer) comment(text string) {
	for l := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		w.line(strings.TrimRight("# "+l, " "))
	}
}

// table prints the simple keys of a struct first, because in TOML they have to
// stand before its tables. A table like the one before it goes without
// comments and without what it leaves out.
func (w *writer) table(at string, v reflect.Value, again bool) {
	for f := range fields(v.Type()) {
		value := v.FieldByIndex(f.Index)
		left := value.IsZero() && optional(f)
		if isTable(f.Type) || left && again {
			continue
		}
		if !again {
			w.line("")
			w.comment(w.docs[v.Type().Name()+"."+f.Name])
		}
		if like := f.Tag.Get("like"); left && like != "" {
			value = reflect.ValueOf(like)
		}
		set := keyName(f) + " = " + literal(value)
		if left {
			set = "# " + set
		}
		w.line(set)
	}
	for f := range fields(v.Type()) {
		// One that is left out as a whole has no place to be filled in.
		if isTable(f.Type) && (!optional(f) || !v.FieldByIndex(f.Index).IsZero()) {
			w.section(at+keyName(f), w.docs[v.Type().Name()+"."+f.Name], v.FieldByIndex(f.Index))
		}
	}
}

func (w *writer) section(key, doc string, v reflect.Value) {
	w.line("")
	w.comment(strings.Repeat("-", 60) + "\n" + doc)
	switch v.Kind() {
	case reflect.Map:
		if v.Len() == 0 {
			// Nobody is in two of these tables.
			name := cmp.Or(map[string]string{"oversight": "vera"}[key], "anna")
			w.comment("[" + key + "." + name + "]\nterminal = \"" + name + "\"")
		}
		for i, name := range inOrder(namesOf(v)) {
			w.line("\n[" + key + "." + bare(name) + "]")
			w.table(key+"."+name+".", v.MapIndex(reflect.ValueOf(name)), i > 0)
		}
	case reflect.Slice:
		if v.Len() == 0 {
			w.comment("[[" + key + "]]\nid = \"other\"\nlabel.en = \"Something else\"")
		}
		for i := range v.Len() {
			w.line("\n[[" + key + "]]")
			w.table(key+".", v.Index(i), i > 0)
		}
	default:
		w.line("[" + key + "]")
		w.table(key+".", v, false)
	}
}

// bare puts a key in quotes that cannot stand without.
func bare(key string) string {
	if key == "" || strings.Trim(strings.ToLower(key), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return quoted(strings.ReplaceAll(key, "\n", " ")) // a key has one line
	}
	return key
}

func namesOf(v reflect.Value) map[string]bool {
	names := map[string]bool{}
	for _, k := range v.MapKeys() {
		names[k.String()] = true
	}
	return names
}

// isTable: a table of its own; [Words] are short enough for one line.
func isTable(t reflect.Type) bool {
	return t.Kind() == reflect.Struct ||
		t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct ||
		t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

func optional(f reflect.StructField) bool {
	return strings.HasSuffix(f.Tag.Get("toml"), ",omitempty")
}

func literal(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return quoted(v.String())
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = literal(v.Index(i))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case reflect.Map:
		var items []string
		for _, name := range inOrder(namesOf(v)) {
			items = append(items, bare(name)+" = "+literal(v.MapIndex(reflect.ValueOf(name))))
		}
		return "{" + strings.Join(items, ", ") + "}"
	default:
		return fmt.Sprint(v.Interface())
	}
}

// quoted writes a string in one line, or over several when it has several.
func quoted(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	long := strings.Contains(s, "\n")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' && long:
			b.WriteRune(r)
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	if long {
		return "\"\"\"\n" + b.String() + "\"\"\""
	}
	return `"` + b.String() + `"`
}

// fieldDocs finds the comment of each field of each struct, as "Office.Origin".
var fieldDocs = sync.OnceValue(func() map[string]string {
	docs := map[string]string{}
	for _, name := range []string{"config.go", "forms.go", "slack.go", "mattermost.go"} {
		text, err := sources.ReadFile(name)
		if err != nil {
			panic("config: " + err.Error())
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			panic("config: " + err.Error())
		}
		ast.Inspect(file, func(n ast.Node) bool {
			t, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := t.Type.(*ast.StructType); ok {
				noteFields(docs, t.Name.Name, s)
			}
			return false
		})
	}
	return docs
})

func noteFields(docs map[string]string, name string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		for _, field := range f.Names {
			docs[name+"."+field.Name] = f.Doc.Text()
		}
	}
}
