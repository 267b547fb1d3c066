package slack

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"ombra/bot"
	"ombra/bot/prompt"
	"ombra/bot/say"
)

// Slack's limits, and where ours are a little tighter.
const (
	maxSection  = 3000 // characters of a text; counted as UTF-16 units, the most that anybody may mean
	maxBlocks   = 100  // of a view
	maxInMesage = 50   // blocks of a message
	maxView     = 240 << 10
	maxAck      = 18 << 10 // from 20 KB on an acknowledgement is dropped in silence
	maxMeta     = 3000
	maxValue    = 2000 // of a button
	maxChecks   = 10   // options of checkboxes; more become a menu
	maxFiles    = 10   // in one field
	perRow      = 5    // buttons
	shortLabel  = 24   // longer buttons get a row of their own
)

// A drawing turns one step into blocks.
type drawing struct {
	words  say.Words
	files  string // what may be attached
	nonce  string
	blocks []slack.Block
}

func newDrawing(lang, files string) *drawing {
	return &drawing{words: say.In(lang), files: files, nonce: rand.Text()[:6]}
}

func (d *drawing) add(b ...slack.Block) { d.blocks = append(d.blocks, b...) }

// modal draws a step as a modal. What does not fit any more of a quote is cut,
// and that is said; the bot's own limits keep all but the oddest within.
func (a *Adapter) modal(s bot.Step) slack.ModalViewRequest {
	return fitting(whole(s, a.o.Attachments), say.In(s.Lang))
}

// whole draws a modal however large it becomes.
func whole(s bot.Step, attachments string) slack.ModalViewRequest {
	d := newDrawing(s.Lang, attachments)
	d.body(s, maxBlocks)
	v := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "step", Title: plain(cut(s.Title, bot.MaxTitle)), Close: plain(d.words.Get("slack.close")),
		Blocks: slack.Blocks{BlockSet: d.blocks},
	}
	m := meta{Token: s.Token, Lang: s.Lang}
	if s.IsForm() {
		v.Submit = plain(cut(s.Submit, bot.MaxSubmit))
	}
	// A form whose cover leads back by a token of its own is one that must not
	// be lost by closing it: what it shows is shown once.
	if s.IsForm() && s.Cover != nil && len(s.Cover.Buttons) > 0 && s.Cover.Buttons[0].Token != "" {
		m.Back, m.Label, v.NotifyOnClose = s.Cover.Buttons[0].Token, s.Cover.Buttons[0].Label, true
	}
	if text, err := json.Marshal(m); err == nil && len(text) <= maxMeta {
		v.PrivateMetadata = string(text)
	}
	return v
}

// Oversize is by how many bytes a form is larger than Slack takes, or 0. Such a
// form is no form: nobody could open it.
func Oversize(s bot.Step, attachments string) int {
	return max(0, size(whole(s, attachments))-maxView)
}

// home draws a kept step as the Home tab.
func (a *Adapter) home(s bot.Step) slack.HomeTabViewRequest {
	d := newDrawing(s.Lang, a.o.Attachments)
	d.add(heading(s.Title))
	d.body(s, maxBlocks-1)
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: "home", Blocks: slack.Blocks{BlockSet: lighter(d.blocks, maxView, d.words)}}
}

// card draws a step as the blocks of a message. Fields are left out: a message
// has none.
func (a *Adapter) card(s bot.Step) []slack.Block {
	d := newDrawing(s.Lang, a.o.Attachments)
	d.add(heading(s.Title))
	s.Fields = nil
	d.body(s, maxInMesage-1)
	return d.blocks
}

// body draws everything but the title, within so many blocks.
func (d *drawing) body(s bot.Step, most int) {
	d.text(s.Text)
	d.facts(s.Facts)
	tail := newDrawing(s.Lang, d.files)
	tail.nonce = d.nonce
	for _, f := range s.Fields {
		tail.field(f)
	}
	tail.buttons(s.Buttons)
	d.quote(s.Quote, most-len(d.blocks)-len(tail.blocks))
	d.add(tail.blocks...)
	if len(d.blocks) == 0 {
		d.add(note("", s.Title)) // Slack wants at least one
	}
	if len(d.blocks) > most {
		d.blocks = d.blocks[:most]
	}
}

// text draws words of ours: *bold* is the only markup, and what Slack would read
// as a mention or a link is only seen.
func (d *drawing) text(text string) {
	d.ours(textID, prompt.Clean(text))
}

// facts are lines, as many in a block as fit.
func (d *drawing) facts(facts []bot.Fact) {
	lines := make([]string, len(facts))
	for i, f := range facts {
		lines[i] = "*" + strings.ReplaceAll(oneLine(f.Label), "*", "") + ":* " + oneLine(f.Value)
	}
	d.ours(factsID, strings.Join(lines, "\n"))
}

func (d *drawing) ours(id, text string) {
	if formatted.MatchString(text) {
		for i, part := range split(text, maxSection) {
			d.add(literal(fmt.Sprintf("%s%d", id, i), part))
		}
		return
	}
	for i, part := range split(escape(text), maxSection) {
		d.add(slack.NewSectionBlock(marked(part), nil, nil, slack.SectionBlockOptionExpand(true), slack.SectionBlockOptionBlockID(fmt.Sprintf("%s%d", id, i))))
	}
}

// quote draws words of theirs, which are never markup: plain text, no emoji.
func (d *drawing) quote(text string, most int) {
	parts := split(prompt.Clean(text), maxSection)
	if len(parts) > 0 {
		d.add(slack.NewDividerBlock())
		most--
	}
	for i, part := range parts {
		if i == most-1 && i < len(parts)-1 {
			d.add(note(cutID, d.words.Get("slack.cut")))
			return
		}
		d.add(note(fmt.Sprintf("%s%d", quoteID, i), part))
	}
}

func note(id, text string) *slack.SectionBlock {
	return slack.NewSectionBlock(plain(text), nil, nil, slack.SectionBlockOptionExpand(true), slack.SectionBlockOptionBlockID(id))
}

func heading(title string) slack.Block { return slack.NewHeaderBlock(plain(cut(title, 150))) }

func marked(text string) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: text, Verbatim: true}
}

func plain(text string) *slack.TextBlockObject {
	no := false
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: text, Emoji: &no}
}

// buttons stand in rows; long ones each in their own, because they are read like
// a list.
func (d *drawing) buttons(list []bot.Button) {
	var row []slack.BlockElement
	n := 0
	flush := func() {
		if len(row) > 0 {
			d.add(slack.NewActionBlock(fmt.Sprintf("row%d", n), row...))
			row, n = nil, n+1
		}
	}
	for i, b := range list {
		e := slack.NewButtonBlockElement(fmt.Sprintf("b%d", i), valueOf(b), plain(cut(b.Label, bot.MaxLabel)))
		if b.Heavy {
			e.Style = slack.StyleDanger
		}
		long := utf8.RuneCountInString(b.Label) > shortLabel
		if long || len(row) == perRow {
			flush()
		}
		if row = append(row, e); long {
			flush()
		}
	}
	flush()
}

func valueOf(b bot.Button) string {
	switch {
	case b.Token == "":
		return valueVerb + b.Verb
	case strings.HasPrefix(string(b.Token), valueAgain): // of this adapter: see offer
		return string(b.Token)
	}
	return valueToken + string(b.Token)
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func oneLine(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(prompt.Clean(text), "\n", " "))
}

// cut shortens to so many runes. The bot keeps its limits; an office's own words
// may not.
func cut(text string, most int) string {
	if text = oneLine(text); utf8.RuneCountInString(text) > most {
		return string([]rune(text)[:most-1]) + "…"
	}
	return text
}

// split breaks a text into parts that fit, at the end of a line or between words
// where it can, and never within an escaped character. Nothing but blank space
// at the breaks is lost.
func split(text string, most int) (parts []string) {
	for text != "" {
		end := fit(text, most)
		if end < len(text) {
			if at := strings.LastIndexAny(text[:end], "\n"); at > end/2 {
				end = at + 1
			} else if at := strings.LastIndexAny(text[:end], " "); at > end/2 {
				end = at + 1
			} else if at := strings.LastIndexByte(text[:end], '&'); at > 0 && end-at < len("&amp;") {
				end = at
			}
		}
		if part := text[:end]; strings.TrimSpace(part) != "" {
			parts = append(parts, part)
		}
		text = text[end:]
	}
	return parts
}

// fit is how many bytes of a text are within so many UTF-16 units.
func fit(text string, most int) int {
	units := 0
	for i, r := range text {
		if units += max(1, utf16.RuneLen(r)); units > most {
			return i
		}
	}
	return len(text)
}
