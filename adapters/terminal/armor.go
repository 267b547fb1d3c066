package terminal

import (
	"context"
	"strings"

	"ombra/bot"
	"ombra/bot/prompt"
)

// The armor of stock age. What is sealed arrives as many lines and is one
// message.
const (
	armorBegin = "-----BEGIN AGE ENCRYPTED FILE-----"
	armorEnd   = "-----END AGE ENCRYPTED FILE-----"
	maxArmor   = 24 << 20
)

// armor is a sealed message that is being pasted.
type armor struct {
	text strings.Builder
	over bool
}

// collect takes a line of a sealed message and says the whole when it ends.
// A line of armor has 64 letters, so none but the last could be the word that
// leaves, and it is random.
func (t *Terminal) collect(ctx context.Context, line string) {
	a, words := t.armor, t.words()
	typed := strings.TrimSpace(line)
	if prompt.Means(words, "cancel", typed) {
		t.armor = nil
		t.print(words.Get("prompt.sealed_left") + "\n")
		return
	}
	if a.text.Len()+len(typed) > maxArmor {
		a.over = true
	} else {
		a.text.WriteString(typed + "\n")
	}
	if typed != armorEnd {
		return
	}
	t.armor = nil
	if a.over {
		t.print(words.Get("prompt.long_line") + "\n")
		return
	}
	t.say(ctx, bot.Message{Text: a.text.String()})
}
