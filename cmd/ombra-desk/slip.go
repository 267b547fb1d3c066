package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"

	"ombra/crypto/receipt"
)

//go:embed slip.html
var slipPage string

var slipTemplate = template.Must(template.New("slip").Parse(slipPage))

// slipOf is a receipt as a page to print: one file that loads nothing, so that to
// look at it tells nobody.
func slipOf(rc receipt.Receipt, today string) ([]byte, error) {
	code, err := qr.Encode(rc.Symbols(), qr.M)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = slipTemplate.Execute(&page, map[string]any{
		"Origin": rc.Origin(), "Receipt": rc.Symbols(), "Day": today, "Size": code.Size + 2*quiet, "Squares": squares(code),
	})
	return page.Bytes(), err
}

// quiet is the white frame that readers of such codes need, in squares.
const quiet = 4

// squares draws the black ones as one path. It is made of numbers alone.
func squares(code *qr.Code) template.HTMLAttr {
	var path strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return template.HTMLAttr(`d="` + path.String() + `"`) //nolint:gosec // digits and five letters
}
