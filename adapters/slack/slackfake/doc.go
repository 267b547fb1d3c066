// Package slackfake is a Slack for tests: one workspace, one app, and people
// who use it with hands and eyes. It listens on the loopback interface only.
//
//	s, err := slackfake.New(slackfake.Options{Manifest: text})
//	...                             // the app under test gets s.API(), s.BotToken(), s.AppToken()
//	anna := s.Person("anna")
//	anna.Pick("report")             // "/ombra report"
//	anna.Send(url.Values{"what": {"It broke."}})
//	anna.Sees().Text                // what stands in the modal now
//
// It speaks the Web API, Socket Mode, signed HTTP, slash commands, global
// shortcuts, modals, the Home tab, direct messages, files and response URLs,
// and keeps what a real Slack would keep ([Server.Export]): messages with their
// earlier versions, files, an audit log. Views, ephemeral messages and the text
// of slash commands are not kept.
//
// # What it refuses
//
// A call without the scope that the manifest asked for; a token of the wrong
// kind; a trigger that was used or is older than 3 s; a view that is closed, has
// changed since the hash or is larger than Slack takes; a third push; blocks
// beyond the table in limits.go, with a property that Slack does not know, or
// with the same id twice; a file_input outside a modal or without files:read;
// a sixth post to a response URL, or one after 30 minutes; calls faster than
// Slack's pace; an ack of 20 KB or more (dropped, as if it had not come); an
// answer after 3 s; an upload that is not as long as was announced; a message
// where the Messages tab is off; an eleventh connection. The manifest itself is
// checked against Slack's published schema. A file that is fetched without its
// token comes as a page to sign in, with status 200, as it does in life.
//
// # Its clock
//
// It runs with real time and can be moved forward ([Server.Advance]). Triggers,
// response URLs, pace and redelivery (at once, after 1 minute, after 5) go by
// that clock; how long an ack is waited for goes by real time.
//
// # How its people read
//
// The field of an input is its action_id up to the first "#", so that an adapter
// may change ids to have a client forget what was typed: as in life, an input
// whose block_id and action_id stay the same keeps what was typed through
// views.update, whatever initial value the new view has. What is wrong with a
// field is what response_action "errors" said, what the client itself refuses
// (required, too long), or a block whose block_id is "problem:" and the field.
// Harm on a screen is a mention, a link, a format other than bold, or a character
// that obeys nobody's eyes.
//
// # What it cannot know
//
// Where Slack documents nothing it is strict, or keeps to what was seen in
// others' code: the exact bursts of rate limits, how often a client asks again,
// how many UTF-16 units count as a character (it counts runes), limits of rich
// text other than the size of the view, which error code comes first when there
// are two reasons, the order of events that happen at once, what Enterprise
// Grid, guests and Slack Connect change, link unfurling, and how a client draws.
// It knows no channels apart from one, no threads as places, no workflow steps,
// no conversation or user pickers and no dialogs of old: it refuses them.
package slackfake
