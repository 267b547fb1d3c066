package crypto

import "errors"

// Why is the stable word for the reason something foreign was refused. The bot
// maps each to a phrase of its catalog, so a word is never renamed.
type Why string

// The reasons, each with its sentence in the table below.
const (
	WhyPlugin       Why = "plugin"
	WhySSH          Why = "ssh"
	WhyRecipient    Why = "recipient"
	WhyIdentity     Why = "identity"
	WhyPassphrase   Why = "passphrase"
	WhyPasscode     Why = "passcode"
	WhyMixed        Why = "mixed"
	WhyNoRecipient  Why = "no-recipient"
	WhyTooLarge     Why = "too-large"
	WhyHeader       Why = "header"
	WhyArmor        Why = "armor"
	WhyTruncated    Why = "truncated"
	WhyNotAge       Why = "not-age"
	WhyTooMany      Why = "too-many"
	WhyUnknownFile  Why = "unknown-file"
	WhyBadZip       Why = "bad-zip"
	WhyCaseMismatch Why = "case-mismatch"
	WhySignature    Why = "signature"
	WhyFormat       Why = "format"
	WhyKeyMismatch  Why = "key-mismatch"
	WhyWrongKey     Why = "wrong-key"
)

var sentences = map[Why]string{ //nolint:gosec // G101 takes the words about keys for keys
	WhyPlugin:       "this key needs an age plugin, which is not run here; use a key that age-keygen made",
	WhySSH:          "SSH keys are not taken here; make an age key with age-keygen -pq",
	WhyRecipient:    "this is not an age public key; copy the whole line that begins with age1",
	WhyIdentity:     "this is not an age secret key; use the file that age-keygen made",
	WhyPassphrase:   "this file is encrypted with a passphrase, which nobody here knows; encrypt it to the public keys of the office",
	WhyPasscode:     "this passcode does not open the file; type it again as it was shown, or get the papers again",
	WhyMixed:        "this file mixes post-quantum and classic keys; encrypt it to keys of one kind",
	WhyNoRecipient:  "this file is encrypted to no key of a known kind; encrypt it to the public keys of the office",
	WhyTooLarge:     "this file is too large; send a smaller one",
	WhyHeader:       "the beginning of this age file is damaged; make the file again and send it whole",
	WhyArmor:        "the pasted block is damaged; paste it whole, from its BEGIN line to its END line, or send it as a file",
	WhyTruncated:    "this age file is cut off or damaged; send it again whole",
	WhyNotAge:       "this is not an age file; choose the encrypted file",
	WhyTooMany:      "this file is encrypted to too many keys; encrypt it only to those that were asked for",
	WhyUnknownFile:  "this file holds something that does not belong in it; make it again with ombra-desk",
	WhyBadZip:       "the contents of this file are damaged; make it again with ombra-desk",
	WhyCaseMismatch: "this file belongs to another case; get the papers again and tell oversight if it stays so",
	WhySignature:    "the signature does not fit; do not trust this, and make or get it again",
	WhyFormat:       "this is not written in the form that was expected; make it again with ombra-desk",
	WhyKeyMismatch:  "this holds another key than the one that was announced; do not use it, and tell oversight",
	WhyWrongKey:     "no key at hand opens this file; use the key that it was encrypted to",
}

// Refusal is the error for everything foreign that is refused. It carries no
// byte of what was refused, so that it can be shown and logged.
type Refusal struct{ Why Why } //nolint:errname // a refusal is the word for it in the design

// Error is one sentence that says what to do.
func (r *Refusal) Error() string {
	if s, ok := sentences[r.Why]; ok {
		return s
	}
	return "this was refused"
}

// Refused gives the reason in err, or "" when err is no refusal.
func Refused(err error) Why {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Why
	}
	return ""
}

// refuse is the short form. Causes from below are dropped on purpose: the
// errors of age and of the parsers quote what they read.
func refuse(w Why) error { return &Refusal{Why: w} }
