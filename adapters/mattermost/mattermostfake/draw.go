package mattermostfake

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/mattermost/mattermost/server/public/shared/markdown"
)

// draw shows Markdown as its reader sees it, and names what in it would do
// something: links and pictures anywhere, mentions where they ring (in a message;
// in a dialog or an ephemeral one they do not), and characters that are obeyed
// rather than shown. It reads as the server does; bold and headings are drawn and
// are no harm, because it cannot tell whose they are.
func (s *Server) draw(text string, rings bool) (string, []string) {
	var out strings.Builder
	harm := commands(text)
	markdown.Inspect(text, func(node any) bool {
		switch n := node.(type) {
		case *markdown.Paragraph, *markdown.ListItem:
			out.WriteString("\n")
		case *markdown.FencedCode:
			out.WriteString("\n" + n.Code())
		case *markdown.IndentedCode:
			out.WriteString("\n" + n.Code())
		case *markdown.Text:
			out.WriteString(n.Text)
			if rings {
				harm = append(harm, s.mentions(n.Text)...)
			}
		case *markdown.CodeSpan:
			out.WriteString(n.Code)
		case *markdown.HardLineBreak, *markdown.SoftLineBreak:
			out.WriteString("\n")
		case *markdown.Emoji:
			out.WriteString(":" + n.Name + ":")
		case *markdown.InlineLink, *markdown.ReferenceLink:
			harm = append(harm, "a link")
		case *markdown.InlineImage, *markdown.ReferenceImage:
			harm = append(harm, "a picture")
		case *markdown.Autolink:
			harm = append(harm, "a link to "+n.Destination())
			out.WriteString(n.Destination())
		}
		return true
	})
	return strings.TrimSpace(strings.ReplaceAll(out.String(), "**", "")), harm
}

var (
	mention = regexp.MustCompile(`(?:^|[^\p{L}\p{N}_@.-])@([a-zA-Z0-9._-]+)`)
	tilde   = regexp.MustCompile(`(?:^|[^\p{L}\p{N}_~-])~([a-z0-9._-]+)`)
)

// mentions finds who is called: everybody, somebody, or a channel that exists.
func (s *Server) mentions(text string) (harm []string) {
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(strings.TrimRight(m[1], ".-_"))
		if name == "all" || name == "here" || name == "channel" || s.byName(name) != nil {
			harm = append(harm, "a mention of "+name)
		}
	}
	for _, m := range tilde.FindAllStringSubmatch(text, -1) {
		for _, c := range s.channels {
			if c.Name == strings.TrimRight(m[1], ".-_") {
				harm = append(harm, "a link to a channel")
			}
		}
	}
	return harm
}

// commands finds characters that a screen obeys: controls, and those that turn
// the direction of text.
func commands(text string) (harm []string) {
	for _, r := range text {
		turns := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
		if turns || unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) {
			harm = append(harm, fmt.Sprintf("the character %U", r))
		}
	}
	return harm
}
