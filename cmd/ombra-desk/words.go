package main

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ombra/crypto"
)

// manyWords is how many characters of a text are taken without a remark: who
// names the wrong file notices, and a chat shows a longer text badly.
const manyWords = 20_000

// words reads text from a file or from the terminal.
func (d *desk) words(file, flag, prompt string) (string, error) {
	if file == "" {
		return d.typed(flag, prompt)
	}
	return d.wordsIn(file, flag)
}

// typed reads text from the terminal; flag is what would do without one.
func (d *desk) typed(flag, prompt string) (string, error) {
	t, err := d.terminal("name a file with the words: " + flag + " FILE")
	if err != nil {
		return "", err
	}
	s, err := t.text(prompt)
	s = strings.TrimRight(s, "\n")
	d.remark(s)
	return s, err
}

// wordsIn reads text from the file that a flag names. Where it names none the
// words will be typed, and there must be a terminal for them.
func (d *desk) wordsIn(file, flag string) (string, error) {
	if file == "" {
		_, err := d.terminal("name a file with the words: " + flag + " FILE")
		return "", err
	}
	b, err := d.read(file)
	if err != nil {
		return "", err
	}
	// Cleaning would make a text of a picture too: signed words that nobody wrote.
	if !utf8.Valid(b) || strings.ContainsFunc(string(b), notText) {
		return "", refuse(shownName(file)+" is not plain text in UTF-8", "attach it with --attach, and write the words themselves into a text file")
	}
	s := strings.TrimRight(crypto.Clean(string(b)), "\n")
	d.remark(s)
	return s, nil
}

func notText(r rune) bool {
	return unicode.IsControl(r) && !strings.ContainsRune("\t\n\v\f\r\u0085", r)
}

func (d *desk) remark(s string) {
	if n := utf8.RuneCountInString(s); n > manyWords {
		d.note("This text has %d characters, which is long for a message: if it is a document, attach it with --attach.\n", n)
	}
}
