package crypto

import "math/bits"

const (
	smallestBucket = 4 << 10
	powerOfTwoTop  = 64 << 10
)

// Bucket is the padded size of n bytes: up to 64 KiB the next power of two and
// at least 4 KiB, above that Padmé, whose overhead is at most 3.1 % there. Text
// is nearly always one bucket; of a large file only the leading bits of its
// length show.
func Bucket(n int64) int64 {
	if n <= smallestBucket {
		return smallestBucket
	}
	if n <= powerOfTwoTop {
		return 1 << bits.Len64(uint64(n-1))
	}
	e := bits.Len64(uint64(n)) - 1
	s := bits.Len64(uint64(e)) //nolint:gosec // e is between 16 and 62
	mask := int64(1)<<(e-s) - 1
	return (n + mask) &^ mask
}
