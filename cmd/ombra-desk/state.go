package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ombra/cases/papers"
	"ombra/crypto"
)

// folder is what this machine keeps for one office.
type folder struct {
	d      *desk
	origin string
}

// office is the folder of an office whose origin was checked: an origin has no
// slash and no leading dot, so it is safe as a name.
func (d *desk) office(origin string) folder { return folder{d, origin} }

func (d *desk) base() string {
	if d.home != "" {
		return d.home
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return "ombra-desk" // no home: the current folder
	}
	return filepath.Join(config, "ombra-desk")
}

func (f folder) path(parts ...string) string {
	return filepath.Join(append([]string{f.d.base(), f.origin}, parts...)...)
}

var errNoOffice = usage("no office is known here yet", "name it with --origin, or pin its file: ombra-desk office pin office.note")

// known finds the office that is meant: the one named, or the only one here.
func (d *desk) known() (folder, error) {
	if d.origin != "" {
		if err := crypto.CheckOrigin(d.origin); err != nil {
			return folder{}, usage(err.Error(), "--origin is the office's fixed id, not an address")
		}
		return d.office(d.origin), nil
	}
	switch list := d.offices(); len(list) {
	case 0:
		return folder{}, errNoOffice
	case 1:
		return d.office(list[0]), nil
	default:
		return folder{}, usage("more than one office is known here: "+strings.Join(list, ", "), "name one with --origin")
	}
}

// offices are the origins that something is kept of.
func (d *desk) offices() []string {
	list, _ := os.ReadDir(d.base()) // none yet, before the first time
	var origins []string
	for _, e := range list {
		if e.IsDir() && crypto.CheckOrigin(e.Name()) == nil {
			origins = append(origins, e.Name())
		}
	}
	return origins
}

// put writes a file whole or not at all, for its owner only. It may replace an
// older one: what is put here is this program's own.
func (f folder) put(b []byte, parts ...string) error {
	name := f.path(parts...)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil { //nolint:gosec // the user's own folder
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() //nolint:gosec // our own; gone already if all went well
	if err := fill(tmp, b); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name) //nolint:gosec // the user's own folder
}

// pinned is pins.json.
type pinned struct {
	Origin      string                      `json:"origin"`
	LogVerifier string                      `json:"log_verifier"`
	Enrolments  map[string]pinnedEnrolments `json:"enrolments"`
	// Past are enrolments that those replaced, oldest first.
	Past           map[string][]pinnedEnrolments `json:"past,omitempty"`
	LastSize       int64                         `json:"last_size"`
	LastCheckpoint string                        `json:"last_checkpoint"`
}

type pinnedEnrolments struct {
	Recipient string `json:"recipient"`
	Verifier  string `json:"verifier"`
	Day       string `json:"day"`
	Key       string `json:"key_fingerprint"`     // for people
	Signs     string `json:"signing_fingerprint"` // likewise
}

// pins reads what is pinned for the office; nothing is, before the first time.
func (f folder) pins() (papers.Pins, error) {
	p := papers.Pins{Enrolments: map[string]crypto.EnrolNote{}}
	b, err := os.ReadFile(f.path("pins.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	damaged := fail("the pins on this machine are damaged", "restore pins.json from a copy; only if there is none, delete it, pin the office file anew and compare every fingerprint")
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var j pinned
	if dec.Decode(&j) != nil || j.Origin != f.origin {
		return p, damaged
	}
	p.Origin, p.LogVerifier = j.Origin, j.LogVerifier
	p.LastSize, p.LastCheckpoint = j.LastSize, []byte(j.LastCheckpoint)
	for name, e := range j.Enrolments {
		n := e.note(f.origin, name)
		if n.Check() != nil {
			return p, damaged
		}
		p.Enrolments[name] = n
	}
	for name, list := range j.Past {
		for _, e := range list {
			n := e.note(f.origin, name)
			if n.Check() != nil {
				return p, damaged
			}
			p.AddPast(n)
		}
	}
	return p, nil
}

func (e pinnedEnrolments) note(origin, name string) crypto.EnrolNote {
	return crypto.EnrolNote{Origin: origin, Name: name, Recipient: e.Recipient, Verifier: e.Verifier, Day: e.Day}
}

func pinnedOf(e crypto.EnrolNote) pinnedEnrolments {
	key, signs := fingerprints(e)
	return pinnedEnrolments{e.Recipient, e.Verifier, e.Day, key, signs}
}

func (f folder) savePins(p papers.Pins) error {
	j := pinned{
		Origin: f.origin, LogVerifier: p.LogVerifier, Enrolments: map[string]pinnedEnrolments{},
		LastSize: p.LastSize, LastCheckpoint: string(p.LastCheckpoint),
	}
	for name, e := range p.Enrolments {
		j.Enrolments[name] = pinnedOf(e)
	}
	for name, list := range p.Past {
		if j.Past == nil {
			j.Past = map[string][]pinnedEnrolments{}
		}
		for _, e := range list {
			j.Past[name] = append(j.Past[name], pinnedOf(e))
		}
	}
	b, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	return f.put(append(b, '\n'), "pins.json")
}

// officeFile is the pinned office file, verified by the pinned key.
func (f folder) officeFile() (crypto.OfficeNote, error) {
	msg, err := os.ReadFile(f.path("office.note"))
	if err != nil {
		return crypto.OfficeNote{}, fail("no office file is pinned here", "ombra-desk office pin office.note")
	}
	p, err := f.pins()
	if err != nil {
		return crypto.OfficeNote{}, err
	}
	return crypto.ParseOffice(msg, p.LogVerifier)
}
