package config

import (
	"fmt"
	"regexp"

	"ombra/crypto"
)

// Accounts as the platforms write them. An account with a slip in it would
// reach nobody, and nobody would be told.
var (
	slackShape      = regexp.MustCompile(`^T[A-Z0-9]{2,20}/[UW][A-Z0-9]{2,20}$`)
	mattermostShape = regexp.MustCompile(`^[a-z0-9]{26}$`)
	terminalShape   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
)

// Names says who is behind each account, for the ombudsmen and for oversight.
// An account is written as its adapter mints it: "slack:T1/U1",
// "mattermost:<id>", "terminal:anna".
func (c *Config) Names() (ombudsmen, oversight map[string]string) {
	return namesByAccount(c.Ombudsmen), namesByAccount(c.Oversight)
}

func namesByAccount(people map[string]Accounts) map[string]string {
	names := map[string]string{}
	for name, a := range people {
		for _, account := range a.List() {
			names[account] = name
		}
	}
	return names
}

// List gives the accounts that are set, each with its platform before it.
func (a Accounts) List() []string {
	var list []string
	for _, p := range a.platforms() {
		if p.account != "" {
			list = append(list, p.name+":"+p.account)
		}
	}
	return list
}

type onPlatform struct {
	name, account string
	shape         *regexp.Regexp
	like          string
}

func (a Accounts) platforms() []onPlatform {
	return []onPlatform{
		{"slack", a.Slack, slackShape, "T0123ABCD/U0456EFGH"},
		{"mattermost", a.Mattermost, mattermostShape, "the 26 letters and digits of the user id"},
		{"terminal", a.Terminal, terminalShape, "anna"},
	}
}

func (k *checker) people() {
	owner := map[string]string{} // of an account
	for _, name := range inOrder(k.Ombudsmen) {
		k.person("ombudsmen", name, k.Ombudsmen[name], owner)
	}
	for _, name := range inOrder(k.Oversight) {
		k.person("oversight", name, k.Oversight[name], owner)
		if _, both := k.Ombudsmen[name]; both {
			k.bad("oversight."+name, name+" is an ombudsman too", "take the name out of one of the two: oversight never sees content")
		}
	}
}

func (k *checker) person(table, name string, a Accounts, owner map[string]string) {
	key := table + "." + name
	if err := crypto.CheckName(name); err != nil {
		k.bad(key, fmt.Sprintf("%q cannot be a roster name", name), err.Error())
	}
	if len(a.List()) == 0 {
		k.bad(key, name+" has no account", "add slack, mattermost or terminal")
	}
	for _, p := range a.platforms() {
		if p.account == "" {
			continue
		}
		at := key + "." + p.name
		if !p.shape.MatchString(p.account) {
			k.bad(at, fmt.Sprintf("this is no account on %s", p.name), "write it like "+p.like)
		}
		// One account behind two names would read one inbox as the other.
		if other, twice := owner[p.name+":"+p.account]; twice {
			k.bad(at, fmt.Sprintf("this account is %s's already", other), "give each person an account of their own")
		}
		owner[p.name+":"+p.account] = name
	}
}
