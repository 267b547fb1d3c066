package crypto

const filerMagic = "ombra-filer/1"

// A FilerNote is what a filer says or does after filing (ombra-filer/1), signed
// with the key that only the receipt gives. It is the body of an envelope, and
// names the stored lookup hash instead of the case: the filer's device need not
// know the case's id, and a note cannot be moved to another receipt.
type FilerNote struct {
	Origin string
	Lookup string // stored lookup hash, 64 hex
	Once   string // 32 hex
	Day    string
	Do     string            // add; accept, contest, confirm, missing; later appeal, withdraw, handover, replace
	Set    map[string]string // what it settles: which remedy, and the act that it answers
	Files  []FileRef
	Words  string // clean text; pass it through Signable first
}

// Check says which field is malformed, if one is.
func (n FilerNote) Check() error {
	return checkAll(filerMagic,
		rule{"origin", CheckOrigin(n.Origin) == nil},
		rule{"lookup", isHex(n.Lookup, 64)},
		rule{"once", isHex(n.Once, 32)},
		rule{"day", isDay(n.Day)},
		rule{"do", wordShape.MatchString(n.Do)},
		rule{"set", areSet(n.Set)},
		rule{"file", areFiles(n.Files)},
		rule{"words", isWords(n.Words)},
	)
}

// Text writes what is signed: the head, an empty line, the words. A malformed
// note has none.
func (n FilerNote) Text() string {
	if n.Check() != nil {
		return ""
	}
	var w lineWriter
	w.magic(filerMagic)
	w.value("origin", n.Origin)
	w.value("lookup", n.Lookup)
	w.value("once", n.Once)
	w.value("day", n.Day)
	w.value("do", n.Do)
	w.pairs("set", n.Set)
	w.files(n.Files)
	w.words(n.Words)
	return w.String()
}

// ParseFiler reads the text of a filer's note. It verifies nothing: OpenFiler does.
func ParseFiler(text string) (FilerNote, error) {
	r := &lineReader{rest: text}
	r.magic(filerMagic)
	n := FilerNote{
		Origin: r.value("origin"),
		Lookup: r.value("lookup"),
		Once:   r.value("once"),
		Day:    r.value("day"),
		Do:     r.value("do"),
		Set:    r.pairs("set"),
		Files:  r.files(),
		Words:  r.words(),
	}
	if err := r.end(); err != nil {
		return FilerNote{}, err
	}
	if err := n.Check(); err != nil {
		return FilerNote{}, err
	}
	return n, nil
}

// Sign signs the note with the receipt's key, named <origin>/filer.
func (n FilerNote) Sign(k SigningKey) ([]byte, error) {
	return signed(k, n.Origin+"/"+filerName, n.Check(), n.Text())
}

// OpenFiler verifies a filer's note by the verifier that is stored with the
// receipt's public half, never by one that came along with the note.
func OpenFiler(msg []byte, verifier string) (FilerNote, error) {
	text, err := OpenNote(msg, verifier)
	if err != nil {
		return FilerNote{}, err
	}
	n, err := ParseFiler(text)
	if err != nil {
		return FilerNote{}, err
	}
	if VerifierName(verifier) != n.Origin+"/"+filerName {
		return FilerNote{}, refuse(WhySignature)
	}
	return n, nil
}
