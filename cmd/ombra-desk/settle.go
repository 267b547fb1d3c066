package main

// noteMissed says what a settlement carries beside its words.
func (d *desk) noteMissed(messages int, left []string) {
	if messages > 0 {
		d.note("With it, signed by you, goes what was written to the filer and did not reach the receipt that stays (messages: %d).\n", messages)
	}
	for _, name := range left {
		d.note("The file %s is too large for that: send it again with an answer of its own.\n", name)
	}
}
