package slack

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"ombra/bot/say"
)

// What stands in a view is of one of these kinds; its id begins with the kind.
const (
	quoteID = "quote"
	factsID = "facts"
	textID  = "text"
	cutID   = "more"
)

func size(v any) int {
	text, err := json.Marshal(v)
	if err != nil {
		return 0
	}
	return len(text)
}

// fitting makes a modal small enough. The bot's limits keep all but the oddest
// within: thousands of characters that take six bytes each in JSON.
func fitting(v slack.ModalViewRequest, w say.Words) slack.ModalViewRequest {
	if over := size(v) - maxView; over > 0 {
		set := v.Blocks.BlockSet
		v.Blocks.BlockSet = lighter(set, size(slack.Blocks{BlockSet: set})-over, w)
	}
	return v
}

// lighter leaves out what does not fit, and says so where it was: quoted words
// first and from their end, then facts, then words of ours. What a form holds
// goes last, the longest first: it was typed here, and is asked for again.
func lighter(set []slack.Block, most int, w say.Words) []slack.Block {
	over := size(slack.Blocks{BlockSet: set}) - most
	if over <= 0 {
		return set
	}
	for _, kind := range []string{quoteID, factsID, textID} {
		said := false
		for at := len(set) - 1; at >= 0 && over > 0; at-- {
			if !strings.HasPrefix(set[at].ID(), kind) {
				continue
			}
			over -= size(set[at])
			if said {
				set = slices.Delete(set, at, at+1)
				continue
			}
			said = true
			set[at] = note(cutID+kind, w.Get("slack.cut"))
			over += size(set[at])
		}
		set = slices.Clip(set)
	}
	for over > 0 {
		in, at := longest(set)
		if in == nil {
			break
		}
		over -= size(in.InitialValue)
		in.InitialValue = ""
		left := note(cutID+set[at].ID(), w.Get("slack.left-out"))
		over += size(left)
		set = slices.Insert(set, at, slack.Block(left))
	}
	return set
}

// longest finds the field with the most words in it, and its block.
func longest(set []slack.Block) (found *slack.PlainTextInputBlockElement, at int) {
	for i, b := range set {
		block, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		in, ok := block.Element.(*slack.PlainTextInputBlockElement)
		if ok && in.InitialValue != "" && (found == nil || utf8.RuneCountInString(in.InitialValue) > utf8.RuneCountInString(found.InitialValue)) {
			found, at = in, i
		}
	}
	return found, at
}
