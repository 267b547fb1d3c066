// Package custody is the log of acts: an append-only Merkle tree
// (golang.org/x/mod/sumdb/tlog, RFC 6962 hashes) whose leaves say nothing by
// themselves, and what is signed, proved and verified over it. It outlives the
// content of the cases. It stores nothing: callers give it the hashes.
//
// # Leaf
//
// A leaf is canonical JSON, without blanks, keys in this order:
//
//	{"v":1,"day":"2026-11-23","c":"<base64 HMAC-SHA256(nonce, details)>"}
//
// The commitment c hides and binds details under a random nonce of 32 bytes, so
// that a padded no-op looks like any act. Details are canonical JSON as well,
// keys in the order of [Details]. Nonce and details are kept beside the leaf;
// shredding a case deletes them, and its leaves stay, meaningless. For the
// "opened" leaf alone the nonce comes from the receipt and the details are
//
//	{"act":"opened","day":"2026-11-23","lookup":"<stored lookup hash, hex>"}
//
// so that whoever holds the receipt can prove that a report was lodged that
// day, even if the office denies it.
//
// The "shredded" leaf keeps its opening and lists in "leaves" the numbers of
// the leaves that it made unopenable. Every other leaf must open for an
// auditor, or a quiet drop would look like a shredding.
//
// # Storage
//
// Leaf n completes one hash or more: its own and those of the subtrees that it
// closes. They are stored with it, in one row, 32 bytes each ([Blob]).
// [Locate] says in which row, and where in it, one of tlog's stored hashes is.
//
// # Days and checkpoints
//
// Before the daily checkpoint the day is filled with no-ops to 8, 16, 32 …
// leaves ([Pad]), also on quiet days. A checkpoint is a C2SP tlog-checkpoint
// without extension lines, a note signed by the log key, whose name is the
// origin:
//
//	ombud.example.org
//	8
//	<base64 root>
//
//	— ombud.example.org <base64>
//
// # Proof
//
// That leaf 5 is in the tree of size 8 ("index"), or that the tree of size 8 is
// a continuation of the one of size 4 ("from"):
//
//	ombra-proof/1
//	index 5
//	size 8
//	<base64 hash>
//	<base64 hash>
//	<base64 hash>
//
// # Auditor bundle
//
//	vkey              the log's verifier, one line
//	leaves.jsonl      the leaves, one a line, from leaf 0
//	checkpoints/…     signed checkpoints, names ending in .note
//	opened.jsonl      {"n":5,"nonce":"<hex>","details":{…}} for each leaf
//	                  that opens, ascending
//
// [Verify] recomputes all of it and names the first break.
package custody
