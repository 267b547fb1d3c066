// Package receipt makes and reads receipts: the 28 symbols that prove that a
// case is somebody's, and everything that is derived from them.
//
// # Format
//
// A receipt is a secret of 16 random bytes, bound to one office by its origin.
// It is shown as 28 Crockford base32 symbols in 7 groups of 4:
//
//	version (2 bits, 0) || secret (128 bits) || checksum (10 bits)
//	checksum = the first 10 bits of
//	           SHA-256("ombra-receipt/1\0" || origin || "\0" || secret)
//
// Read it without regard to case; O is 0, I and L are 1; spaces, dashes and
// dots are skipped. The checksum finds 99.9 % of mistyped symbols, and a
// receipt of another office.
//
// Words would be easier to say, but scanners for leaked data look for wallet
// phrases: an alarm in a filer's messages would tell who the filer is. For the
// same reason the derived age identity is never shown in a chat.
//
// # Derived values
//
// All come from HKDF-SHA256 with the secret as key material and
// "ombra-receipt/1\0" || origin as salt; nothing slow is needed at 128 bits.
//
//	info "lookup"              16 bytes  lookup code; the store keeps
//	                                     SHA-256("ombra-lookup/1\0" || code)
//	info "age-mlkem768x25519"  32 bytes  seed of the hybrid age identity
//	info "log"                 32 bytes  nonce of the "opened" log leaf
//	info "submission"          32 bytes  HMAC key of the submission tag
//	info "sign"                32 bytes  Ed25519 seed of <origin>/filer
//	info "again" || tag        16 bytes  secret of the receipt of a
//	                                     resubmission that excludes one more
//
// The lookup code alone fetches a case's stage and the sealed answers, and
// opens none of them: it may be typed where the receipt itself may not.
//
// # Public half
//
// A store keeps the lookup hash, the recipient, the verifier, the nonce (while
// the case is kept) and the submission tag. None of them leads back.
//
// # Example
//
// Of the secret 000102030405060708090a0b0c0d0e0f in the office
// ombud.example.org:
//
//	receipt      0004-1061-050R-3GG2-8A1C-60T3-GFHY
//	lookup code  306e0b6c473593a17170ad1616a64a07
//	lookup hash  8999de3dbb37d560abcb5109277e1aff556138ba337e0338ff5b113644aa367d
//	identity     AGE-SECRET-KEY-PQ-1G02DK8QXZPDWNG7HRT9RFX9VZMW8GY6HCTZ3RW6EFVNX86H23JKSRHUZ78
//	log nonce    85af73b0bc910415d0ee061ca6f5e396ffca27a248a18e465121ed697eaf2e58
//	submission   38514686fbc801a57c1f48d58edf8dc87291991fa3ee5596bc75d77fe941cd1f
//	signing seed 2c8bda548416052098e657abd8a4cdd708a98f9d16cba2499e29e864dfdbf1ef
//	verifier     ombud.example.org/filer+aa80eae3+ARvX4nlPD80mxgbXkLAPuOrY0InGff/sdotDCZL5BAEX
package receipt
