package slack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/slack-go/slack"
)

// formatted finds what Slack would read as a format in words of ours besides
// bold: an address with underscores, a line that begins with a pointed bracket.
var formatted = regexp.MustCompile("[_~`]|(?m)^\\s*(>|[-*•] |\\d+\\. )")

var bold = regexp.MustCompile(`(^|[^\pL\pN*])\*([^\s*](?:[^*\n]*[^\s*])?)\*`)

// literal draws a text in which only *bold* means anything.
func literal(id, text string) slack.Block {
	var list []slack.RichTextSectionElement
	add := func(text string, style *slack.RichTextSectionTextStyle) {
		if text != "" {
			list = append(list, slack.NewRichTextSectionTextElement(text, style))
		}
	}
	for text != "" {
		at := bold.FindStringSubmatchIndex(text)
		if at == nil {
			add(text, nil)
			break
		}
		add(text[:at[3]], nil)
		add(text[at[4]:at[5]], &slack.RichTextSectionTextStyle{Bold: true})
		text = text[at[1]:]
	}
	return slack.NewRichTextBlock(id, slack.NewRichTextSection(list...))
}

// A rich is a part of the rich text in which Slack keeps what somebody typed. The
// plain text beside it is mangled: pictures are names there.
type rich struct {
	Type     string `json:"type"`
	Elements []rich `json:"elements"`
	Text     string `json:"text"`
	URL      string `json:"url"`
	Name     string `json:"name"`
	Unicode  string `json:"unicode"`
	User     string `json:"user_id"`
	Channel  string `json:"channel_id"`
	Group    string `json:"usergroup_id"`
	Range    string `json:"range"`
}

// typed gives back what somebody typed: from the rich text if that is all there
// is, else from the plain.
func typed(text string, blocks json.RawMessage) string {
	var list []rich
	if json.Unmarshal(blocks, &list) != nil || len(list) != 1 || list[0].Type != "rich_text" {
		return unmangle(text)
	}
	var b strings.Builder
	for _, part := range list[0].Elements {
		if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
			b.WriteByte('\n')
		}
		part.write(&b)
	}
	return b.String()
}

func (r rich) write(b *strings.Builder) {
	switch r.Type {
	case "text":
		b.WriteString(r.Text)
	case "link":
		switch {
		case r.Text == "" || r.Text == strings.TrimPrefix(r.URL, "mailto:"):
			b.WriteString(strings.TrimPrefix(r.URL, "mailto:"))
		default:
			fmt.Fprintf(b, "%s (%s)", r.Text, r.URL)
		}
	case "emoji":
		b.WriteString(r.picture())
	case "user":
		b.WriteString("@" + r.User)
	case "usergroup":
		b.WriteString("@" + r.Group)
	case "broadcast":
		b.WriteString("@" + r.Range)
	case "channel":
		b.WriteString("#" + r.Channel)
	case "rich_text_list":
		for _, item := range r.Elements {
			b.WriteString("• ")
			item.write(b)
			b.WriteByte('\n')
		}
	default:
		if len(r.Elements) == 0 {
			b.WriteString(r.Text)
		}
		for _, e := range r.Elements {
			e.write(b)
		}
	}
}

func (r rich) picture() string {
	var b strings.Builder
	for code := range strings.SplitSeq(r.Unicode, "-") {
		n, err := strconv.ParseInt(code, 16, 32)
		if err != nil {
			return ":" + r.Name + ":"
		}
		b.WriteRune(rune(n))
	}
	return b.String()
}
