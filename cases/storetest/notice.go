package storetest

import (
	"testing"

	"ombra/cases"
)

var noticeRules = map[string]func(*testing.T, cases.Store){
	"FoldsIntoOneThatWaits": folds,
	"DueInOrder":            dueInOrder,
	"SettleTold":            settleTold,
	"SettleToldButNewer":    settleNewer,
	"SettleAgainAndDead":    settleAgain,
	"KeysAreNotUsedAgain":   keysFresh,
}

var news = cases.Notice{To: "anna", About: cases.News, Due: Day, Hour: 1}

func notify(t *testing.T, s cases.Store, list ...cases.Notice) {
	t.Helper()
	Must(t, s, func(tx cases.Tx) error {
		for _, n := range list {
			if err := tx.Notify(n); err != nil {
				return err
			}
		}
		return nil
	})
}

func waiting(t *testing.T, s cases.Store) (list []cases.Notice) {
	t.Helper()
	Look(t, s, func(tx cases.Tx) (err error) {
		list, err = tx.Waiting(Day.Add(1000), 0)
		return err
	})
	return list
}

func settle(t *testing.T, s cases.Store, n cases.Notice, o cases.Outcome) {
	t.Helper()
	Must(t, s, func(tx cases.Tx) error { return tx.Settle(n.Key, n.Gen, o) })
}

func folds(t *testing.T, s cases.Store) {
	notify(t, s, news)
	first := waiting(t, s)[0]
	notify(t, s, news)
	list := waiting(t, s)
	if len(list) != 1 || list[0].Key != first.Key || list[0].Gen == first.Gen {
		t.Errorf("first %+v, then %+v", first, list)
	}
	other, about, day, hour := news, news, news, news
	other.To, about.About, day.Due, hour.Hour = "ben", cases.Mandate, Day.Add(1), 0
	notify(t, s, other, about, day, hour)
	if n := len(waiting(t, s)); n != 5 {
		t.Errorf("%d notices wait, want 5", n)
	}
}

func dueInOrder(t *testing.T, s cases.Store) {
	at := func(due cases.Day, hour int) cases.Notice {
		return cases.Notice{To: "anna", About: cases.Danger, Due: due, Hour: hour}
	}
	notify(t, s, at(Day, 2), at(Day.Add(1), 0), at(Day, -1), at(Day.Add(-1), 9), at(Day, 0))
	Look(t, s, func(tx cases.Tx) error {
		for hour, n := range map[int]int{-1: 2, 0: 3, 1: 3, 2: 4} {
			list, err := tx.Waiting(Day, hour)
			if err != nil || len(list) != n {
				t.Errorf("at hour %d: %d wait, %v, want %d", hour, len(list), err, n)
			}
			for i := 1; i < len(list); i++ {
				a, b := list[i-1], list[i]
				if a.Due > b.Due || a.Due == b.Due && a.Hour > b.Hour {
					t.Errorf("out of order: %+v", list)
				}
			}
		}
		return nil
	})
}

func settleTold(t *testing.T, s cases.Store) {
	notify(t, s, news)
	n := waiting(t, s)[0]
	settle(t, s, n, cases.Outcome{})
	if list := waiting(t, s); len(list) != 0 {
		t.Errorf("told, and still waits: %+v", list)
	}
	settle(t, s, n, cases.Outcome{}) // told twice is no error
	settle(t, s, cases.Notice{Key: "no key"}, cases.Outcome{})
}

// settleNewer: later news that was folded in while the notice was being told
// must be told too.
func settleNewer(t *testing.T, s cases.Store) {
	notify(t, s, news)
	told := waiting(t, s)[0]
	notify(t, s, news)
	settle(t, s, told, cases.Outcome{})
	if list := waiting(t, s); len(list) != 1 {
		t.Errorf("later news is lost: %+v", list)
	}
}

func settleAgain(t *testing.T, s cases.Store) {
	notify(t, s, news)
	n := waiting(t, s)[0]
	settle(t, s, n, cases.Outcome{Again: true})
	settle(t, s, n, cases.Outcome{Again: true})
	if list := waiting(t, s); len(list) != 1 || list[0].Tries != 2 || list[0].Key != n.Key {
		t.Errorf("after two tries: %+v", list)
	}
	notify(t, s, news)
	settle(t, s, n, cases.Outcome{Dead: true})
	if list := waiting(t, s); len(list) != 0 {
		t.Errorf("dead, and still waits: %+v", list)
	}
}

func keysFresh(t *testing.T, s cases.Store) {
	seen := map[string]bool{}
	for range 30 {
		notify(t, s, news)
		n := waiting(t, s)[0]
		if seen[n.Key] {
			t.Fatal("a key came twice")
		}
		seen[n.Key] = true
		settle(t, s, n, cases.Outcome{})
	}
}
