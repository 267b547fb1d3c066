package slackfake

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"testing/fstest"
)

// note writes a line of the audit log. s.mu is held, or nobody knows s yet.
func (s *Server) note(action, actor, entity string) {
	s.audit = append(s.audit, obj{"date_create": s.now().Unix(), "action": action, "actor": actor, "entity": entity})
}

// Export is all that the workspace keeps, in one piece: what ExportFS has.
func (s *Server) Export() []byte {
	var all bytes.Buffer
	kept := s.keep()
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		all.WriteString("\n== " + name + "\n")
		all.Write(kept[name].Data)
	}
	return all.Bytes()
}

// ExportFS is what a workspace that keeps everything would hand to whoever may
// ask: each conversation with earlier versions and deleted messages, the files
// byte for byte, and the audit log. What is typed in forms, shown in views or
// whispered is not among it.
func (s *Server) ExportFS() fs.FS { return s.keep() }

func (s *Server) keep() fstest.MapFS {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := fstest.MapFS{}
	put := func(name string, v any) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		if e.Encode(v) != nil {
			panic("slackfake: not JSON")
		}
		kept[name] = &fstest.MapFile{Data: b.Bytes()}
	}
	put("audit.json", s.audit)
	var users []any
	for _, name := range slices.Sorted(maps.Keys(s.users)) {
		users = append(users, obj{"id": name, "name": s.users[name].name})
	}
	put("users.json", users)
	for _, ch := range s.channels {
		var all []any
		for _, m := range ch.messages {
			o := s.object(m)
			if len(m.before) > 0 {
				o["earlier"] = m.before
			}
			if m.deleted {
				o["deleted"] = true
			}
			all = append(all, o)
		}
		put("conversations/"+ch.id+".json", all)
	}
	for _, f := range s.files {
		if f.uploaded {
			kept["files/"+f.id] = &fstest.MapFile{Data: f.content}
			put("files/"+f.id+".json", s.fileObject(f))
		}
	}
	return kept
}

// Ephemera is what a real Slack does not keep but its servers have seen: open
// views and ephemeral messages, for a control run.
func (s *Server) Ephemera() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []any
	for _, v := range s.views {
		all = append(all, s.viewObject(v))
	}
	for _, u := range s.users {
		for _, m := range u.seen {
			all = append(all, s.object(m))
		}
	}
	return encode(obj{"seen": all})
}
