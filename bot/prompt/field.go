package prompt

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ombra/bot"
)

// several reports whether a field takes several lines.
func several(k bot.Kind) bool { return k == bot.Text || k == bot.Files }

// collected makes a field's value of the lines typed for it. Empty lines at
// either end of a text go; everything between stays as typed.
func collected(k bot.Kind, lines []string) []string {
	if k == bot.Files {
		return slices.Clone(lines)
	}
	blank := func(l string) bool { return strings.TrimSpace(l) == "" }
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return nil
	}
	return []string{strings.Join(lines, "\n")}
}

// longest is how many runes a field of text holds.
func longest(fd bot.Field) int {
	if fd.Max == 0 {
		return bot.MaxInput
	}
	return fd.Max
}

// tooLong returns the part of a text that does not fit its field.
func tooLong(fd bot.Field, text string) (over string, ok bool) {
	switch fd.Kind {
	case bot.Line, bot.Text, bot.Hidden:
	default:
		return "", false
	}
	if utf8.RuneCountInString(text) <= longest(fd) {
		return "", false
	}
	return string([]rune(text)[longest(fd):]), true
}

// wrongValue names the phrase for what is wrong with a value, "" if nothing
// is. It is asked about values that are kept, too.
func wrongValue(fd bot.Field, values []string) string {
	known := func(v string) bool {
		return slices.ContainsFunc(fd.Options, func(o bot.Option) bool { return o.Value == v })
	}
	_, noDate := time.Parse(time.DateOnly, values[0])
	chosen := fd.Kind == bot.Choice || fd.Kind == bot.Choices
	switch {
	case fd.Kind == bot.Choice && len(values) > 1:
		return "prompt.one_only"
	case chosen && slices.ContainsFunc(values, func(v string) bool { return !known(v) }):
		return "prompt.no_choice"
	case fd.Kind == bot.Date && noDate != nil:
		return "prompt.no_date"
	}
	return ""
}

// choose reads which options a line names. The whole line comes first, because
// a label may hold a comma. The result is in the order of the options.
func choose(options []bot.Option, line string) ([]string, bool) {
	if i, ok := option(options, line); ok {
		return []string{options[i].Value}, true
	}
	picked := make([]bool, len(options))
	for part := range strings.SplitSeq(line, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		i, ok := option(options, part)
		if !ok {
			return nil, false
		}
		picked[i] = true
	}
	var values []string
	for i, o := range options {
		if picked[i] {
			values = append(values, o.Value)
		}
	}
	return values, len(values) > 0
}

// option finds one option by number, label or value. The number wins: it is
// what stands on the screen.
func option(options []bot.Option, name string) (int, bool) {
	name = strings.TrimSpace(name)
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(options) {
		return n - 1, true
	}
	if i := slices.IndexFunc(options, func(o bot.Option) bool { return strings.EqualFold(oneLine(o.Label), name) }); i >= 0 {
		return i, true
	}
	i := slices.IndexFunc(options, func(o bot.Option) bool { return strings.EqualFold(o.Value, name) })
	return i, i >= 0
}

func number(n int) string { return strconv.Itoa(n) }

// isNumber: one or two digits, the number of a button. More is content.
func isNumber(s string) bool {
	return len(s) >= 1 && len(s) <= 2 && strings.Trim(s, "0123456789") == ""
}
