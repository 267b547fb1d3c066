package slackfake

import (
	"regexp"
	"strings"
	"unicode"
)

// text draws a text object.
func (d *drawing) text(o obj) {
	switch text(o, "type") {
	case "mrkdwn":
		d.line(d.marked(text(o, "text"), !yes(o, "verbatim")))
	case "plain_text":
		d.characters(text(o, "text"))
		d.line(text(o, "text"))
	}
}

// characters looks for those that change how the rest is read.
func (d *drawing) characters(text string) {
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u202d' || r == '\u202e' {
			d.screen.Harm = append(d.screen.Harm, "a character that is not seen and does something")
		}
	}
}

var (
	angled  = regexp.MustCompile(`<([^<>]*)>`)
	formats = []struct {
		what  string
		shape *regexp.Regexp
	}{
		{"code", regexp.MustCompile("`[^`\n]+`|(?s)```.+?```")},
		{"italics", regexp.MustCompile(`(^|[\s(\[{"'*~])_[^_\s]([^_\n]*[^_\s])?_($|[\s)\]}"'*~.,;:!?-])`)},
		{"strike", regexp.MustCompile(`(^|[\s(\[{"'*_])~[^~\s]([^~\n]*[^~\s])?~($|[\s)\]}"'*_.,;:!?-])`)},
		{"a quote", regexp.MustCompile(`(?m)^(>|&gt;)`)},
	}
)

// marked draws mrkdwn: what is written in angle brackets is a mention or a link.
// Bold stays as it is written.
func (d *drawing) marked(in string, auto bool) string {
	harm := func(what string) { d.screen.Harm = append(d.screen.Harm, what) }
	out := angled.ReplaceAllStringFunc(in, func(m string) string {
		target, label, labelled := strings.Cut(m[1:len(m)-1], "|")
		switch {
		case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"), strings.HasPrefix(target, "!"):
			harm("a mention: " + target)
		default:
			harm("a link: " + target)
		}
		if labelled {
			return label
		}
		return target
	})
	if auto && both.MatchString(angled.ReplaceAllString(in, "")) {
		harm("a link that the client makes of an address")
	}
	for _, f := range formats {
		if f.shape.MatchString(angled.ReplaceAllString(in, "")) {
			harm("a format: " + f.what)
		}
	}
	out = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(out)
	d.characters(out)
	return out
}

// rich draws a part of a rich_text block.
func (d *drawing) rich(part obj) {
	var b strings.Builder
	for _, e := range objs(part, "elements") {
		switch text(e, "type") {
		case "rich_text_section":
			d.rich(e)
		case "text":
			d.characters(text(e, "text"))
			b.WriteString(text(e, "text"))
		case "link":
			d.screen.Harm = append(d.screen.Harm, "a link: "+text(e, "url"))
			b.WriteString(text(e, "url") + " " + text(e, "text"))
		case "emoji":
			b.WriteString(":" + text(e, "name") + ":")
		default:
			d.screen.Harm = append(d.screen.Harm, "a mention: "+text(e, "type"))
		}
		for style, on := range sub(e, "style") {
			if style != "bold" && on == true {
				d.screen.Harm = append(d.screen.Harm, "a format: "+style)
			}
		}
	}
	d.line(b.String())
}
