// # Signed notes
//
// Whatever binds somebody is a signed note as golang.org/x/mod/sumdb/note
// defines it: text, an empty line, and a line "— name base64", plain Ed25519
// over the text including its last newline. Exactly one signature, in its one
// spelling. Keys are named <origin> (an office's log), <origin>/<roster name>,
// and <origin>/filer (every receipt's). An auditor needs none of our code:
//
//	openssl pkeyutl -verify -pubin -rawin
//
// The first line of a text is its magic; an origin has no slash, so a
// checkpoint, whose first line is its origin, is never mistaken for one. Then
// come lines "key value" in exactly the order below, at least one blank between
// them, no line left out but those that may be there zero times, nothing after
// the last. A number has no leading zero, a hash is lower-case hex, a day is
// 2026-11-23, a list ascends by bytes and repeats nothing. A value is one clean
// line (CleanLine leaves it as it is); free text comes last, after one empty
// line, and Signable leaves it as it is.
//
//	ombra-act/1     origin case epoch once day by do head receipts log
//	                set <key> <value>*  carry <name> <sha256>*
//	ombra-reply/1   origin case once day by what filer
//	                file <sha256> <name>*  empty line, text
//	ombra-filer/1   origin lookup once day do
//	                file <sha256> <name>*  empty line, text
//	ombra-enrol/1   origin name recipient verifier day
//	ombra-claim/1   origin lookup recipient verifier nonce tag kind
//	                exclude <name>*  inner <name> <sha256>+
//	ombra-office/1  one line of JSON, keys in the order of OfficeNote
//
// An act file is a bundle of "act" (the signed act) and the entries it carries;
// a sealed file is a bundle of "claim" and the inner files: body.age, own.age,
// att-1.age to att-999.age. Either is one age file to the transport recipient
// (SealBundle), and holds nothing that its note does not name.
//
// For example, an act of anna's on the case 7F3K-9QWD, signed with the key of 32
// bytes of 1:
//
//	ombra-act/1
//	origin ombud.example.org
//	case 7F3K-9QWD
//	epoch 0
//	once 000102030405060708090a0b0c0d0e0f
//	day 2026-11-23
//	by anna
//	do close
//	head 1111111111111111111111111111111111111111111111111111111111111111
//	receipts 2222222222222222222222222222222222222222222222222222222222222222
//	log 24
//	set disposition substantiated
//	carry answer.age ee9555184346cf42bc9ef6619d764c88f4c193f8fabbbffc0cceacfa44a9dd35
//
//	— ombud.example.org/anna vLColwN8Ckcs6ZnpLCnACCf3rWhI+z1Huu81ZDdui2Q2M5aUGgssnv3zJkEbtDzg6MIWmWvOxgTQg0TFvH+yUgtgUwE=
package crypto
