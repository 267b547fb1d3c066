package mattermostfake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
)

var postRoutes = []route{
	{pattern: "POST " + api + "/posts", do: (*Server).postPost},
	{pattern: "POST " + api + "/posts/ephemeral", do: (*Server).postEphemeral},
	{pattern: "GET " + api + "/posts/{id}", do: (*Server).getPost},
	{pattern: "PUT " + api + "/posts/{id}/patch", do: (*Server).patchPost},
	{pattern: "DELETE " + api + "/posts/{id}", do: (*Server).deletePost},
}

// MaxPost is how many runes a post may have.
const MaxPost = model.PostMessageMaxRunesV2

var errMessage = fail(http.StatusBadRequest, "model.post.is_valid.msg.app_error", "Invalid message.")

func (s *Server) postPost(c *call) (int, any, *failure) {
	var p model.Post
	if err := c.read(&p); err != nil {
		return 0, nil, err
	}
	if again := s.again(c.user, p.PendingPostId); again != nil {
		return http.StatusCreated, s.wire(again), nil
	}
	made, err := s.createPost(c.user, &model.Post{
		ChannelId: p.ChannelId, RootId: p.RootId, Message: p.Message, Props: p.GetProps(), FileIds: p.FileIds, PendingPostId: p.PendingPostId,
	})
	if err != nil {
		return 0, nil, err
	}
	if p.PendingPostId != "" {
		s.pending[p.PendingPostId] = pendingPost{made, s.now()}
	}
	s.auditPost(c, "createPost", made)
	return http.StatusCreated, s.wire(made), nil
}

// A pendingPost is known again by the id that its client gave it, for a while and
// until the server is started anew: who lost the answer may post it again.
type pendingPost struct {
	*model.Post
	at int64
}

const pendingTime = 30 * time.Second

func (s *Server) again(by *user, id string) *model.Post {
	p, known := s.pending[id]
	if !known || p.UserId != by.ID || time.Duration(s.now()-p.at)*time.Millisecond > pendingTime {
		return nil
	}
	return p.Post
}

// auditPost: of a message of 9.9 the props reach the audit file, with what stands
// in the context of buttons; its text does not.
func (s *Server) auditPost(c *call, event string, p *model.Post) {
	fields := map[string]any{"id": p.Id, "user_id": p.UserId, "channel_id": p.ChannelId, "file_ids": p.FileIds}
	if s.atLeast("9.0") {
		fields["props"] = p.GetProps()
	}
	s.auditf(c, event, fields)
}

// createPost stores a post and tells the channel.
func (s *Server) createPost(by *user, p *model.Post) (*model.Post, *failure) {
	ch := s.channels[p.ChannelId]
	if ch == nil || !s.may(by, ch.ID) {
		return nil, errPermission
	}
	if err := s.checkPost(p); err != nil {
		return nil, err
	}
	p.Id, p.UserId, p.CreateAt = model.NewId(), by.ID, s.now()
	p.UpdateAt = p.CreateAt
	p.PreCommit()
	p.SetProps(clone(map[string]any(p.GetProps())))
	p.GenerateActionIds()
	if by.isBot {
		p.AddProp(model.PostPropsFromBot, "true")
	}
	p.FileIds = s.attach(by, p)
	if root := s.postByID[p.RootId]; root != nil {
		root.UpdateAt = p.CreateAt
	}
	s.posts = append(s.posts, p)
	s.postByID[p.Id] = p
	ch.LastPost = p.CreateAt
	ch.Total++
	if p.RootId == "" {
		ch.TotalRoot++
	}
	s.tellPosted(by, ch, p)
	return p, nil
}

func (s *Server) checkPost(p *model.Post) *failure {
	root := s.postByID[p.RootId]
	switch {
	case utf8.RuneCountInString(p.Message) > MaxPost:
		return errMessage
	case p.Message == "" && len(p.FileIds) == 0 && p.GetProp(model.PostPropsAttachments) == nil:
		return fail(http.StatusBadRequest, "api.context.invalid_body_param.app_error", "Invalid or missing message in request body.")
	case utf8.RuneCountInString(model.StringInterfaceToJSON(p.GetProps())) > model.PostPropsMaxUserRunes:
		return fail(http.StatusBadRequest, "model.post.is_valid.props.app_error", "Invalid props.")
	case p.RootId != "" && (root == nil || root.ChannelId != p.ChannelId || root.DeleteAt > 0):
		return fail(http.StatusBadRequest, "api.post.create_post.root_id.app_error", "Invalid RootId parameter.")
	}
	return nil
}

// attach takes the files of a post: those of its author that are in no other.
func (s *Server) attach(by *user, p *model.Post) []string {
	var taken []string
	for _, id := range p.FileIds {
		f := s.files[id]
		if f != nil && f.info.CreatorId == by.ID && f.info.PostId == "" && f.info.DeleteAt == 0 && len(taken) < 10 {
			f.info.PostId, f.info.ChannelId = p.Id, p.ChannelId
			taken = append(taken, id)
		}
	}
	return taken
}

func (s *Server) postEphemeral(c *call) (int, any, *failure) {
	var body model.PostEphemeral
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	if body.Post == nil || body.UserID == "" {
		return 0, nil, badParam("post")
	}
	// A plain bot has not the permission; that of its own user is never asked.
	if !c.user.admin() && !s.permits(model.PermissionCreatePostEphemeral.Id) {
		return 0, nil, errPermission
	}
	if !s.may(c.user, body.Post.ChannelId) {
		return 0, nil, errPermission
	}
	body.Post.UserId = c.user.ID
	return http.StatusCreated, s.ephemeral(body.UserID, body.Post), nil
}

// ephemeral shows a post to one user and keeps nothing of it. Its buttons carry
// their integration in a sealed cookie.
func (s *Server) ephemeral(to string, p *model.Post) *wirePost {
	p.Type, p.Id, p.CreateAt, p.UpdateAt = model.PostTypeEphemeral, model.NewId(), s.now(), 0
	if p.GetProps() == nil {
		p.SetProps(map[string]any{})
	}
	p.GenerateActionIds()
	w := s.wire(model.AddPostActionCookies(p, s.secret))
	w.ReplyCount = 0
	s.tell(frame{
		Event: "ephemeral_message", Data: map[string]any{"post": toJSON(w)}, Broadcast: broadcast{ChannelID: p.ChannelId, UserID: to},
	}, to)
	return w
}

func (s *Server) getPost(c *call) (int, any, *failure) {
	p := s.postByID[c.PathValue("id")]
	deleted := c.URL.Query().Get("include_deleted") == "true"
	switch {
	case deleted && !c.user.admin():
		return 0, nil, errPermission
	case p == nil || p.DeleteAt > 0 && !deleted:
		return 0, nil, errNoPost
	case !s.may(c.user, p.ChannelId):
		return 0, nil, errPermission
	}
	return http.StatusOK, s.wire(p), nil
}

func (s *Server) patchPost(c *call) (int, any, *failure) {
	var patch model.PostPatch
	if err := c.read(&patch); err != nil {
		return 0, nil, err
	}
	p := s.postByID[c.PathValue("id")]
	if p == nil || p.DeleteAt > 0 || !s.may(c.user, p.ChannelId) || p.UserId != c.user.ID && !c.user.admin() {
		return 0, nil, errPermission
	}
	if patch.Message != nil && utf8.RuneCountInString(*patch.Message) > MaxPost {
		return 0, nil, errMessage
	}
	s.change(p, func(p *model.Post) { p.Patch(&patch) })
	s.auditPost(c, "patchPost", p)
	return http.StatusOK, s.wire(p), nil
}

// change edits a post. The old version is kept, deleted.
func (s *Server) change(p *model.Post, do func(*model.Post)) {
	now := s.now()
	old := p.Clone()
	old.Id, old.OriginalId, old.DeleteAt, old.UpdateAt = model.NewId(), p.Id, now, now
	s.posts = append(s.posts, old)
	do(p)
	p.SetProps(clone(map[string]any(p.GetProps())))
	p.GenerateActionIds()
	p.EditAt, p.UpdateAt = now, now
	s.tellChannel(p.ChannelId, "post_edited", map[string]any{"post": toJSON(s.wire(p))})
}

// deletePost is soft, also when asked to be permanent: a 9.9 answers 200 to that
// and keeps everything. What is deleted already is forbidden.
func (s *Server) deletePost(c *call) (int, any, *failure) {
	p := s.postByID[c.PathValue("id")]
	if p == nil || p.DeleteAt > 0 || !s.may(c.user, p.ChannelId) || p.UserId != c.user.ID && !c.user.admin() {
		return 0, nil, errPermission
	}
	if c.URL.Query().Get("permanent") == "true" && !c.user.admin() {
		return 0, nil, errPermission
	}
	before := s.wire(p)
	before.Metadata = nil
	s.erase(p, c.user.ID)
	for _, r := range s.posts {
		if r.RootId == p.Id {
			s.erase(r, c.user.ID)
		}
	}
	s.tellDeleted(p.ChannelId, before, c.user.ID)
	s.auditf(c, "deletePost", map[string]any{"id": p.Id})
	return http.StatusOK, ok, nil
}

// erase sets DeleteAt. Text, props, files and their names stay.
func (s *Server) erase(p *model.Post, by string) {
	if p.DeleteAt > 0 {
		return
	}
	p.DeleteAt = s.now()
	p.UpdateAt = p.DeleteAt
	p.AddProp(model.PostPropsDeleteBy, by)
	for _, id := range p.FileIds {
		if f := s.files[id]; f != nil {
			f.info.DeleteAt = p.DeleteAt
		}
	}
}

// getChannelPosts lists by page, or what changed since: then with what was
// deleted since, and at most 1,000.
func (s *Server) getChannelPosts(c *call) (int, any, *failure) {
	id, q := c.PathValue("id"), c.URL.Query()
	if s.channels[id] == nil {
		return 0, nil, errNoChannel
	}
	if !s.may(c.user, id) {
		return 0, nil, errPermission
	}
	since, _ := strconv.ParseInt(q.Get("since"), 10, 64)
	var list []*model.Post
	for _, p := range s.posts {
		if p.ChannelId == id && p.OriginalId == "" && (since > 0 && p.UpdateAt > since || since == 0 && p.DeleteAt == 0) {
			list = append(list, p)
		}
	}
	slices.Reverse(list) // newest first; what has one time stays in this order
	slices.SortStableFunc(list, func(a, b *model.Post) int { return cmp.Compare(b.CreateAt, a.CreateAt) })
	prev, older := "", list
	if since > 0 {
		list = list[:min(len(list), 1000)]
	} else {
		list = page(list, q)
	}
	if since == 0 && len(list) > 0 {
		if at := slices.Index(older, list[len(list)-1]); at+1 < len(older) {
			prev = older[at+1].Id
		}
	}
	order, posts := []string{}, map[string]*wirePost{}
	for _, p := range list {
		order = append(order, p.Id)
		posts[p.Id] = s.wire(p)
	}
	return http.StatusOK, map[string]any{
		"order": order, "posts": posts, "next_post_id": "", "prev_post_id": prev, "has_next": false, "first_inaccessible_post_time": 0,
	}, nil
}
