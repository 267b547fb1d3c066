package mattermostfake

import (
	"slices"
	"strings"
	"testing/fstest"

	"github.com/mattermost/mattermost/server/public/model"
)

// Export is everything that the server keeps, as a real one does: tables of the
// database, a line of JSON each; the file store; the debug log; the audit file,
// if it is on. bottest's Scanner reads it with FS.
//
//	db/posts        also deleted ones, old versions, props with the context of buttons
//	db/fileinfo     names and extracted text, also of deleted and never posted files
//	db/…            users, bots, tokens, channels, commands, commandwebhooks, drafts
//	data/…          the files themselves
//	log             at DEBUG: paths, trigger words with user ids, bodies of bad answers
//	audit           full text of slash commands, with user and address
//
// Not there, because no server keeps it: what was sent in a dialog or stood in
// its state, ephemeral messages, the words after a slash command without audit.
// A draft that was deleted is gone here; in a real database its bytes linger.
func (s *Server) Export() fstest.MapFS {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := fstest.MapFS{"log": kept(s.log.String())}
	if s.o.Audit {
		out["audit"] = kept(s.audit.String())
	}
	for name, rows := range s.tables() {
		var b strings.Builder
		for _, row := range rows {
			b.WriteString(toJSON(row) + "\n")
		}
		out["db/"+name] = kept(b.String())
	}
	for _, f := range s.files {
		out["data/"+strings.TrimPrefix(f.info.Path, "/")] = &fstest.MapFile{Data: f.content, Mode: 0o600}
	}
	return out
}

func kept(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o600} }

func (s *Server) tables() map[string][]any {
	t := map[string][]any{}
	for _, p := range s.posts {
		t["posts"] = append(t["posts"], p)
	}
	for _, id := range s.fileIDs {
		f := s.files[id]
		t["fileinfo"] = append(t["fileinfo"], map[string]any{"info": f.info, "path": f.info.Path, "content": f.text})
	}
	for _, u := range s.sortedUsers() {
		t["users"] = append(t["users"], u.wire())
		if u.isBot {
			t["bots"] = append(t["bots"], u.bot())
		}
	}
	for _, x := range s.tokens {
		t["tokens"] = append(t["tokens"], x)
	}
	for _, c := range s.channels {
		t["channels"] = append(t["channels"], map[string]any{"channel": c.wire(), "members": c.members})
	}
	for _, cmd := range s.commands {
		t["commands"] = append(t["commands"], cmd)
	}
	for _, h := range s.hooks {
		t["commandwebhooks"] = append(t["commandwebhooks"], h)
	}
	for _, d := range s.drafts {
		t["drafts"] = append(t["drafts"], d)
	}
	t["config"] = append(t["config"], s.config)
	return t
}

// Posts are the posts of a user that are kept, deleted ones and old versions too.
func (s *Server) Posts(by User) (list []*model.Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.posts {
		if p.UserId == by.ID {
			list = append(list, p.Clone())
		}
	}
	return list
}

// Log is the server's log so far, and Audit the audit file.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// Audit is the audit file so far; empty if it is off.
func (s *Server) Audit() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.audit.String()
}

// Left says what is there that somebody made: accounts and tokens that work, teams,
// commands, settings. It is the same before and after what cleans up behind itself.
func (s *Server) Left() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := map[string]any{"settings": s.config["ServiceSettings"]}
	add := func(kind, name string) {
		list, _ := left[kind].([]string)
		left[kind] = append(list, name)
		slices.Sort(left[kind].([]string))
	}
	for _, u := range s.users {
		if u.deleted == 0 {
			add("accounts", u.Name)
		}
	}
	for text, t := range s.tokens {
		if s.owner(text) != nil {
			add("tokens", t.UserID)
		}
	}
	for _, t := range s.teams {
		add("teams", t.Name)
	}
	for _, c := range s.commands {
		if c.DeleteAt == 0 {
			add("commands", c.TeamId+" "+c.Trigger)
		}
	}
	return toJSON(left)
}
