package sqlite

import (
	"errors"
	"fmt"
	"strings"

	"ombra/cases"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// code is a case id as a number: its 40 bits. Only the one way of writing an id
// is one; what people type is read before it comes here.
func code(id cases.ID) (int64, bool) {
	if len(id) != 9 || id[4] != '-' {
		return -1, false
	}
	var n int64
	for i := range len(id) {
		if i == 4 {
			continue
		}
		v := strings.IndexByte(crockford, id[i])
		if v < 0 {
			return -1, false
		}
		n = n<<5 | int64(v)
	}
	return n, true
}

// caseID is the id of a code.
func caseID(r *row) cases.ID {
	n := r.int64()
	var b [9]byte
	b[4] = '-'
	for i := 8; i >= 0; i-- {
		if i != 4 {
			b[i] = crockford[n&31]
			n >>= 5
		}
	}
	return cases.ID(b[:])
}

// nowhere is the number of a case that is not there.
const nowhere = -1

// number is the number of a case.
func (t *tx) number(id cases.ID) (int64, error) {
	if t.id == id && id != "" {
		return t.n, nil
	}
	c, _ := code(id)
	n := int64(nowhere)
	ok, err := t.one(`SELECT n FROM cases WHERE code = ?`, []any{c}, func(r *row) error { n = r.int64(); return nil })
	if ok && err == nil {
		t.id, t.n = id, n
	}
	return n, err
}

// A part of a case has a row id within its case's range.
const partBits = 20

// parts is the range of row ids of a case's parts, both ends included. Nothing
// lies in the range of nowhere.
func parts(n int64) (first, last int64) { return n << partBits, n<<partBits | (1<<partBits - 1) }

// partOf is the row id of a case's i-th part.
func partOf(n int64, i int) (int64, error) {
	if i < 0 || i >= 1<<partBits {
		return 0, errors.New("sqlite: a case with too many parts")
	}
	return n<<partBits | int64(i), nil
}

const caseColumns = `code, kind, source, stage, flags, opened, acknowledged, answered, closed, ack_due, feedback_due,
	category, priority, disposition, lead, drawn, gate, assess_due, extended, appealed, withdraw, decided, clocked, next,
	cases.n, held_until`

func scanCase(r *row) *cases.Case {
	return &cases.Case{
		ID: caseID(r), Kind: word(r, kinds), Source: word(r, sources), Stage: word(r, stages),
		Flags: flags(r), Opened: r.day(), Acknowledged: r.day(), Answered: r.day(), Closed: r.day(),
		AckDue: r.day(), FeedbackDue: r.day(), Category: r.text(), Priority: word(r, priorities),
		Disposition: word(r, dispositions), Lead: r.text(), Drawn: r.int(), Gate: r.text(),
		AssessDue: r.day(), Extended: r.day(), Appealed: r.day(), Withdraw: r.day(), Decided: names(r),
		Clocked: r.day(), Next: r.day(), Entry: r.int64(),
		HeldUntil: r.day(),
	}
}

func flags(r *row) cases.Flags {
	v := r.int64()
	if v&^int64(cases.AllFlags) != 0 {
		r.strange()
	}
	return cases.Flags(v) //nolint:gosec // no bit beyond cases.AllFlags is set, or the row is refused
}

// sound refuses a case that could not be read back.
func sound(c *cases.Case) error {
	return known(kinds[c.Kind], sources[c.Source], stages[c.Stage], priorities[c.Priority],
		dispositions[c.Disposition], c.Flags&^cases.AllFlags == 0)
}

// Create implements [cases.CaseTx].
func (t *tx) Create(c *cases.Case) error {
	if err := sound(c); err != nil {
		return t.keep(err)
	}
	id, ok := code(c.ID)
	if !ok {
		return t.keep(errors.New("sqlite: a new case without an id"))
	}
	_, added, err := t.writes(`INSERT INTO cases (n, code, kind, source, stage, flags, opened, acknowledged, answered,
		closed, ack_due, feedback_due, category, priority, disposition, lead, drawn, gate, assess_due,
		extended, appealed, withdraw, decided, clocked, next, held_until)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO NOTHING RETURNING n`,
		c.Entry, id, string(c.Kind), string(c.Source), string(c.Stage), int64(c.Flags), c.Opened, c.Acknowledged, c.Answered,
		c.Closed, c.AckDue, c.FeedbackDue, c.Category, c.Priority, string(c.Disposition), c.Lead, c.Drawn, c.Gate,
		c.AssessDue, c.Extended, c.Appealed, c.Withdraw, strings.Join(c.Decided, " "), c.Clocked, c.Next, c.HeldUntil)
	if err != nil {
		return err
	}
	if !added {
		return cases.ErrTaken
	}
	t.id, t.n = c.ID, c.Entry
	if err := t.addKeys(t.n, c.Keys); err != nil {
		return err
	}
	if err := t.addGrants(t.n, 0, c.Grants); err != nil {
		return err
	}
	if err := t.putRemedies(t.n, c.Remedies); err != nil {
		return err
	}
	return t.addReceipts(t.n, 0, c.Receipts)
}

// selectCase takes the same two steps for an unknown, a forbidden and a deleted
// case: to where the case would be, and to where its grants would be. The rest
// is read for a holder only.
const selectCase = `WITH
	found AS MATERIALIZED (SELECT coalesce((SELECT n FROM cases WHERE code = ?1), -1) AS n),
	held AS MATERIALIZED (SELECT n, EXISTS (SELECT 1 FROM grants NOT INDEXED
		WHERE grants.id BETWEEN found.n << 20 AND found.n << 20 | 1048575 AND holder = ?2 AND state = 'live') AS may
		FROM found)
	SELECT ` + caseColumns + ` FROM held CROSS JOIN cases ON (may OR ?2 = '') AND cases.n = held.n`

// Case implements [cases.CaseTx].
func (t *tx) Case(id cases.ID, holder string) (c *cases.Case, err error) {
	n, _ := code(id)
	ok, err := t.one(selectCase, []any{n, holder}, func(r *row) error { c = scanCase(r); return nil })
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, notFound()
	}
	return c, t.loadParts(c)
}

// CasesOf implements [cases.CaseTx].
func (t *tx) CasesOf(lookup [32]byte, verifier string) (list []*cases.Case, err error) {
	receipts, args := `lookup = ? LIMIT 8`, []any{lookup[:]}
	if verifier != "" {
		receipts, args = `lookup = ? AND verifier = ?`, append(args, verifier)
	}
	err = t.each(`SELECT `+caseColumns+` FROM cases
		WHERE cases.n IN (SELECT id >> 20 FROM receipts WHERE `+receipts+`) ORDER BY cases.n`,
		args, func(r *row) error { list = append(list, scanCase(r)); return nil })
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if err := t.loadParts(c); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// selectGranted walks the index backwards, one group for each case, and reads
// the rows of one page of cases.
const selectGranted = `SELECT ` + caseColumns + ` FROM
	(SELECT n FROM grants WHERE holder = ? AND state = 'live' GROUP BY n ORDER BY n DESC LIMIT ? OFFSET ?) AS page
	CROSS JOIN cases ON cases.n = page.n ORDER BY page.n DESC`

// GrantedTo implements [cases.CaseTx].
func (t *tx) GrantedTo(holder string, skip, limit int) (page []*cases.Case, more bool, err error) {
	if skip < 0 || limit < 0 {
		return nil, false, fmt.Errorf("sqlite: page of %d after %d", limit, skip)
	}
	err = t.each(selectGranted, []any{holder, limit + 1, skip}, func(r *row) error {
		if len(page) == limit {
			more = true
			return nil
		}
		page = append(page, scanCase(r))
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	return page, more, nil
}

// Put implements [cases.CaseTx]. A part that the case does not name is left as
// it is; the id and the opening entry never change.
func (t *tx) Put(c *cases.Case) error {
	if err := sound(c); err != nil {
		return t.keep(err)
	}
	id, _ := code(c.ID)
	n, ok, err := t.writes(`UPDATE cases SET kind = ?, source = ?, stage = ?, flags = ?, opened = ?,
		acknowledged = ?, answered = ?, closed = ?, ack_due = ?, feedback_due = ?, category = ?, priority = ?,
		disposition = ?, lead = ?, drawn = ?, gate = ?, assess_due = ?, extended = ?, appealed = ?, withdraw = ?,
		decided = ?, clocked = ?, next = ?, held_until = ? WHERE code = ? RETURNING n`,
		string(c.Kind), string(c.Source), string(c.Stage), int64(c.Flags), c.Opened, c.Acknowledged, c.Answered,
		c.Closed, c.AckDue, c.FeedbackDue, c.Category, c.Priority, string(c.Disposition), c.Lead, c.Drawn, c.Gate,
		c.AssessDue, c.Extended, c.Appealed, c.Withdraw, strings.Join(c.Decided, " "), c.Clocked, c.Next, c.HeldUntil, id)
	if err != nil {
		return err
	}
	if !ok {
		return notFound()
	}
	if err := t.putKeys(n, c.Keys); err != nil {
		return err
	}
	if err := t.putGrants(n, c.Grants); err != nil {
		return err
	}
	if err := t.putRemedies(n, c.Remedies); err != nil {
		return err
	}
	return t.putReceipts(n, c.Receipts)
}
