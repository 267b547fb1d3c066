package slackfake

import (
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

type file struct {
	id, name, title, user, ticket string
	size                          int
	content                       []byte
	created                       time.Time
	uploaded, shared, deleted     bool
	app                           bool
}

func (s *Server) fileObject(f *file) obj {
	kind := mime.TypeByExtension(path.Ext(f.name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	at := s.base + "/files-pri/" + s.team + "-" + f.id
	tail := "/" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, f.name)
	if tail == "/" || strings.Trim(tail, "/.") == "" {
		tail = "/file"
	}
	o := obj{
		"id": f.id, "created": f.created.Unix(), "timestamp": f.created.Unix(), "name": f.name, "title": f.title, "mimetype": kind,
		"filetype": strings.TrimPrefix(path.Ext(f.name), "."), "user": f.user, "user_team": s.team, "size": f.size, "mode": "hosted",
		"is_external": false, "is_public": false, "editable": false, "file_access": "visible",
		"url_private": at + tail, "url_private_download": at + "/download" + tail, "permalink": s.base + "/files/" + f.user + "/" + f.id,
	}
	if f.deleted {
		return obj{"id": f.id, "mode": "tombstone"}
	}
	return o
}

func getUploadURL(c *call) (obj, *refusal) {
	if no := c.missing("filename", "length"); no != nil {
		return nil, no
	}
	n, err := strconv.Atoi(c.args["length"])
	if err != nil || n < 1 || n > 1<<30 {
		return nil, refuse("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
	}
	f := &file{id: id("F"), name: c.args["filename"], title: c.args["filename"], user: c.bot, ticket: letters(40), size: n, created: c.now(), app: true}
	c.files[f.id] = f
	c.named = append(c.named, Named{"file", f.id})
	return obj{"upload_url": c.base + "/upload/" + f.ticket, "file_id": f.id}, nil
}

// serveUpload takes the bytes, raw or as the first file of a form.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	s.begin()
	defer s.end()
	if s.fail("upload", w, r) {
		return
	}
	content, err := uploaded(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	var f *file
	for _, one := range s.files {
		if one.ticket != "" && one.ticket == r.PathValue("ticket") {
			f = one
		}
	}
	done := Call{Method: "upload", At: s.now()}
	switch {
	case err != nil || r.Method != http.MethodPost:
		done.Error = "bad_request"
	case f == nil:
		done.Error = "not_found"
	case len(content) != f.size:
		done.Error = "not_as_long_as_announced"
	default:
		f.content, f.uploaded = content, true
	}
	s.calls = append(s.calls, done)
	switch {
	case done.Error != "":
		http.Error(w, done.Error, http.StatusBadRequest)
	case s.lost("upload"):
		cut(w)
	default:
		_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(content)))
	}
}

func uploaded(r *http.Request) ([]byte, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return io.ReadAll(r.Body)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		p, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if p.FileName() != "" || p.FormName() == "file" {
			return io.ReadAll(p)
		}
	}
}

func completeUpload(c *call) (obj, *refusal) {
	var want []struct{ ID, Title string }
	if no := c.json("files", &want); no != nil {
		return nil, no
	}
	var all []*file
	var out []any
	for _, w := range want {
		f := c.files[w.ID]
		if f == nil || !f.app || !f.uploaded || f.shared {
			return nil, refuse("file_not_found")
		}
		if w.Title != "" {
			f.title = w.Title
		}
		all = append(all, f)
		out = append(out, obj{"id": f.id, "title": f.title})
	}
	if len(all) == 0 {
		return nil, refuse("invalid_arguments", "[ERROR] no files [json-pointer:/files]")
	}
	if to := c.args["channel_id"]; to != "" {
		if c.users[to] != nil {
			return nil, refuse("channel_not_found") // a person's id is no conversation here
		}
		ch, no := c.place(to)
		switch {
		case no != nil:
			return nil, no
		case c.app.noMessages:
			return nil, refuse("messages_tab_disabled")
		}
		m := &message{text: c.args["initial_comment"], user: c.bot, app: true, files: all, thread: c.args["thread_ts"]}
		c.post(ch, m)
	}
	for _, f := range all {
		f.shared, f.ticket = true, ""
		c.note("file_uploaded", c.bot, f.id)
	}
	return obj{"files": out}, nil
}

func fileInfo(c *call) (obj, *refusal) {
	f := c.files[c.args["file"]]
	switch {
	case f == nil || !f.uploaded:
		return nil, refuse("file_not_found")
	case f.deleted:
		return nil, refuse("file_deleted")
	}
	return obj{"file": c.fileObject(f)}, nil
}

func deleteFile(c *call) (obj, *refusal) {
	f := c.files[c.args["file"]]
	switch {
	case f == nil:
		return nil, refuse("file_not_found")
	case f.deleted:
		return nil, refuse("file_deleted")
	case !f.app:
		return nil, refuse("cant_delete_file")
	}
	f.deleted, f.content = true, nil
	c.note("file_deleted", c.bot, f.id)
	return obj{}, nil
}

// signIn is what a browser would get, and so does a program without its token:
// with status 200.
const signIn = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to The Fakes</body></html>"

func (s *Server) serveDownload(w http.ResponseWriter, r *http.Request) {
	s.begin()
	defer s.end()
	if s.fail("download", w, r) {
		return
	}
	_, name, _ := strings.Cut(r.PathValue("file"), "-")
	s.mu.Lock()
	f := s.files[name]
	ok := f != nil && f.uploaded && !f.deleted
	var content []byte
	if ok {
		content = f.content
	}
	allowed := r.Header.Get("Authorization") == "Bearer "+s.botToken && s.may("files:read")
	s.calls = append(s.calls, Call{Method: "download", At: s.now(), Error: map[bool]string{false: "signed_out"}[allowed]})
	stalled := s.fault("download", Stalled) != nil
	lost := stalled || s.lost("download")
	s.mu.Unlock()
	switch {
	case !allowed:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, signIn)
	case !ok:
		http.NotFound(w, r)
	case lost:
		// Half of it comes.
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content[:len(content)/2])
		if stalled {
			_ = http.NewResponseController(w).Flush()
			s.silence(r)
		}
		panic(http.ErrAbortHandler)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content)
	}
}
