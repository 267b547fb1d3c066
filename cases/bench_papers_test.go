package cases_test

import (
	"bytes"
	"fmt"
	"testing"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/crypto/receipt"
)

// BenchmarkPapers packs a case for an ombudsman's own machine, an act with its
// leaf and its synced commit, and opens it there.
func BenchmarkPapers(b *testing.B) {
	for _, size := range []int64{0, 5 << 20} {
		o := benchOffice(b)
		id, desk := fileWith(b, o, size)
		var file bytes.Buffer
		passcode := ""
		pack := func(b *testing.B) {
			b.Helper()
			file.Reset()
			folder, err := desk.Papers(b.Context(), id, cases.NewOnce())
			if err == nil {
				passcode, err = folder.Passcode, folder.Write(&file)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		pack(b)
		b.Run(fmt.Sprintf("pack/%dMB", size>>20), func(b *testing.B) {
			for b.Loop() {
				pack(b)
			}
			b.ReportMetric(float64(file.Len()), "file-B")
		})
		b.Run(fmt.Sprintf("open/%dMB", size>>20), func(b *testing.B) {
			for b.Loop() {
				if _, err := o.Machines["anna"].Open(file.Bytes(), passcode); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fileWith files until anna is a holder, with a file of so many bytes if any.
func fileWith(b *testing.B, o *bottest.Office, size int64) (cases.ID, *cases.Desk) {
	b.Helper()
	desk, err := o.Cases.Desk("anna")
	if err != nil {
		b.Fatal(err)
	}
	for {
		r := receipt.New(o.Cases.Office.Origin)
		f := cases.Filing{
			Kind: cases.Report, Source: cases.Typed, Public: r.Public([32]byte{}), Gate: "1", Text: benchText,
			Tag: r.Tag, Signer: r.Signer(),
		}
		if size > 0 {
			f.Files = []cases.Attachment{{
				Name: "a.bin", Type: "application/octet-stream", Size: size,
				Open: bottest.FileOf("", bytes.Repeat([]byte("x"), int(size))).Open,
			}}
		}
		if _, err := o.Cases.File(b.Context(), f); err != nil {
			b.Fatal(err)
		}
		list, _, err := desk.Inbox(b.Context(), 0, 1)
		if err != nil {
			b.Fatal(err)
		}
		if len(list) > 0 {
			return list[0].ID, desk
		}
	}
}
