package mattermostfake

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
)

var fileRoutes = []route{
	{pattern: "POST " + api + "/files", callsTo: true, do: (*Server).upload},
	{pattern: "GET " + api + "/files/{id}", do: (*Server).getFile},
	{pattern: "GET " + api + "/files/{id}/info", do: (*Server).getFileInfo},
}

// upload reads a body of any length, so it takes the mutex only to store.
func (s *Server) upload(c *call) (int, any, *failure) {
	channelID, sent, err := s.readUpload(c)
	if err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels[channelID] == nil || !s.may(c.user, channelID) {
		return 0, nil, errPermission
	}
	infos := []*model.FileInfo{}
	for _, f := range sent {
		f.info.ChannelId = channelID
		s.keep(c.user, f)
		infos = append(infos, f.info)
		s.auditf(c, "uploadFileMultipart", map[string]any{"channel_id": channelID, "file_name": f.info.Name})
	}
	return http.StatusCreated, map[string]any{"file_infos": infos, "client_ids": []string{}}, nil
}

func (s *Server) readUpload(c *call) (channelID string, sent []*file, bad *failure) {
	reader, err := c.MultipartReader()
	if err != nil { // the simple way: one file is the body
		q := c.URL.Query()
		f, bad := s.readFile(q.Get("filename"), c.Body)
		return q.Get("channel_id"), []*file{f}, bad
	}
	for {
		part, err := reader.NextPart()
		if err != nil {
			break
		}
		if part.FormName() == "channel_id" {
			b, _ := io.ReadAll(io.LimitReader(part, 64))
			channelID = string(b)
			continue
		}
		if part.FormName() == "files" {
			f, bad := s.readFile(fileName(part), part)
			if bad != nil {
				return "", nil, bad
			}
			sent = append(sent, f)
		}
	}
	if channelID == "" || len(sent) == 0 {
		return "", nil, fail(http.StatusBadRequest, "api.file.upload_file.read_form_value.app_error", "Unable to read the form.")
	}
	return channelID, sent, nil
}

func fileName(p *multipart.Part) string { return path.Base(p.FileName()) }

func (s *Server) readFile(name string, r io.Reader) (*file, *failure) {
	b, err := io.ReadAll(io.LimitReader(r, s.o.MaxFile+1))
	switch {
	case err != nil:
		return nil, fail(http.StatusBadRequest, "api.file.upload_file.read_request.app_error", "Unable to upload file(s). Error reading or parsing request data.")
	case int64(len(b)) > s.o.MaxFile:
		return nil, fail(http.StatusRequestEntityTooLarge, "api.file.upload_file.too_large_detailed.app_error", "Unable to upload file. File is too large.")
	}
	info := &model.FileInfo{Name: name, Extension: strings.TrimPrefix(strings.ToLower(path.Ext(name)), "."), Size: int64(len(b))}
	if info.MimeType = mimeOf(info.Extension, b); info.MimeType == "" {
		info.MimeType = "application/octet-stream"
	}
	f := &file{info: info, content: b}
	if utf8.Valid(b) {
		f.text = string(b) // what the server extracts for its search
	}
	return f, nil
}

func mimeOf(extension string, b []byte) string {
	if extension == "txt" {
		return "text/plain; charset=utf-8"
	}
	if extension == "" {
		return http.DetectContentType(b)
	}
	return ""
}

// keep stores a file: on disk and by name, whether it is ever posted or not.
func (s *Server) keep(by *user, f *file) {
	f.info.Id, f.info.CreatorId, f.info.CreateAt = model.NewId(), by.ID, s.now()
	f.info.UpdateAt = f.info.CreateAt
	f.info.RemoteId = new(string)
	f.info.Path = s.o.Now().UTC().Format("20060102") + "/teams/noteam/channels/" + f.info.ChannelId + "/users/" + by.ID + "/" + f.info.Id + "/" + f.info.Name
	s.files[f.info.Id] = f
	s.fileIDs = append(s.fileIDs, f.info.Id)
}

// theFile is the file of a path, if the caller may read it: one that was posted
// by whoever reads the channel, another only by who sent it.
func (s *Server) theFile(c *call) (*file, *failure) {
	f := s.files[c.PathValue("id")]
	switch {
	case f == nil || f.info.DeleteAt > 0:
		return nil, errNoFile
	case f.info.CreatorId != c.user.ID && (f.info.PostId == "" || !s.may(c.user, f.info.ChannelId)):
		return nil, errPermission
	}
	return f, nil
}

func (s *Server) getFile(c *call) (int, any, *failure) {
	f, err := s.theFile(c)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, bytes.Clone(f.content), nil
}

func (s *Server) getFileInfo(c *call) (int, any, *failure) {
	f, err := s.theFile(c)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, clone(f.info), nil
}
