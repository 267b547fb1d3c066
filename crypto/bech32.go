package crypto

import "strings"

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 encodes data under a lower-case human-readable part, as BIP 173 says
// but without its length limit, exactly as age does. age keeps its own encoder
// internal, and has no constructor from raw seed bytes.
func bech32(hrp string, data []byte) string {
	values := regroup(data)
	check := bech32Checksum(hrp, values)
	var b strings.Builder
	b.Grow(len(hrp) + 1 + len(values) + len(check))
	b.WriteString(hrp)
	b.WriteByte('1')
	for _, v := range append(values, check...) {
		b.WriteByte(bech32Alphabet[v])
	}
	return b.String()
}

// regroup turns 8-bit bytes into 5-bit values, the last one filled with zeros.
func regroup(data []byte) []byte {
	out := make([]byte, 0, (len(data)*8+4)/5+6)
	var acc uint32
	bits := 0
	for _, c := range data {
		acc = acc<<8 | uint32(c)
		for bits += 8; bits >= 5; {
			bits -= 5
			out = append(out, byte(acc>>bits&31))
		}
	}
	if bits > 0 {
		out = append(out, byte(acc<<(5-bits)&31))
	}
	return out
}

func bech32Checksum(hrp string, values []byte) []byte {
	in := make([]byte, 0, 2*len(hrp)+1+len(values)+6)
	for _, c := range []byte(hrp) {
		in = append(in, c>>5)
	}
	in = append(in, 0)
	for _, c := range []byte(hrp) {
		in = append(in, c&31)
	}
	in = append(append(in, values...), 0, 0, 0, 0, 0, 0)
	mod := bech32Polymod(in) ^ 1
	out := make([]byte, 6)
	for i := range out {
		out[i] = byte(mod >> (5 * (5 - i)) & 31)
	}
	return out
}

func bech32Polymod(values []byte) uint32 {
	gen := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	chk := uint32(1)
	for _, v := range values {
		top := chk >> 25
		chk = (chk&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range gen {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	return chk
}
