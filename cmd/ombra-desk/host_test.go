package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

const testOrigin = "ombud.example.org"

// hostState is what the server of the scripts keeps between two calls. Unlike
// the real one it keeps the case key, to write further papers.
type hostState struct {
	LogKey, Transport string
	CaseKey           string // of epoch 0
	Rekeys            []hostKey
	Receipt           papers.ManifestReceipt
	Source            string
	Closed            bool
	Papers            []papers.ManifestPaper
	Blobs             map[string][]byte
	Replies           [][]byte
	Enrolments        map[string]string
}

// hostKey is a case key that an act brought.
type hostKey struct {
	Recipient, By string
	Statement     []byte
	Wraps         map[string][]byte
}

func hostMain(args []string) int {
	s := &hostState{Blobs: map[string][]byte{}, Enrolments: map[string]string{}}
	if b, err := os.ReadFile("host.json"); err == nil && json.Unmarshal(b, s) != nil {
		return 1
	}
	do := map[string]func([]string) error{
		"init": s.init, "challenge": s.challenge, "check": s.check, "office": s.office, "file": s.file,
		"typed": s.typed, "papers": s.papersFor, "act": s.act, "replies": s.replies, "audit": s.audit, "paper": paper,
		"binary": binary, "slip": slip, "crlf": crlf, "closed": s.closed, "large": large,
	}[args[0]]
	err := do(args[1:])
	if err == nil {
		b, _ := json.Marshal(s)
		err = os.WriteFile("host.json", b, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "host:", err)
		return 1
	}
	return 0
}

func (s *hostState) init([]string) error {
	k, err := crypto.NewSigningKey(testOrigin)
	if err != nil {
		return err
	}
	id, err := crypto.NewIdentity()
	s.LogKey, s.Transport = k.Reveal(), id.Reveal()
	return err
}

func (s *hostState) logKey() crypto.SigningKey {
	k, _ := crypto.ParseSigningKey(s.LogKey)
	return k
}

func (s *hostState) transport() crypto.Identity {
	id, _ := crypto.ParseIdentity(s.Transport)
	return id
}

func (s *hostState) challenge(args []string) error {
	msg, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	e, err := crypto.OpenEnrol(msg)
	if err != nil {
		return err
	}
	to, err := crypto.ParseRecipient(e.Recipient)
	if err != nil {
		return err
	}
	file, expect, err := crypto.Challenge(testOrigin, to)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile("challenge.age", file, 0o600), os.WriteFile("expect", []byte(hex.EncodeToString(expect[:])), 0o600))
}

func (s *hostState) check(args []string) error {
	answer, err1 := os.ReadFile(args[0])
	raw, err2 := os.ReadFile("expect")
	expect, err3 := hex.DecodeString(string(raw))
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if !crypto.CheckAnswer([32]byte(expect), string(answer)) {
		return errors.New("wrong answer")
	}
	return nil
}

func (s *hostState) office(args []string) error {
	today, days := time.Now(), 30
	if n, err := strconv.Atoi(args[0]); err == nil { // for how many days it is valid
		days, args = n, args[1:]
	}
	n := crypto.OfficeNote{
		Origin: testOrigin, Verifier: s.logKey().Verifier(), Until: today.AddDate(0, 0, days).Format(time.DateOnly),
		Transport: s.transport().Recipient().String(), Designate: 1, RequirePQ: true,
		Forms: json.RawMessage("[]"), Gate: map[string]string{"en": "Read this first."},
		Authorities: []crypto.Authority{{Name: "The ombudsman", Contact: "by post"}},
	}
	for _, name := range args {
		msg, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		e, err := crypto.OpenEnrol(msg)
		if err != nil {
			return err
		}
		s.Enrolments[e.Name] = string(msg)
		n.Ombudsmen = append(n.Ombudsmen, crypto.Mandate{
			Name: e.Name, Role: "ombudsman", Recipient: e.Recipient, Verifier: e.Verifier,
			From: "2020-01-01", Until: today.AddDate(1, 0, 0).Format(time.DateOnly), Enrolment: string(msg),
		})
	}
	msg, err := n.Sign(s.logKey())
	if err != nil {
		return err
	}
	return os.WriteFile("office.note", msg, 0o600)
}

const testCase = "7F3K-9QWD"

func (s *hostState) key() (crypto.CaseKey, error) {
	if s.CaseKey == "" {
		k, err := crypto.NewCaseKey(testCase)
		if err != nil {
			return k, err
		}
		throwaway, err := crypto.NewIdentity()
		if err != nil {
			return k, err
		}
		wrap, err := k.Wrap(throwaway.Recipient())
		if err != nil {
			return k, err
		}
		plain, err := crypto.Decrypt(wrap, throwaway.Age())
		s.CaseKey = string(plain)
		return k, err
	}
	return crypto.ParseCaseKey([]byte(s.CaseKey))
}

// seal stores a paper; the first also pins the holders.
func (s *hostState) seal(h crypto.Header, body []byte) error {
	k, err := s.key()
	if err != nil {
		return err
	}
	h.Case, h.Day = testCase, time.Now().Format(time.DateOnly)
	if h.What == "report" {
		for name, msg := range s.Enrolments {
			e, err := crypto.OpenEnrol([]byte(msg))
			if err != nil {
				return err
			}
			to, _ := crypto.ParseRecipient(e.Recipient)
			h.Holders = append(h.Holders, crypto.Holder{Name: name, Recipient: to.Hash()})
		}
	}
	blob, err := crypto.SealBytes(k.Recipient(), h, body)
	if err != nil {
		return err
	}
	s.add(h.What, blob)
	return nil
}

func (s *hostState) add(kind string, blob []byte) {
	n := int64(len(s.Papers) + 1)
	sum := sha256.Sum256(blob)
	leaf := sha256.Sum256([]byte{byte(n)})
	s.Papers = append(s.Papers, papers.ManifestPaper{
		N: n, File: papers.PaperName(n), Kind: kind, Epoch: len(s.Rekeys), Leaf: hex.EncodeToString(leaf[:]),
		Sum: hex.EncodeToString(sum[:]), Size: int64(len(blob)),
	})
	s.Blobs[papers.PaperName(n)] = blob
}

// file takes a sealed file, as the bot does.
func (s *hostState) file(args []string) error {
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	b, err := crypto.OpenBundle(raw, s.transport().Age())
	if err != nil {
		return err
	}
	claim, err := crypto.OpenSealed(b)
	if err != nil {
		return err
	}
	s.Source, s.Receipt = "sealed", papers.ManifestReceipt{Recipient: claim.Recipient, Verifier: claim.Verifier}
	for _, name := range b.Names()[1:] {
		blob, _ := b.Get(name)
		if name == "own.age" {
			s.Replies = append(s.Replies, blob)
			continue
		}
		if _, err := crypto.CheckForeign(blob, 1<<20); err != nil {
			return err
		}
		h := crypto.Header{Once: strings.Repeat("0", 32), From: "filer", What: "report", Type: "application/octet-stream", Filer: s.Receipt.FilerHash(), Inner: "age", Excluded: claim.Exclude}
		if strings.HasPrefix(name, "att-") {
			h.What, h.Excluded = "file", nil
		}
		if err := s.seal(h, blob); err != nil {
			return err
		}
	}
	msg, _ := b.Get("claim")
	return s.seal(crypto.Header{Once: strings.Repeat("0", 32), From: "filer", What: "act", Type: "text/plain", Filer: s.Receipt.FilerHash()}, msg)
}

// typed files a report as a form does, with the text of a file.
func (s *hostState) typed(args []string) error {
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	rc := receipt.New(testOrigin)
	pub := rc.Public([32]byte{})
	s.Source, s.Receipt = "typed", papers.ManifestReceipt{Recipient: pub.Recipient, Verifier: pub.Verifier}
	body := papers.AppendForm(crypto.Clean(string(text)), papers.Block{Answers: map[string][]string{"category": {"misuse"}, "concerned": {"the head of unit"}}})
	return errors.Join(
		s.seal(crypto.Header{Once: strings.Repeat("0", 32), From: "filer", What: "report", Type: "text/plain", Filer: s.Receipt.FilerHash()}, []byte(body)),
		os.WriteFile("receipt", []byte(rc.Symbols()+"\n"), 0o600))
}
