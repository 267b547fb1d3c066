package main

import (
	"mime"
	"path/filepath"

	"ombra/cases/papers"
)

// attachments reads files that the user names. The type is guessed from the
// name alone; it is a claim, and nobody acts on it.
func (d *desk) attachments(names []string) ([]papers.Attachment, error) {
	if len(names) > papers.MaxFiles {
		return nil, usage("these are too many attachments", "put them into one archive")
	}
	list := make([]papers.Attachment, 0, len(names))
	for _, name := range names {
		b, err := d.read(name)
		if err != nil {
			return nil, err
		}
		list = append(list, papers.Attachment{
			Name: filepath.Base(name), Type: mime.TypeByExtension(filepath.Ext(name)), Data: b,
		})
	}
	return list, nil
}
