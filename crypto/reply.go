package crypto

import "slices"

const replyMagic = "ombra-reply/1"

// A ReplyNote is an ombudsman's words (ombra-reply/1): the inner note that
// travels inside envelopes, readable with stock age. Its head names the case
// and the filer it is for, so that a host that holds the ciphertexts cannot
// show one person's answer to another.
type ReplyNote struct {
	Origin string
	Case   string
	Once   string // the act's, 32 hex
	Day    string
	By     string
	What   string // answer, ask, remedy, note, lessons
	Filer  string // FilerHash of whom it is for, or "-" for note and lessons
	Files  []FileRef
	Words  string // clean text; pass it through Signable first
}

// Check says which field is malformed, if one is.
func (n ReplyNote) Check() error {
	toFiler := n.What == "answer" || n.What == "ask" || n.What == "remedy"
	return checkAll(replyMagic,
		rule{"origin", CheckOrigin(n.Origin) == nil},
		rule{"case", isCaseID(n.Case)},
		rule{"once", isHex(n.Once, 32)},
		rule{"day", isDay(n.Day)},
		rule{"by", isName(n.By)},
		rule{"what", slices.Contains([]string{"answer", "ask", "remedy", "note", "lessons"}, n.What)},
		rule{"filer", toFiler && isHex(n.Filer, 64) || !toFiler && n.Filer == "-"},
		rule{"file", areFiles(n.Files)},
		rule{"words", isWords(n.Words)},
	)
}

// Text writes what is signed: the head, an empty line, the words.
// A malformed note has none.
func (n ReplyNote) Text() string {
	if n.Check() != nil {
		return ""
	}
	var w lineWriter
	w.magic(replyMagic)
	w.value("origin", n.Origin)
	w.value("case", n.Case)
	w.value("once", n.Once)
	w.value("day", n.Day)
	w.value("by", n.By)
	w.value("what", n.What)
	w.value("filer", n.Filer)
	w.files(n.Files)
	w.words(n.Words)
	return w.String()
}

// ParseReply reads the text of a reply. It verifies nothing: OpenReply does.
func ParseReply(text string) (ReplyNote, error) {
	r := &lineReader{rest: text}
	r.magic(replyMagic)
	n := ReplyNote{
		Origin: r.value("origin"),
		Case:   r.value("case"),
		Once:   r.value("once"),
		Day:    r.value("day"),
		By:     r.value("by"),
		What:   r.value("what"),
		Filer:  r.value("filer"),
		Files:  r.files(),
		Words:  r.words(),
	}
	if err := r.end(); err != nil {
		return ReplyNote{}, err
	}
	if err := n.Check(); err != nil {
		return ReplyNote{}, err
	}
	return n, nil
}

// Sign signs the reply with the key named <origin>/<by>.
func (n ReplyNote) Sign(k SigningKey) ([]byte, error) {
	return signed(k, n.Origin+"/"+n.By, n.Check(), n.Text())
}

// OpenReply verifies a reply by the verifier of the ombudsman it names.
func OpenReply(msg []byte, verifier string) (ReplyNote, error) {
	text, err := OpenNote(msg, verifier)
	if err != nil {
		return ReplyNote{}, err
	}
	n, err := ParseReply(text)
	if err != nil {
		return ReplyNote{}, err
	}
	if VerifierName(verifier) != n.Origin+"/"+n.By {
		return ReplyNote{}, refuse(WhySignature)
	}
	return n, nil
}
