package main

import (
	"fmt"
	"os"

	"ombra/cases/papers"
	"ombra/crypto"
)

// showThread prints the thread, or its JSON, and writes attachments if asked.
func (d *desk) showThread(t *papers.Thread, out string) error {
	if out != "" {
		if err := d.writeFiles(t.Items, out); err != nil {
			return err
		}
	}
	if d.json {
		return d.writeJSON(threadJSON{
			t.Manifest, t.Excluded, t.Holders, t.Access, t.Withdrew, t.Warnings, t.Conflict.Category, t.Conflict.Concerned, itemsJSON(t.Items),
			append(papers.Ledger{}, t.Remedies...),
		})
	}
	return t.Text(d.out)
}

// threadJSON is a thread for machines. Words in it are cleaned as on screen;
// attachments are named, and written with --out.
type threadJSON struct {
	Manifest  papers.Manifest `json:"manifest"`
	Excluded  []string        `json:"excluded"`
	Holders   []crypto.Holder `json:"holders"`
	Access    []string        `json:"access"` // to whom the newest case key was given
	Withdrew  []string        `json:"withdrew"`
	Warnings  []string        `json:"warnings"`
	Category  string          `json:"category"`
	Concerned string          `json:"concerned"`
	Items     []itemJSON      `json:"items"`
	Remedies  papers.Ledger   `json:"remedies"`
}

type itemJSON struct {
	N          int64      `json:"n"`
	What       string     `json:"what"`
	From       string     `json:"from"`
	By         string     `json:"by"`
	Day        string     `json:"day"`
	Signed     bool       `json:"signed"`
	Text       string     `json:"text"`
	Inner      string     `json:"inner"`
	Unreadable string     `json:"unreadable"`
	Files      []fileJSON `json:"files"`
	New        bool       `json:"new,omitempty"` // since the day that was asked for
}

type fileJSON struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Size  int    `json:"size"`
	Sum   string `json:"sha256"`
	Inner string `json:"inner"`
}

func itemsJSON(items []papers.Item) []itemJSON {
	list := make([]itemJSON, 0, len(items))
	for _, it := range items {
		j := itemJSON{it.N, it.What, it.From, it.By, it.Day, it.Signed, it.Text, it.Inner, it.Unreadable, []fileJSON{}, it.New}
		for _, f := range it.Files {
			j.Files = append(j.Files, fileJSON{f.Name, f.Type, len(f.Data), f.Sum, f.Inner})
		}
		list = append(list, j)
	}
	return list
}

// writeFiles writes attachments into a folder and nowhere else: os.Root follows
// no link out of it, names are made safe, and nothing that exists is written
// over. The number in front keeps two photo.jpg apart.
func (d *desk) writeFiles(items []papers.Item, out string) error {
	if err := os.MkdirAll(out, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for _, it := range items {
		for i, f := range it.Files {
			name := fmt.Sprintf("%d-%d-%s", it.N, i+1, crypto.FileName(f.Name))
			if err := createIn(root, name, f.Data); err != nil {
				return err
			}
			d.note("wrote %s\n", name)
		}
	}
	return nil
}

func createIn(root *os.Root, name string, b []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = fill(f, b)
	if err != nil {
		_ = root.Remove(name)
	}
	return err
}
