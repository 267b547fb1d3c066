package crypto_test

import (
	"fmt"
	"strings"

	"ombra/crypto"
)

// A report is filed, and the one ombudsman it is for reads it.
func Example() {
	anna, err := crypto.NewIdentity() // on her own machine
	if err != nil {
		panic(err)
	}

	// The host, at filing. It forgets the case key at once.
	key, err := crypto.NewCaseKey("7F3K-9QWD")
	if err != nil {
		panic(err)
	}
	wrap, err := key.Wrap(anna.Recipient())
	if err != nil {
		panic(err)
	}
	to := key.Recipient().String()
	msg, err := crypto.SealBytes(key.Recipient(), crypto.Header{
		Case: "7F3K-9QWD", Once: strings.Repeat("9f", 16), From: "filer", What: "report",
		Type: "text/plain; charset=utf-8", Day: "2026-11-23",
	}, []byte("It began in spring.\n"))
	if err != nil {
		panic(err)
	}

	// Her machine, with what the host keeps and claims.
	opened, err := crypto.Unwrap(wrap, "7F3K-9QWD", 0, to, anna.Age())
	if err != nil {
		panic(err)
	}
	h, body, err := crypto.DecryptEnvelope(msg, opened.Identities()...)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s, %s: %s", h.Case, h.Day, body)
	fmt.Println(anna, opened)

	// The same wrap, handed out for another case.
	_, err = crypto.Unwrap(wrap, "8XXX-0000", 0, to, anna.Age())
	fmt.Println(crypto.Refused(err))
	// Output:
	// 7F3K-9QWD, 2026-11-23: It began in spring.
	// [secret] [secret]
	// case-mismatch
}
