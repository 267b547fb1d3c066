package papers

import (
	"bytes"
	"slices"

	"ombra/crypto"
)

const envelopeMagic = "ombra-envelope/1\n"

// inner opens what was sealed on the filer's own device with the reader's own
// identities: neither the host nor a later grantee can. The host kept it byte
// for byte, and the filer's device printed its hash, so the hash is shown.
func (r *reader) inner(it Item, h crypto.Header, raw []byte) {
	it.Inner = sumOf(raw)
	plain, err := crypto.Decrypt(raw, r.ids...)
	if err != nil {
		it.Unreadable = "it was sealed on the filer's device, and none of your keys opens it: " + reason(err)
		r.unreadable(it)
		return
	}
	if bytes.HasPrefix(plain, []byte(envelopeMagic)) {
		r.sealed(it, h, plain)
		return
	}
	// A bare file of the stock tool: words if it can be words, else a file.
	if h.What != "file" && isText(plain) {
		r.words(&it, string(plain))
		r.add(it)
		return
	}
	f := fileOf(crypto.Header{Name: h.Name, Type: "application/octet-stream"}, plain)
	f.Inner = it.Inner
	r.place(it, f)
}

func (r *reader) place(it Item, f File) {
	if it.What == "file" {
		it.Inner = "" // it is the file's
		r.loose = append(r.loose, loose{it, f})
		return
	}
	it.Files = []File{f}
	r.add(it)
}

// sealed reads an envelope of the filer's device. It names the receipt's lookup
// hash in place of the case, which did not exist yet, and the receipt's keys
// and exclusions: a host that changed them outside did not change them here.
func (r *reader) sealed(it Item, h crypto.Header, plain []byte) {
	in, body, err := crypto.OpenEnvelope(plain)
	if err != nil {
		it.Unreadable = reason(err)
		r.unreadable(it)
		return
	}
	fits := in.Lookup != "" && r.filers.sameLookup(h.Filer, in.Lookup) && in.From == "filer" && sameKind(in.What, h.What) &&
		(in.Filer == "" || in.Filer == h.Filer) && in.Inner == ""
	if !fits {
		r.warnf("Paper %d was sealed for another filing than the one it is shown in.", it.N)
	}
	r.exclude(in.Excluded, it.What == "report")
	if in.What == "file" || it.What == "file" {
		f := fileOf(in, body)
		f.Inner = it.Inner
		r.place(it, f)
		return
	}
	r.words(&it, string(body))
	r.add(it)
}

// sameKind: a device seals a report; where the filer had filed before, the host
// adds it to the case as more.
func sameKind(inside, outside string) bool {
	return inside == outside || inside == "report" && outside == "more"
}

// exclude takes in what the filer excluded on their own device. In the first
// filing the host should have written the same outside.
func (r *reader) exclude(names []string, first bool) {
	for _, name := range names {
		if slices.Contains(r.t.Excluded, name) {
			continue
		}
		if first {
			r.warnf("The filer excluded somebody on their own device whom the host did not exclude.")
		}
		r.t.Excluded = append(slices.Clip(r.t.Excluded), name)
	}
}
