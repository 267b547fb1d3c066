package crypto

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
)

// The zip format (APPNOTE 6.3.10), of which a bundle uses one form only: stored,
// sizes in a data descriptor so that contents can be streamed, no extra fields,
// dated 1980-01-01. It is written here and not by archive/zip because the bytes
// are compared on reading and must be the same with every later Go.
const (
	zipLocalLen      = 30
	zipDescriptorLen = 16
	zipCentralLen    = 46
	zipEndLen        = 22

	zipLocalSig      = 0x04034b50
	zipDescriptorSig = 0x08074b50
	zipCentralSig    = 0x02014b50
	zipEndSig        = 0x06054b50

	zipVersion = 20
	zipFlags   = 8 // sizes follow the data
	zipDate    = 0x21
)

// zipOverhead is what an entry costs besides its content.
func zipOverhead(name string) int64 {
	return int64(zipLocalLen + zipDescriptorLen + zipCentralLen + 2*len(name))
}

type zipWriter struct {
	w       *counter
	central []byte
	count   uint16
}

func (z *zipWriter) add(e Entry) error {
	offset := z.w.n
	if _, err := z.w.Write(append(zipCommon(binary.LittleEndian.AppendUint32(nil, zipLocalSig), e.Name, 0, 0), e.Name...)); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	sum, err := z.copy(e)
	if err != nil {
		return err
	}
	size := uint32(e.Size) //nolint:gosec // below maxBundle
	d := binary.LittleEndian.AppendUint32(nil, zipDescriptorSig)
	d = binary.LittleEndian.AppendUint32(d, sum)
	d = binary.LittleEndian.AppendUint32(d, size)
	d = binary.LittleEndian.AppendUint32(d, size)
	if _, err := z.w.Write(d); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	c := binary.LittleEndian.AppendUint32(z.central, zipCentralSig)
	c = binary.LittleEndian.AppendUint16(c, zipVersion) // made by
	c = zipCommon(c, e.Name, sum, size)
	c = append(c, make([]byte, 10)...)                      // comment, disk, attributes
	c = binary.LittleEndian.AppendUint32(c, uint32(offset)) //nolint:gosec // below maxBundle
	z.central = append(c, e.Name...)
	z.count++
	return nil
}

// copy streams one entry and returns its checksum.
func (z *zipWriter) copy(e Entry) (uint32, error) {
	r, err := e.Open()
	if err != nil {
		return 0, fmt.Errorf("write bundle: open an entry: %w", err)
	}
	defer r.Close() //nolint:errcheck // only read from
	h := crc32.NewIEEE()
	n, err := io.Copy(io.MultiWriter(z.w, h), io.LimitReader(r, e.Size+1))
	if err != nil {
		return 0, fmt.Errorf("write bundle: %w", err)
	}
	if n != e.Size {
		return 0, ErrLength
	}
	return h.Sum32(), nil
}

// zipCommon appends the fields that local and central header share.
func zipCommon(b []byte, name string, sum, size uint32) []byte {
	for _, v := range []uint16{zipVersion, zipFlags, 0 /* stored */, 0 /* time */, zipDate} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	for _, v := range []uint32{sum, size, size} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(len(name))) //nolint:gosec // at most 64
	return binary.LittleEndian.AppendUint16(b, 0)              // no extra field
}

// finish writes the central directory and the end record.
func (z *zipWriter) finish() error {
	start := z.w.n
	b := binary.LittleEndian.AppendUint32(z.central, zipEndSig)
	b = binary.LittleEndian.AppendUint32(b, 0) // disk numbers
	b = binary.LittleEndian.AppendUint16(b, z.count)
	b = binary.LittleEndian.AppendUint16(b, z.count)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(z.central))) //nolint:gosec // at most 4097 short records
	b = binary.LittleEndian.AppendUint32(b, uint32(start))          //nolint:gosec // below maxBundle
	b = binary.LittleEndian.AppendUint16(b, 0)                      // no comment
	if _, err := z.w.Write(b); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

// zipEntries lists what is in a zip. The end record is looked at first: it must
// be the last 22 bytes and name few entries, so that a hostile file cannot make
// the reader build a million of them.
func zipEntries(b []byte) ([]*zip.File, error) {
	if len(b) < zipEndLen || int64(len(b)) > maxBundle {
		return nil, refuse(WhyBadZip)
	}
	end := b[len(b)-zipEndLen:]
	count := binary.LittleEndian.Uint16(end[10:])
	if binary.LittleEndian.Uint32(end) != zipEndSig || count > maxEntries+1 {
		return nil, refuse(WhyBadZip)
	}
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(r.File) != int(count) {
		return nil, refuse(WhyBadZip)
	}
	return r.File, nil
}
