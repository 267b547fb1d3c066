package config

import (
	"path/filepath"
	"slices"
)

// The names under which [Config.Portable] expects things beside the file.
const (
	PortableFile  = "ombra.toml"
	PortableData  = "data"
	PortableForms = "forms.toml"
)

// Portable writes the configuration as it can be put into any folder: the data
// beside it, and a form set of the office's own, which is returned too. It names
// no place of this host: an office that was restored elsewhere for a drill must
// not write over the backups, or into the copy of the log, of the real one, nor
// find the real one's tokens and answer its people.
func (c *Config) Portable() (text string, forms []byte) {
	p := *c
	p.Office.Data = PortableData
	if c.forms != nil {
		p.Office.Forms = PortableForms
	}
	for _, name := range slices.Concat(p.Slack.files(), p.Mattermost.files()) {
		if *name != "" {
			*name = filepath.Join("keys", filepath.Base(*name))
		}
	}
	p.Backup.Folder, p.Backup.Leaves, p.Monitor = "", "", Monitor{}
	return Example(p), c.forms
}
