package mattermost

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// commands makes the slash command in each team, or in those that were named, and has
// the bot join it. Teams that were not named keep what they have. The tokens are given
// all together or not at all: a list with some left out would switch off the others.
func (s *setup) commands(ctx context.Context) error {
	teams, err := s.teams(ctx)
	if err != nil {
		return err
	}
	var tokens []string
	for _, t := range teams {
		token := ""
		if len(s.Teams) == 0 || slices.Contains(s.Teams, t.Name) {
			if _, resp, err := s.admin.AddTeamMember(ctx, t.Id, s.BotID); err != nil {
				return faultOf("have the bot join the team "+t.Name, resp, err)
			}
			token, err = s.command(ctx, t)
		} else {
			token, err = s.kept(ctx, t)
		}
		if err != nil {
			return err
		}
		if token != "" {
			tokens = append(tokens, token)
		}
	}
	s.Slash = NewSecret(strings.Join(tokens, "\n"))
	return nil
}

const teamsPage = 200

func (s *setup) teams(ctx context.Context) (all []*model.Team, err error) {
	for page := 0; ; page++ {
		list, resp, err := s.admin.GetAllTeams(ctx, "", page, teamsPage)
		if err != nil {
			return nil, faultOf("list the teams", resp, err)
		}
		all = append(all, list...)
		if len(list) < teamsPage {
			break
		}
	}
	for _, name := range s.Teams {
		if !slices.ContainsFunc(all, func(t *model.Team) bool { return t.Name == name }) {
			return nil, errors.New("mattermost: there is no team " + name)
		}
	}
	return all, nil
}

// existing are the commands of a team that bear our word.
func (s *setup) existing(ctx context.Context, team *model.Team) ([]*model.Command, error) {
	all, resp, err := s.admin.ListCommands(ctx, team.Id, true)
	if err != nil {
		return nil, faultOf("list the commands of the team "+team.Name, resp, err)
	}
	return slices.DeleteFunc(all, func(c *model.Command) bool {
		return c.Trigger != Trigger || c.DeleteAt != 0 || c.TeamId != team.Id
	}), nil
}

// kept is the token of a team's command that leads here already.
func (s *setup) kept(ctx context.Context, team *model.Team) (token string, err error) {
	all, err := s.existing(ctx, team)
	for _, c := range all {
		if c.URL == SlashURL(s.Public, s.Paths) {
			token = c.Token
		}
	}
	return token, err
}

func (s *setup) command(ctx context.Context, team *model.Team) (token string, err error) {
	want := model.Command{
		TeamId: team.Id, Trigger: Trigger, Method: model.CommandMethodPost, URL: SlashURL(s.Public, s.Paths),
		AutoComplete: true, AutoCompleteHint: "[report | redress | case | privacy | roster | help]",
		AutoCompleteDesc: "Report harm, request redress, or look at your case. Type nothing about it here: a window opens.",
		DisplayName:      s.Name, Description: "ombra",
	}
	all, err := s.existing(ctx, team)
	if err != nil {
		return "", err
	}
	if len(all) > 0 { // a word stands once in a team
		c := all[0]
		if c.URL == want.URL && c.Method == want.Method && c.AutoComplete {
			return c.Token, nil
		}
		want.Id, want.Token, want.CreatorId, want.CreateAt = c.Id, c.Token, c.CreatorId, c.CreateAt
		if _, resp, err := s.admin.UpdateCommand(ctx, &want); err != nil {
			return "", faultOf("change the command of the team "+team.Name, resp, err)
		}
		s.changed("pointed /" + Trigger + " of the team " + team.Name + " at the callbacks")
		return c.Token, nil
	}
	c, resp, err := s.admin.CreateCommand(ctx, &want)
	if err != nil {
		return "", faultOf("make the command of the team "+team.Name, resp, err)
	}
	s.changed("made the command /" + Trigger + " in the team " + team.Name)
	return c.Token, nil
}
