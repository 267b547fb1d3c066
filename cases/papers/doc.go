// Package papers is a case as files: both ends of the format in which an
// ombudsman gets a case, of the acts that come back, and of the replies that a
// filer reads offline. It runs on the host (Pack, PackReplies, Carried) and on
// people's own machines (Open, Read, Act, OpenReplies), and touches no
// database and no network.
//
// # Papers
//
// Papers are one age passphrase file, [FileName], under a one-time passcode
// (package crypto, SealPasscode), around a padded zip with these entries in
// this order; the order of the rest is free:
//
//	manifest.json           the list of contents, ombra-papers/1
//	log.vkey                the verifier of the custody log, one line
//	wrap-<epoch>.age        one or more: the case key for the reader
//	paper-<N, 6 digits>.age each paper of the case, one age file to the case key
//	roster-<name>.note      signed enrolments (ombra-enrol/1)
//	checkpoint-<size>.note  daily checkpoints since the last the reader has seen
//	proof-<size>            ombra-proof/1 from the checkpoint before to this one
//
// The manifest is one line of JSON with exactly the keys of [Manifest], in that
// order, none left out. It is the host's word and binds nobody:
//
//	{"v":"ombra-papers/1","origin":"ombud.example.org","case":"7F3K-9QWD",
//	 "kind":"report","source":"typed","day":"2026-11-23","stage":"received",
//	 "flags":[],"opened":"2026-11-23","ack_due":"2026-11-30",
//	 "feedback_due":"2027-02-28","category":"","priority":"","lead":"",
//	 "disposition":"","me":"anna","transport":"age1pq1…",
//	 "keys":[{"epoch":0,"recipient":"age1pq1…","by":"bot"}],
//	 "receipts":[{"recipient":"age1pq1…","verifier":"ombud.example.org/filer+…"}],
//	 "head":"<64 hex>",
//	 "papers":[{"n":1,"file":"paper-000001.age","epoch":0,"kind":"report",
//	   "leaf":"<64 hex>","sum":"<64 hex>","size":5755}],
//	 "log":{"size":8,"verifier":"ombud.example.org+…"}}
//
// (on one line). keys are by epoch from 0 without a gap; receipts are the live
// ones, sorted by FilerHash, and called r1, r2, …; papers ascend by n; head is
// the leaf of the last paper; log.size is that of the last checkpoint, also of
// one that is not sent again.
//
// # Reading
//
// [Papers.Read] believes, in this order: the pins of the machine, the reader's
// own keys, the first envelope, and signatures by pinned keys. The first
// envelope pins the filer's keys, the exclusions and the holders. Whatever the
// host says beside that is compared, and what differs is a warning. An excluded
// reader is shown nothing.
//
// Envelopes (ombra-envelope/1) hold by their what:
//
//	report         text, with a machine block at its end when it was typed
//	more           ombra-filer/1, signed by the receipt
//	answer, ask    ombra-reply/1, signed by an ombudsman; bare text when typed in chat
//	note, lessons  the same, for ombudsmen
//	file           an attachment; it belongs to what has the same once and sender
//	act            ombra-act/1; from a filer: ombra-claim/1 of what has the same once
//
// With inner=age the body is the age file that the filer's device made; inside
// is an envelope with lookup in place of case, or, from stock age, anything.
//
// # The machine block
//
// A typed report is readable text, then
//
//	-- ombra-form/1 --
//	{"form":"cyber/1","lang":"en","kind":"report","answers":{"category":["exploit"]}}
//
// A block in any other spelling stays in the text.
//
// # Acts
//
// An act file is [ActName]: the signed ombra-act/1 and what it carries, sealed
// to the transport recipient. It carries by do:
//
//	answer  answer.case.age answer.r1.age …
//	ask     ask.case.age ask.r1.age …
//	note    note.case.age
//	close   answer.case.age answer.r1.age … lessons.case.age
//
// and attachments as file1.case.age file1.r1.age … (with a note, the case's copy
// alone). Each is one age file to one recipient, the case key of the act's epoch
// or the receipt, around an envelope from=ombudsman with the act's once. All
// copies of words hold the same signed note. close sets disposition.
//
// # Replies
//
// A file of replies is an age passphrase file around reply-000001.age, …: the
// age files to one receipt, in order.
package papers
