package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// papersFor packs papers for somebody.
func (s *hostState) papersFor(args []string) error {
	k, err := s.key()
	if err != nil {
		return err
	}
	e, err := crypto.OpenEnrol([]byte(s.Enrolments[args[0]]))
	if err != nil {
		return err
	}
	to, err := crypto.ParseRecipient(e.Recipient)
	if err != nil {
		return err
	}
	wrap, err := k.Wrap(to)
	if err != nil {
		return err
	}
	today := time.Now().Format(time.DateOnly)
	m := papers.Manifest{
		V: papers.Version, Origin: testOrigin, Case: testCase, Kind: "report", Source: s.Source, Day: today, Stage: "received",
		Flags: []string{"test"}, Opened: today, Me: e.Name, Transport: s.transport().Recipient().String(),
		Keys:     []papers.ManifestKey{{Recipient: k.Recipient().String(), By: "bot"}},
		Receipts: []papers.ManifestReceipt{s.Receipt}, Papers: s.Papers, Head: s.Papers[len(s.Papers)-1].Leaf,
		Log: papers.ManifestLog{Verifier: s.logKey().Verifier()},
	}
	if s.Closed {
		m.Stage = "closed"
	}
	entries := []crypto.Entry{crypto.Bytes(papers.WrapName(0), wrap)}
	for i, k := range s.Rekeys {
		m.Keys = append(m.Keys, papers.ManifestKey{Epoch: i + 1, Recipient: k.Recipient, By: k.By})
		entries = append(entries, crypto.Bytes(papers.KeyName(i+1), k.Statement))
		if w, ok := k.Wraps[e.Name]; ok {
			entries = append(entries, crypto.Bytes(papers.WrapName(i+1), w))
		}
	}
	for _, p := range s.Papers {
		entries = append(entries, crypto.Bytes(p.File, s.Blobs[p.File]))
	}
	for name, msg := range s.Enrolments {
		entries = append(entries, crypto.Bytes(papers.RosterName(name), []byte(msg)))
	}
	pass := crypto.NewPasscode()
	var b bytes.Buffer
	if err := papers.Pack(&b, pass, m, entries); err != nil {
		return err
	}
	return errors.Join(os.WriteFile("papers.age", b.Bytes(), 0o600), os.WriteFile("passcode", []byte(pass.Reveal()+"\n"), 0o600))
}

// act takes an act file, as the bot does, and says what it was.
func (s *hostState) act(args []string) error {
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	b, err := crypto.OpenBundle(raw, s.transport().Age())
	if err != nil {
		return err
	}
	claims, err := crypto.ActClaims(b)
	if err != nil {
		return err
	}
	e, err := crypto.OpenEnrol([]byte(s.Enrolments[claims.By]))
	if err != nil {
		return err
	}
	note, err := crypto.OpenAct(b, e.Verifier)
	if err != nil {
		return err
	}
	if note.Head != s.Papers[len(s.Papers)-1].Leaf {
		fmt.Println("conflict")
		return nil
	}
	parts, err := papers.Carried(note)
	if err != nil {
		return err
	}
	if err := s.rekey(note, b); err != nil {
		return err
	}
	for _, p := range parts {
		blob, _ := b.Get(p.Name)
		if p.For == "case" {
			s.add(p.What, blob)
		} else {
			s.Replies = append(s.Replies, blob)
		}
		fmt.Println(p.Name)
	}
	return s.keepAct(note, b)
}

// keepAct stores the signed act itself, to the newest case key.
func (s *hostState) keepAct(note crypto.ActNote, b *crypto.Bundle) error {
	k, err := s.key()
	if err != nil {
		return err
	}
	to := k.Recipient()
	if n := len(s.Rekeys); n > 0 {
		if to, err = crypto.ParseRecipient(s.Rekeys[n-1].Recipient); err != nil {
			return err
		}
	}
	msg, _ := b.Get("act")
	h := crypto.Header{Case: testCase, Once: note.Once, From: "ombudsman", What: "act", Type: "text/plain", Day: note.Day}
	blob, err := crypto.SealBytes(to, h, msg)
	if err != nil {
		return err
	}
	s.add("act", blob)
	return nil
}

// rekey takes the case key that an act brings, and the act as a paper.
func (s *hostState) rekey(note crypto.ActNote, b *crypto.Bundle) error {
	k, err := papers.RekeyOf(note)
	if err != nil || k.Recipient == "" {
		return err
	}
	msg, _ := b.Get("act")
	key := hostKey{Recipient: k.Recipient, By: note.By, Statement: msg, Wraps: map[string][]byte{}}
	for _, who := range k.Holders {
		key.Wraps[who], _ = b.Get(papers.WrapFor(who))
	}
	s.Rekeys = append(s.Rekeys, key)
	fmt.Printf("rekey %d for %s\n", note.Epoch, strings.Join(k.Holders, " "))
	return nil
}

func (s *hostState) replies([]string) error {
	pass := crypto.NewPasscode()
	var list []crypto.Entry
	for _, blob := range s.Replies {
		list = append(list, crypto.Bytes("x", blob))
	}
	var b bytes.Buffer
	if err := papers.PackReplies(&b, pass, list); err != nil {
		return err
	}
	return errors.Join(os.WriteFile("replies.age", b.Bytes(), 0o600), os.WriteFile("passcode", []byte(pass.Reveal()+"\n"), 0o600))
}

// paper turns a printed backup into what somebody types from it.
func paper(args []string) error {
	b, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var typed []string
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "AGE-SECRET-KEY") || strings.HasPrefix(line, "PRIVATE+KEY") {
			typed = append(typed, line)
		}
	}
	typed = append(typed, "another long passphrase\n", "another long passphrase\n")
	return os.WriteFile(args[1], []byte(strings.Join(typed, "")), 0o600)
}

// audit writes an auditor bundle of eight leaves, and the checkpoint beside it.
func (s *hostState) audit(args []string) error {
	var tree custody.Memory
	var leaves, opened bytes.Buffer
	for n := range int64(8) {
		details := custody.Details{Act: "message", Day: "2026-11-23", Case: testCase, Once: fmt.Sprintf("%032d", n)}.JSON()
		leaf := custody.Leaf("2026-11-23", [32]byte{byte(n)}, details)
		tree.Append(leaf)
		leaves.Write(append(leaf, '\n'))
		opened.Write(custody.OpenedLine(n, [32]byte{byte(n)}, details))
	}
	root, err := custody.Root(8, &tree)
	if err != nil {
		return err
	}
	note, err1 := custody.SignCheckpoint(s.logKey(), custody.Checkpoint{Origin: testOrigin, Size: 8, Root: root})
	other, err2 := custody.SignCheckpoint(s.logKey(), custody.Checkpoint{Origin: testOrigin, Size: 8, Root: tlog.Hash{1}})
	dir := args[0]
	return errors.Join(err1, err2, os.MkdirAll(filepath.Join(dir, "checkpoints"), 0o700),
		os.WriteFile(filepath.Join(dir, "vkey"), []byte(s.logKey().Verifier()+"\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "leaves.jsonl"), leaves.Bytes(), 0o600),
		os.WriteFile(filepath.Join(dir, "opened.jsonl"), opened.Bytes(), 0o600),
		os.WriteFile(filepath.Join(dir, "checkpoints", "8.note"), note, 0o600),
		os.WriteFile("seen.note", note, 0o600), os.WriteFile("other.note", other, 0o600))
}
