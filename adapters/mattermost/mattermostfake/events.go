package mattermostfake

import (
	"github.com/mattermost/mattermost/server/public/model"
)

// A frame is an event as it goes over a socket.
type frame struct {
	Event     string         `json:"event"`
	Data      map[string]any `json:"data"`
	Broadcast broadcast      `json:"broadcast"`
	Seq       int64          `json:"seq"`
}

type broadcast struct {
	OmitUsers        map[string]bool `json:"omit_users"`
	UserID           string          `json:"user_id"`
	ChannelID        string          `json:"channel_id"`
	TeamID           string          `json:"team_id"`
	ConnectionID     string          `json:"connection_id"`
	OmitConnectionID string          `json:"omit_connection_id"`
	Sanitized        bool            `json:"contains_sanitized_data,omitempty"`
	Sensitive        bool            `json:"contains_sensitive_data,omitempty"`
}

// tell sends an event to all connections of a user, and to whoever sits in a
// seat of this process. The caller holds mu.
func (s *Server) tell(f frame, userID string) {
	for _, c := range s.conns {
		if c.user == userID {
			s.weather.send(c, f)
		}
	}
	if p := s.seats[userID]; p != nil {
		p.hear(f)
	}
	s.happened()
}

func (s *Server) tellChannel(channelID, event string, data map[string]any) {
	for _, id := range s.channels[channelID].members {
		s.tell(frame{Event: event, Data: data, Broadcast: broadcast{ChannelID: channelID}}, id)
	}
}

func (s *Server) tellPosted(by *user, ch *channel, p *model.Post) {
	w := s.wire(p)
	name := ch.Display
	if ch.Kind == "D" {
		name = "@" + by.Name
	}
	for i, id := range ch.members {
		if i > 0 && id == ch.members[0] {
			continue // who talks to himself has one membership
		}
		data := map[string]any{
			"channel_display_name": name, "channel_name": ch.Name, "channel_type": ch.Kind, "post": toJSON(w),
			"sender_name": "@" + by.Name, "set_online": true, "team_id": ch.TeamID,
		}
		if id != by.ID && ch.Kind == "D" {
			data["mentions"] = toJSON([]string{id})
		}
		if len(p.FileIds) > 0 {
			data["otherFile"] = "true"
		}
		if root := s.postByID[p.RootId]; root != nil && root.UserId == id && id != by.ID {
			data["followers"] = toJSON([]string{id})
		}
		s.tell(frame{Event: "posted", Data: data, Broadcast: broadcast{ChannelID: ch.ID}}, id)
	}
	if root := s.postByID[p.RootId]; root != nil {
		s.tellThread(ch, root, by)
	}
	if !by.isBot {
		s.tell(frame{
			Event: "multiple_channels_viewed", Data: map[string]any{"channel_times": map[string]int64{ch.ID: p.CreateAt}}, Broadcast: broadcast{UserID: by.ID},
		}, by.ID)
	}
}

func (s *Server) tellThread(ch *channel, root *model.Post, by *user) {
	w := s.wire(root)
	w.Metadata, w.ReplyCount = nil, 0
	for _, id := range ch.members {
		unread := int64(1)
		if id == by.ID {
			unread = 0
		}
		thread := map[string]any{
			"id": root.Id, "reply_count": s.replies(root), "last_reply_at": root.UpdateAt, "last_viewed_at": 0, "participants": []wireUser{by.wire()},
			"post": w, "unread_replies": unread, "unread_mentions": unread, "is_urgent": false, "delete_at": 0,
		}
		s.tell(frame{
			Event: "thread_updated", Broadcast: broadcast{UserID: id},
			Data: map[string]any{"thread": toJSON(thread), "previous_unread_mentions": 0, "previous_unread_replies": 0},
		}, id)
	}
}

// tellDeleted: administrators are told who deleted it.
func (s *Server) tellDeleted(channelID string, w *wirePost, by string) {
	for _, id := range s.channels[channelID].members {
		data, to := map[string]any{"post": toJSON(w)}, broadcast{ChannelID: channelID, Sanitized: true}
		if s.users[id].admin() {
			data["delete_by"] = by
			to.Sanitized, to.Sensitive = false, true
		}
		s.tell(frame{Event: "post_deleted", Data: data, Broadcast: to}, id)
	}
}
