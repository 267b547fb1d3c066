// Package crypto seals, opens and signs everything that Ombra keeps or carries.
// It is pure: functions over bytes, readers and writers, without network, clock,
// database or log; days come in as text. Everything is safe for concurrent use,
// except that a reader or writer passed in must not be shared.
//
// # Keys
//
// All encryption is age, version 1 (https://age-encryption.org/v1), to exactly
// one recipient per stored file: so the rows of the database are the access
// list, and post-quantum and classic keys never meet in one file, which age
// refuses. Keys that Ombra makes are hybrid (ML-KEM-768 with X25519). Classic
// X25519 keys and the P-256 keys of hardware tokens are accepted from
// ombudsmen; plugins and SSH keys are not.
//
// Types that hold a secret ([Identity], [CaseKey], [Passcode], [SigningKey])
// keep it in a closure and print [secret] under every verb. Their Reveal method
// is the only way out. What is foreign and refused gives a [Refusal] with a
// stable word; no error quotes what it is about.
//
// # Formats
//
// The names below are frozen: what bears them must open for ever. Each parser
// takes exactly what its writer writes, so nothing has two spellings, and no
// text of one format is taken for another.
//
// ombra-casekey/1 is the plaintext of a wrap: the key of one case and epoch,
// encrypted to one holder. It is an age identity file, the newest epoch first,
// all older ones after it, filled up with spaces to a multiple of 256 bytes:
//
//	# ombra-casekey/1 case=7F3K-9QWD epoch=1
//	AGE-SECRET-KEY-PQ-1…
//	AGE-SECRET-KEY-PQ-1…
//	#                                                        (to 256 bytes)
//
// The case and epoch inside are checked, and so is the recipient of the newest
// identity: age binds a file to nothing, and a host could swap two.
//
// ombra-envelope/1 is the plaintext of every message and attachment: magic,
// [Header] as one line of JSON, a line of spaces, the body to the end:
//
//	ombra-envelope/1
//	{"case":"7F3K-9QWD","once":"9f…","from":"filer","what":"report","type":"text/plain; charset=utf-8","day":"2026-11-23","len":20}
//	                                                         (to 4096 bytes)
//	It began in spring.
//
// The spaces bring the whole to a [Bucket]: up to 64 KiB a power of two of at
// least 4 KiB, above it Padmé. They stand in front, so that stock age shows the
// text right above the prompt, and any body is cut out by hand with
//
//	age -d -i me.key wrap.age | age -d -i - msg.age | tail -n +4
//
// A bundle is a zip of stored, undated entries with names of
// ^[a-z0-9][a-z0-9._-]{0,63}$, whose last entry "padding" holds zeros that bring
// the whole to a Bucket. It travels in an age file to one recipient
// ([SealBundle]: acts and sealed files, to the month's transport recipient) or
// in an age passphrase file ([SealPasscode]: papers). The passcode is 30 symbols
// of Crockford's base32 in lower case, in six groups of five, 150 bits:
//
//	0k3vt-9wzc1-…
//
// Signed texts are notes of golang.org/x/mod/sumdb/note; see [SigningKey] and
// the types ending in Note, each of which describes its lines.
package crypto
