package cases

// Subject is what a notice is about: never which case.
type Subject string

// The subjects.
const (
	News     Subject = "news"     // something in the inbox changed
	Danger   Subject = "danger"   // somebody may be in danger; told at once, with the filer's consent
	Mandate  Subject = "mandate"  // the ombudsman's own mandate ends soon
	Deadline Subject = "deadline" // a promised day is near, or has come
	Overdue  Subject = "overdue"  // a promised day has passed unkept
	HoldEnds Subject = "hold"     // a hold ends soon, or has ended, on a case whose time may be over
	Changed  Subject = "roster"   // somebody of the roster is away, is back, leaves or stays longer
	Removed  Subject = "removed"  // the office has ended the mandate of whom it tells

	OfficeNews Subject = "office" // how the office works has changed, or it cannot work as it should
)

// AtOnce is the Hour of a notice that waits for no fixed hour.
const AtOnce = -1

// A Notice tells one of the roster, without content, that it is time to look.
// To is a roster name, never an account. It is told at the Hour-th of the
// office's fixed hours of day Due, so that a notice dates nothing; Hour [AtOnce]
// waits for none. The store draws its Key.
type Notice struct {
	Key   string // random: rowids are reused, and a platform tells a key once
	Gen   int    // grows when later news is folded in
	To    string
	About Subject
	Due   Day
	Hour  int
	Tries int
}

// Outcome is what came of telling a notice; the zero value is "told".
type Outcome struct {
	Again bool // not taken: stays, tries grow
	Dead  bool // never will be, the account is gone: the row goes
}
