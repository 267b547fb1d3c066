package cases

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// shown is what a reader of a table gets: each number or ?, and the total.
func shown(values []int64, few int64) string {
	hidden, small := suppress(values, few)
	s, total := "", int64(0)
	for i, v := range values {
		total += v
		if hidden[i] {
			s += "? "
		} else {
			s += fmt.Sprint(v, " ")
		}
	}
	if small {
		return s + "= ?"
	}
	return s + fmt.Sprint("= ", total)
}

// TestAttackSubtraction: a reader who knows the rule, and how it is written here,
// goes through every table that would have been shown the same way. Of no hidden
// number is there only one that fits, and of one that is really small there are
// several, each of which is small.
func TestAttackSubtraction(t *testing.T) {
	const few, most, beyond = 3, 7, 11 // what a reader thinks of ends nowhere near what there is
	for rows := 2; rows <= 4; rows++ {
		seen := map[string][]map[int64]bool{} // by what is shown: of each row the values that fit
		each(rows, beyond, func(values []int64) {
			key := shown(values, few)
			if seen[key] == nil {
				seen[key] = make([]map[int64]bool, rows)
				for i := range rows {
					seen[key][i] = map[int64]bool{}
				}
			}
			for i, v := range values {
				seen[key][i][v] = true
			}
		})
		each(rows, most, func(values []int64) {
			hidden, _ := suppress(values, few)
			for i, v := range values {
				fits := seen[shown(values, few)][i]
				small := 0
				for f := range fits {
					if f < few {
						small++
					}
				}
				if v < few && !hidden[i] || hidden[i] && len(fits) < 2 || v < few && small < 2 {
					t.Fatalf("%v is shown as %s: row %d can only be %v", values, shown(values, few), i, fits)
				}
			}
		})
	}
}

func each(rows, most int, f func([]int64)) {
	values := make([]int64, rows)
	var next func(int)
	next = func(i int) {
		if i == rows {
			f(values)
			return
		}
		for v := range most + 1 {
			values[i] = int64(v)
			next(i + 1)
		}
	}
	next(0)
}

// TestSuppress: nothing small is told, never just one number is hidden, and what
// is hidden sums up to enough to hide in, or the total is hidden too.
func TestSuppress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.Int64Range(2, 20).Draw(t, "few")
		values := rapid.SliceOfN(rapid.Int64Range(0, 40), 2, 12).Draw(t, "values")
		hidden, small := suppress(values, few)
		n, sum, total := 0, int64(0), int64(0)
		for i, v := range values {
			total += v
			if hidden[i] {
				n++
				sum += v
			} else if v < few {
				t.Fatalf("%d is told", v)
			}
		}
		if n == 1 || n > 0 && !small && sum < few || small != (total < few) || small && n != len(values) {
			t.Fatalf("%v with %d: %v, %v", values, few, hidden, small)
		}
		if n == 0 && slices.Min(values) < few {
			t.Fatal("nothing is hidden")
		}
	})
}

// TestQuarter: the quarters of a year.
func TestQuarter(t *testing.T) {
	for day, want := range map[Day]string{
		"2026-01-01": "2026-Q1", "2026-03-31": "2026-Q1", "2026-04-01": "2026-Q2", "2026-09-30": "2026-Q3", "2026-12-31": "2026-Q4",
	} {
		if got := day.Quarter(); got != want {
			t.Errorf("%s is in %s, want %s", day, got, want)
		}
	}
}
