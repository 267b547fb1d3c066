package cases_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ombra/bot/bottest"
	"ombra/cases"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// large is from which size on a file lies beside the database.
const large = 66_000

// noise is what nothing makes smaller.
func (y *year) noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(y.luck.Uint32())
	}
	return b
}

// attachments are what a filer has to show: mostly nothing, sometimes much. The
// filer's word is in each.
func (y *year) attachments(c *affair) (list []papers.Attachment, big int) {
	for range y.luck.IntN(3) * y.luck.IntN(2) {
		data := []byte(strings.Repeat(c.word+" ", 50))
		if y.one(3) {
			data = append(data, y.noise(large+y.luck.IntN(large))...)
			big++
		}
		a := papers.Attachment{Name: fmt.Sprintf("shown-%d.bin", len(c.files)+1), Data: data}
		c.files[a.Name] = sha256.Sum256(data)
		list = append(list, a)
	}
	c.shelved += big
	return list, big
}

func asCases(list []papers.Attachment) (out []cases.Attachment) {
	for _, a := range list {
		out = append(out, cases.Attachment{
			Name: a.Name, Type: "application/octet-stream", Size: int64(len(a.Data)),
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(a.Data)), nil },
		})
	}
	return out
}

// filed files a case in one of three ways: typed, sealed on the filer's own device,
// or written down by somebody of the office.
func (y *year) filed(c *affair) receipt.Receipt {
	y.Helper()
	text := "It is said: " + c.word + "."
	files, big := y.attachments(c)
	how := y.luck.IntN(6)
	if how > 1 {
		f, r := filing(text, c.excluded...)
		f.Kind, f.Urgent, f.Files = c.kind, y.one(8), asCases(files)
		_, err := y.Cases.File(ctx, f)
		y.must(err)
		y.made["typed"]++
		return r
	}
	said := papers.Filing{Kind: string(c.kind), Words: text, Files: files, Exclude: c.excluded}
	if how == 1 {
		c.told = true
		said = papers.Transcript{
			Source: pick(y, papers.Sources), Received: string(y.today().Add(-y.luck.IntN(5))), Kind: said.Kind, Words: text, Files: files, Exclude: c.excluded,
		}.Filing()
	}
	y.made[map[bool]string{false: "sealed", true: "written down"}[c.told]]++
	c.innerBig = big
	return y.handIn(c, said)
}

// handIn seals to everybody who serves and is not excluded, and hands that in.
func (y *year) handIn(c *affair, said papers.Filing) receipt.Receipt {
	y.Helper()
	d := bottest.Device{Office: crypto.OfficeNote{Origin: bottest.Origin, Transport: y.Recipient().String()}}
	c.inner = map[string]int{}
	for _, name := range y.names() {
		if y.serves(name) && !slices.Contains(c.excluded, name) {
			d.Recipients = append(d.Recipients, y.Machines[name].Identity.Recipient())
			c.inner[name] = y.keys[name]
		}
	}
	r, sealed, err := d.Seal(said, string(y.today()))
	y.must(err)
	in, err := y.Cases.Inspect(sealed.File)
	y.must(err)
	f, err := in.Filing(c.kind, nil, r)
	y.must(err)
	f.Gate = "1"
	_, err = y.Cases.File(ctx, f)
	y.must(err)
	return r
}

// adds is a filer who has more to say, or to show.
func (y *year) adds(c *affair, m *cases.Mine) {
	y.Helper()
	had, shelved := len(c.files), c.shelved
	files, _ := y.attachments(c)
	if !y.done(c, "add", m.Add(ctx, cases.NewOnce(), "More.", asCases(files))) {
		c.shelved = shelved
		for i := range files {
			delete(c.files, fmt.Sprintf("shown-%d.bin", had+i+1))
		}
	}
}

// reads holds what somebody reads in the papers to what was said: what was sealed on
// a device opens for those alone to whom it was sealed, until one of them copies it
// for the case.
func (y *year) reads(c *affair, who string, th *papers.Thread, text string) {
	y.Helper()
	generation, sealed := c.inner[who]
	may := c.inner == nil || c.resealed || sealed && generation == y.keys[who]
	if has := strings.Contains(text, c.word); has != may && (has || len(th.Warnings) == 0) {
		y.Errorf("%s: %s reads the report of %s: %v, and should: %v", y.today(), who, c.id, has, may)
	}
	if !may {
		return
	}
	have := map[string]bool{}
	for _, it := range th.Items {
		for _, f := range it.Files {
			if want, ours := c.files[f.Name]; ours {
				have[f.Name] = true
				if sha256.Sum256(f.Data) != want {
					y.Errorf("%s: %s of %s is another file than was shown", y.today(), f.Name, c.id)
				}
			}
		}
	}
	if len(have) != len(c.files) && len(th.Warnings) == 0 {
		y.Errorf("%s: %s reads %d files of %s, want %d", y.today(), who, len(have), c.id, len(c.files))
	}
	y.made["files read"] += len(have)
}

// shelf: beside the database lie as many files as belong to cases that are kept.
func (y *year) shelf() {
	y.Helper()
	want := 0
	for _, c := range y.all {
		if !c.gone {
			want += c.shelved
		}
	}
	if have := y.onDisk(); len(have) != want {
		y.Errorf("%s: %d files lie beside the database, want %d", y.today(), len(have), want)
	}
}

func (y *year) onDisk() []string {
	y.Helper()
	names, err := filepath.Glob(filepath.Join(y.dir, "files", "*"))
	y.must(err)
	return names
}

// onShelf has a scanner know a file beside the database.
func (y *year) onShelf(s *bottest.Scanner, name string) {
	y.Helper()
	b, err := os.ReadFile(filepath.Join(y.dir, "files", name))
	y.must(err)
	s.Know("the name of a file", name)
	s.KnowBytes("a file", b[100:132])
	s.KnowBytes("a file's end", b[len(b)-32:])
	y.made["files deleted"]++
}
