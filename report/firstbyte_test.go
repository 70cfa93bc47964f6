package report

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// streamed is a run of two targets that answer in the same time: the first one at once at the
// end, the second from its beginning on.
func streamed(t *testing.T) *Report {
	m := newMaker("rest", "function")
	m.fill(0, 80*time.Millisecond, nil)
	m.fill(1, 80*time.Millisecond, nil)
	m.bytes(0, 78*time.Millisecond, time.Millisecond)
	m.bytes(1, 9*time.Millisecond, 70*time.Millisecond)
	r, err := New(m.done(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bytes gives the good responses of a target a first byte, and a last one after it.
func (m *maker) bytes(target int, first, transfer time.Duration) {
	for k, h := range m.run.Series {
		if int(k.Target) != target || k.Outcome != results.OK || k.Clock != results.Service {
			continue
		}
		for clock, d := range map[results.Clock]time.Duration{results.FirstByte: first, results.Transfer: transfer} {
			k.Clock = clock
			m.run.Series[k] = results.New()
			m.run.Series[k].RecordN(d, h.Count())
		}
	}
}

func TestFirstAndLastByteAreApartWhereTheyDiffer(t *testing.T) {
	r := streamed(t)
	for format, rows := range map[string][2]string{
		"md":   {"| function | 9.00 | 9.00 | 70.1 | 70.1 |", "| rest | 78.1"},
		"html": {"First byte and last byte", ""},
	} {
		text := strings.Join(strings.Fields(written(t, format, r)), " ")
		if !strings.Contains(text, rows[0]) || rows[1] != "" && strings.Contains(text, rows[1]) {
			t.Errorf("%s has no row like %q, or one like %q:\n%s", format, rows[0], rows[1], text)
		}
	}
	for _, row := range []struct {
		format, want string
	}{{"text", "At the median the first byte of a response comes long before its last at function (9.00 ms, and the last after 79.7 ms)."}, {"text", "rest 78.1"}, {"text", "function 9.00"}} {
		if text := strings.Join(strings.Fields(written(t, row.format, r)), " "); !strings.Contains(text, row.want) {
			t.Errorf("%s lacks %q:\n%s", row.format, row.want, text)
		}
	}
	for _, table := range r.Tables() {
		var b strings.Builder
		if err := table.Write(&b); err != nil {
			t.Fatal(err)
		}
		if table.Name == "clocks" && !strings.Contains(b.String(), "function,,transfer,7500,") {
			t.Errorf("clocks lack the transfer of the function:\n%s", b.String())
		}
	}
}
