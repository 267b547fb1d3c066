package main

import (
	"path/filepath"
	"strconv"
)

// sayPlatforms says, before anything is typed, where an office can be served.
func (s *setup) sayPlatforms() {
	if !s.test {
		s.note("An office for real cases is served on Slack or Mattermost: it needs a table [slack], for which this asks, or\n" +
			"[mattermost], which you fill in afterwards. To try Ombra without either, leave with Ctrl-C and give --test.\n")
	}
}

// next says what is left to do, with paths that are right where one stands.
func (s *setup) next(dir, file string) error {
	if s.json {
		return s.writeJSON(map[string]string{"configuration": file})
	}
	s.say("%s\n", file)
	c := ""
	if !sameFile(file, s.config) {
		c = " -c " + file
	}
	var steps []string
	if !s.test {
		steps = append(steps, "Fill in what only you know, in "+file+": look for [WRITE:")
	}
	switch {
	case isOnSlack(s):
		steps = append(steps, "ombra slack manifest"+c+" prints the app for api.slack.com/apps. Put its two tokens into\n"+
			"     "+filepath.Join(dir, slackBotFile)+" and "+filepath.Join(dir, slackAppFile)+": docs/slack.md names each click")
	case !s.test:
		steps = append(steps, "Fill in [slack] or [mattermost] there: docs/slack.md, docs/mattermost.md")
	}
	steps = append(steps,
		"ombra check"+c,
		"Each ombudsman, on their own machine: ombra-desk key new --origin "+*s.answers["origin"]+" --name NAME\n"+
			"     then here: ombra roster add"+c+", ombra roster prove"+c+", and their accounts in "+file,
		"ombra roster publish"+c,
	)
	if !s.test {
		steps = append(steps, "A backup key on another machine: age-keygen -pq; its public half under [backup] in "+file+", then here:\n"+
			"     ombra backup"+c+", every day, and one drill: ombra restore")
	}
	steps = append(steps, "ombra serve"+c)
	if s.test && !isOnSlack(s) {
		steps = append(steps, "in another terminal, to be anybody there: ombra try"+c)
	}
	s.note("The office is set up. What is left:\n")
	for i, step := range steps {
		s.note("  %s. %s\n", strconv.Itoa(i+1), step)
	}
	s.note("Keep %s and %s with the backups; without them there is no going on.\n",
		filepath.Join(dir, "data", "log.key"), filepath.Join(dir, "data", "origin"))
	return nil
}

// sameFile compares names: neither file has to be there.
func sameFile(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}
