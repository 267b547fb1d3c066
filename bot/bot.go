package bot

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"

	"ombra/bot/say"
	"ombra/cases"
)

// A flow answers one kind of event. What went wrong may come back as an error
// of package cases; Handle finds the words.
type flow func(context.Context, *visit) (Step, error)

// Bot is the conversation. It is safe for concurrent use.
type Bot struct {
	o        Options
	gate     string // version of the words of law 7
	throttle *throttle
	memory   *semaphore.Weighted // bytes of files held at once
	verbs    map[string]flow
	goesOn   map[string]flow
}

// memoryLimit bounds the bytes of age files and papers held in memory at once.
const memoryLimit = 256 << 20

// How long the tokens live. A form may be open for a long time; a receipt can
// be shown again for a quarter of an hour.
const (
	formTime    = 24 * time.Hour
	receiptTime = 15 * time.Minute
)

// New makes a Bot.
func New(o Options) *Bot {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	b := &Bot{o: o, throttle: newThrottle(o.PerAccount, o.OverAll), memory: semaphore.NewWeighted(memoryLimit)}
	b.gate = o.gateVersion()
	b.verbs = map[string]flow{
		"report":  b.gateFor(cases.Report),
		"redress": b.gateFor(cases.Redress),
		"case":    b.askReceipt,
		"privacy": b.privacy,
		"roster":  b.roster,
		"help":    b.help,
		"inbox":   b.ombudsman(b.inbox),
		"overdue": b.overseer(b.overdue),
		"numbers": b.overseer(b.numbers),
	}
	b.goesOn = map[string]flow{
		"file.form":    b.fileForm,
		"file.send":    b.fileSend,
		"file.receipt": b.showReceipt,
		"file.prove":   b.proveReceipt,
		"said.look":    b.look,
		"sealed.send":  b.sealedSend,
		"case.open":    b.openCase,
		"case.files":   b.askFiles,
		"case.get":     b.getFiles,
		"case.add":     b.addForm,
		"case.send":    b.addSend,
		"hand.act":     b.ombudsman(b.actForm),
		"hand.signed":  b.ombudsman(b.actSend),
		"hand.sealed":  b.sealedForm,
		"hand.filed":   b.sealedFormSend,
		"own.form":     b.ownForm,
		"own.send":     b.ownSend,
		"remedy.ask":   b.remedyAsk,
		"remedy.send":  b.remedySend,
		"inbox":        b.ombudsman(b.inbox),
		"numbers":      b.overseer(b.numbers),
		"card":         b.ombudsman(b.card),
		"card.do":      b.ombudsman(b.cardDo),
		"card.papers":  b.ombudsman(b.papers),
		"card.assess":  b.ombudsman(b.assessForm),
		"card.judge":   b.ombudsman(b.assessSend),
		"card.reply":   b.ombudsman(b.replyForm),
		"card.type":    b.ombudsman(b.replySend),
	}
	return b
}

// Verbs lists what anybody may type.
func (b *Bot) Verbs() []string {
	var list []string
	for v := range b.verbs {
		list = append(list, v)
	}
	slices.Sort(list)
	return list
}

// visit is one event being answered.
type visit struct {
	*Bot
	ev    Event
	say   say.Words
	state state // of the token
	stale bool  // the token's time is over: show again, do nothing
	who   string
}

// Handle answers an event. It never fails and never panics; what it cannot do
// it says in plain words.
func (b *Bot) Handle(ctx context.Context, ev Event) (step Step) {
	v := &visit{Bot: b, ev: ev, say: say.In(ev.Lang)}
	defer func() {
		if recover() != nil { // the value may hold what a person typed
			b.o.Log.LogAttrs(ctx, slog.LevelError, "a flow panicked")
			step = v.problem(cases.E(cases.Internal, "", nil))
		}
	}()
	now := b.o.Now()
	if !b.throttle.take(ev.From, now) {
		return v.sorry(cases.E(cases.Throttled, "", nil))
	}
	if err := b.o.Keys.Age(now); err != nil {
		return v.sorry(cases.E(cases.Unavailable, "", err))
	}
	f, err := v.route()
	if err != nil {
		return v.lost()
	}
	if step, err = f(ctx, v); err != nil {
		return v.sorry(err)
	}
	return v.finish(step)
}

// route finds the flow. An unknown verb is like help; a verb that a role may not
// use does not exist for it.
func (v *visit) route() (flow, error) {
	switch {
	case v.ev.Token != "" || v.ev.Form:
		return v.routeToken()
	case v.ev.Verb != "":
		if f, ok := v.verbs[v.ev.Verb]; ok {
			return f, nil
		}
		return v.help, nil
	case v.ev.Said != nil:
		return v.said, nil
	}
	return v.home, nil
}

func (v *visit) routeToken() (flow, error) {
	s, err := v.open(v.ev.From, v.ev.Form, v.ev.Token)
	if errors.Is(err, errForeign) {
		return nil, err
	}
	v.state, v.stale = s, err != nil
	if s.Lang != "" {
		v.say = say.In(s.Lang)
	}
	f, ok := v.goesOn[s.Do]
	if !ok {
		return nil, errForeign
	}
	return f, nil
}

// ombudsman lets only ombudsmen through. To everybody else the verb does not
// exist: the answer is the one to an unknown verb.
func (b *Bot) ombudsman(f flow) flow {
	return func(ctx context.Context, v *visit) (Step, error) {
		if !v.isOmbudsman() {
			return b.help(ctx, v)
		}
		v.who = b.o.Ombudsmen[v.ev.From.Reveal()]
		return f(ctx, v)
	}
}

// isOmbudsman reports whether the account is one of an ombudsman's. The
// configuration alone does not say so: in it the account of one who was removed
// stands until somebody takes it out, and to them the verbs do not exist any more.
func (v *visit) isOmbudsman() bool {
	who, ok := v.o.Ombudsmen[v.ev.From.Reveal()]
	if ok {
		_, ok = v.o.Cases.Ombudsman(who)
	}
	return ok
}

// form and button seal a token each for this account.
func (v *visit) form(s state) Token {
	s.Lang = v.say.Lang()
	if s.Until == 0 {
		s.Until = v.o.Now().Add(formTime).Unix()
	}
	return v.seal(v.ev.From, true, s)
}

func (v *visit) button(label string, s state) Button {
	s.Lang = v.say.Lang()
	if s.Until == 0 {
		s.Until = v.o.Now().Add(formTime).Unix()
	}
	return Button{Label: label, Token: v.seal(v.ev.From, false, s)}
}

func (v *visit) verb(name string) Button { return Button{Label: v.say.Get("verb." + name), Verb: name} }

// cover is the harmless stand-in for a step that must not be lost.
func (v *visit) cover(back Button) *Step {
	return &Step{Lang: v.say.Lang(), Title: v.say.Get("cover.title"), Text: v.say.Get("cover.text"), Buttons: []Button{back}, Kept: true}
}

// finish fills in what every step has.
func (v *visit) finish(s Step) Step {
	if s.Empty() {
		return s
	}
	s.Lang = v.say.Lang()
	if v.o.Cases.Office.Test {
		s.Text = v.say.Get("test.banner") + "\n\n" + s.Text
	}
	return s
}

// sorry answers an error with words of the catalog, never with its own.
func (v *visit) sorry(err error) Step {
	kind := cases.KindOf(err)
	if kind == cases.Internal || kind == cases.Unavailable && cases.SayOf(err) == "" {
		v.o.Log.LogAttrs(context.Background(), slog.LevelError, "a flow failed", slog.String("kind", kind.String()))
	}
	return v.problem(err)
}

func (v *visit) problem(err error) Step {
	s := Step{Lang: v.say.Lang(), Title: v.say.Get("sorry.title"), Text: v.why(err), Quote: v.typed()}
	if s.Quote != "" {
		s.Text += "\n\n" + v.say.Get("sorry.typed")
	}
	return v.finish(s)
}

// why finds the sentence for an error.
func (v *visit) why(err error) string {
	var known *cases.Error
	if !errors.As(err, &known) {
		return v.say.Get("error.internal")
	}
	for _, key := range []string{"error." + known.Say, known.Say} {
		if known.Say != "" && v.say.Has(key) {
			return v.say.Get(key, "limit", strconv.FormatInt(v.o.Cases.Office.MaxFile>>20, 10))
		}
	}
	return v.say.Get("error." + map[cases.ErrorKind]string{
		cases.Internal: "internal", cases.Invalid: "invalid", cases.NotFound: "not-found", cases.Conflict: "conflict",
		cases.Throttled: "throttled", cases.Unavailable: "unavailable",
	}[known.Kind])
}

// lost answers a token that does not open: what was typed is given back.
func (v *visit) lost() Step {
	s := Step{
		Title: v.say.Get("lost.title"), Text: v.say.Get("lost.text"), Quote: v.typed(),
		Buttons: []Button{v.verb("report"), v.verb("redress"), v.verb("case")},
	}
	return v.finish(s)
}

// typed collects the words of a form that cannot be shown again, so that nothing
// typed vanishes. A receipt among them is left out: it is in its owner's hand.
func (v *visit) typed() string {
	var text string
	for _, id := range slices.Sorted(maps.Keys(v.ev.Values)) {
		if id == "receipt" || id == "group" {
			continue
		}
		for _, value := range v.ev.Values[id] {
			text += value + "\n"
		}
	}
	if r := []rune(text); len(r) > MaxQuote {
		text = string(r[:MaxQuote])
	}
	return text
}
