package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"

	"filippo.io/age/armor"

	"ombra/crypto"
)

// readEnrolment reads what an ombudsman sent. Mail turns line ends into CRLF;
// what is signed has none, so nothing is lost by taking them out.
func readEnrolment(file string) ([]byte, crypto.EnrolNote, error) {
	text, err := readSmall(file)
	if err != nil {
		return nil, crypto.EnrolNote{}, err
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	note, err := crypto.OpenEnrol(text)
	if err != nil {
		return nil, note, refuse(file+": "+classify(err).Error(), "have it sent again as an attachment: mail changes what stands in its text")
	}
	return text, note, nil
}

// readSmall reads a file that somebody handed in.
func readSmall(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fail("there is no file at "+name, "look for its name, and in which folder it is")
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fail(name+" is a folder", "name the file that ombra-desk key new wrote")
	case info.Size() > maxPrivate:
		return nil, refuse(name+" is too large to be an enrolment", "use the one that ombra-desk key new wrote")
	}
	return os.ReadFile(name) //nolint:gosec // the operator or the office names the file
}

// mayWrite refuses to write a challenge over anything but an older one, which
// the new one makes worthless, under the name that only challenges have.
func mayWrite(out string, own bool) error {
	info, err := os.Lstat(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && own && info.Mode().IsRegular() && isAge(out) {
		return nil
	}
	return fail("there is a file at "+out+" already", "remove it, or choose another with --out")
}

// isAge looks at how a file begins.
func isAge(name string) bool {
	f, err := os.Open(name) //nolint:gosec // the operator names the file
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	begins := make([]byte, len(armor.Header))
	n, _ := f.Read(begins)
	return bytes.HasPrefix(begins[:n], []byte("age-encryption.org/v1\n")) || bytes.Equal(begins[:n], []byte(armor.Header))
}
