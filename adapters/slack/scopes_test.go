package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"testing"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// granted opens an office whose app has exactly the rights of a manifest.
func granted(t *testing.T, p slack.Plan, manifest []byte) *place {
	t.Helper()
	return open(t, setup{
		mode:    p.Mode,
		adapter: func(o *slack.Options) { o.Direct, o.Attachments = p.Direct, p.Attachments },
		fake:    func(o *slackfake.Options) { o.Manifest, o.Linger = manifest, 0 },
	})
}

// a tale uses every feature that a plan has, once. It ends at the first that fails.
func (p *place) tale(plan slack.Plan) error {
	staff, anna := p.Person("staff"), p.Person("anna")
	var files []bot.File
	if plan.Attachments == slack.AnyFile {
		files = append(files, bottest.FileOf("photo.jpg", []byte("not quite a photo")))
	}
	filed := url.Values{"q.what": {"The tool hit a clinic."}, "q.concerned": {"The cell"}, "q.category": {"other"}, "exclude": {"chris"}}
	if err := errors.Join(staff.Messages(), staff.Home(), staff.Pick("report"), staff.Press(words.Get("gate.go-on")), staff.Send(filed, files...)); err != nil {
		return err
	}
	rec, err := bottest.ReceiptOn(staff.Sees())
	if err != nil {
		return err
	}
	if plan.Direct == slack.TypedToo {
		if err := errors.Join(staff.Dismiss(), staff.Say("It happened again."), staff.Press(words.Get("said.report"))); err != nil {
			return err
		}
		if !slices.Contains(staff.Sees().Fields, "q.what") {
			return errors.New("no form for what was said")
		}
	}
	if err := p.adapter.Tell(context.Background(), p.account("anna"), "k", bot.Step{Title: "News", Text: "There is news.", Kept: true}); err != nil {
		return errors.New("a notice does not arrive")
	}
	return p.end(plan, staff, anna, rec)
}

// end is the other side of a tale: papers, a signed answer, and the way back.
func (p *place) end(plan slack.Plan, staff, anna *hands, rec string) error {
	if err := anna.Pick("inbox"); err != nil {
		return err
	}
	th, err := p.read(anna, "anna")
	if err != nil {
		return fmt.Errorf("the papers: %w", err)
	}
	if plan.Direct == slack.TypedToo && plan.Attachments != slack.NoFile {
		file, err := p.Office.Machines["anna"].Sign(th, papers.Draft{Do: "answer", Text: "We look into it."}, string(p.Office.Cases.Today()))
		if err != nil {
			return err
		}
		if err := anna.Say("", file); err != nil {
			return err
		}
	}
	if err := errors.Join(staff.Pick("case"), staff.Send(url.Values{"receipt": {rec}})); err != nil {
		return err
	}
	if plan.Direct == slack.TypedToo && plan.Attachments != slack.NoFile && !staff.Sees().Has("We look into it.") {
		return errors.New("the answer does not arrive")
	}
	return nil
}

// refused are the calls that were refused for want of a right.
func (p *place) refused() (list []string) {
	for _, c := range p.Calls() {
		if c.Error == "missing_scope" {
			list = append(list, c.Method)
		}
	}
	return list
}

// few are the plans of a quick run: the most rights, and the fewest.
func few() []slack.Plan {
	all := plans()
	if os.Getenv("OMBRA_LONG") != "" {
		return all
	}
	return []slack.Plan{all[1], all[len(all)-1]}
}

// TestScopesAreEnough: with the manifest's rights and no other, everything that is
// switched on works, and nothing is ever refused.
func TestScopesAreEnough(t *testing.T) {
	for _, plan := range few() {
		t.Run(fmt.Sprintf("%s %s %s", plan.Mode, plan.Direct, plan.Attachments), func(t *testing.T) {
			t.Parallel()
			p := granted(t, plan, slack.Manifest(plan))
			if err := p.tale(plan); err != nil {
				t.Error(err)
			}
			if list := p.refused(); len(list) > 0 {
				t.Errorf("refused: %q", list)
			}
		})
	}
}

// TestScopesAreLeast: take any right away, and something no longer works or Slack
// does not take the manifest.
func TestScopesAreLeast(t *testing.T) {
	for _, plan := range few() {
		scopes := at(manifestOf(t, plan), "oauth_config/scopes/bot").([]any)
		for _, scope := range scopes {
			t.Run(fmt.Sprintf("%s %s %s without %s", plan.Mode, plan.Direct, plan.Attachments, scope), func(t *testing.T) {
				t.Parallel()
				manifest := without(t, plan, scope.(string))
				if fake, err := slackfake.New(slackfake.Options{Manifest: manifest}); err != nil {
					return
				} else {
					must(t, fake.Close())
				}
				p := granted(t, plan, manifest)
				if err := p.tale(plan); err == nil && len(p.refused()) == 0 {
					t.Errorf("%s is asked for, and nothing needs it", scope)
				}
			})
		}
	}
}
