//go:build linux

package wire

import "testing"

func TestAConnectionTakesOverOnlyRequestsThatItMayCarry(t *testing.T) {
	here, elsewhere := &pool{}, &pool{}
	for _, row := range []struct {
		name    string
		waiting []exchange
		served  bool // the connection that has become free
		want    int  // which of those that wait; -1 for none
	}{
		{"nothing waits", nil, true, -1},
		{"who has waited longest comes first", []exchange{{pool: here}, {pool: here}}, true, 0},
		{"a connection of an earlier turn gets no request to another target", []exchange{{pool: elsewhere}, {pool: elsewhere}}, false, -1},
		{"a second attempt waits for its new connection", []exchange{{pool: here, anew: true}}, true, -1},
		{"and others overtake it", []exchange{{pool: here, anew: true}, {pool: here}}, true, 1},
		{"a second attempt may have another new connection", []exchange{{pool: here, anew: true}}, false, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			var l loop
			for i := range row.waiting {
				l.waiting.insert(&row.waiting[i], &row.waiting[i].waits, l.waiting.last)
			}
			got := -1
			w := l.waitsFor(&conn{pool: here, proven: row.served}, whatever)
			for i := range row.waiting {
				if w == &row.waiting[i] {
					got = i
				}
			}
			if got != row.want || (w == nil) != (row.want < 0) {
				t.Errorf("number %d, want %d", got, row.want)
			}
		})
	}
}
