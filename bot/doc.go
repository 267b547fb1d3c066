// Package bot is the conversation: events in, steps out.
//
// An adapter turns whatever a chat platform sent into an [Event], and shows
// the [Step] that comes back in the way that leaves least behind. The bot is a
// function of the Event and of what is stored ([Bot.Handle]); between two events
// it remembers nothing of a conversation. What a form or a button has to
// remember travels in a sealed [Token], bound to the account and the office,
// that the keys of at most 48 hours can open.
//
// Three rules hold by construction and are checked over every step in every
// language ([Step.Check]):
//
//   - Private is the zero value. A step may be shown only by means that are not
//     kept as a message, unless it says Kept.
//   - Each private step that must not be lost carries a harmless Cover for the
//     moment when no private means is left.
//   - Every act ends in a reading flow with a token of its own (post, redirect,
//     get), so a double click, a redelivery and a resubmission find the first
//     one's result.
//
// Package bot decides nothing about a case: package cases does. It names no
// chat platform: adapters do.
package bot
