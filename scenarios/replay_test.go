package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestArrivalsAreRead(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	rows := []struct {
		name, file string
		want       []time.Duration
		wrong      string
	}{
		{"seconds", "0\n0.5\n12.345\n", []time.Duration{0, 500 * ms, 12*s + 345*ms}, ""},
		{"to the nanosecond, and no further", "0.0000000019", []time.Duration{1}, ""},
		{"a quiet start is kept", "3\n4", []time.Duration{3 * s, 4 * s}, ""},
		{"in any order, and at once", "2\n1\n2\n", []time.Duration{1 * s, 2 * s, 2 * s}, ""},
		{"times, of which the earliest is the start", "2026-11-22T18:00:01.5Z\n2026-11-22T19:00:01+01:00\n", []time.Duration{0, 500 * ms}, ""},
		{"comments and empty lines", "# from the log\n\n1\n  \n#2\n3\r\n", []time.Duration{1 * s, 3 * s}, ""},
		{"the first of several columns, under its name", "time,status\n\"1.5\",200\n2.5,503\n", []time.Duration{1500 * ms, 2500 * ms}, ""},
		{"a mark of byte order", "\ufeff1\n", []time.Duration{1 * s}, ""},
		{"nothing", "", nil, "has no arrivals: write seconds from the start"},
		{"a name and nothing under it", "time\n", nil, "has no arrivals"},
		{"two names", "time\nseconds\n1\n", nil, `has on line 2 what is no arrival: "seconds"`},
		{"a word later on", "1\nsoon\n", nil, `line 2 what is no arrival: "soon"`},
		{"before the start", "-1\n", nil, `"-1"`},
		{"an exponent", "1e9\n", nil, `"1e9"`},
		{"two points", "1.2.3\n", nil, `"1.2.3"`},
		{"a point alone", ".\n", nil, `"."`},
		{"a time without its zone", "2026-11-22T18:00:01\n", nil, "what is no arrival"},
		{"seconds since 1970", "1795384800.5\n", nil, "write seconds from the start, not since 1970"},
		{"a number that no clock holds", "9999999999.9\n", nil, "more than a year"},
		{"times and seconds", "2026-11-22T18:00:01Z\n5\n", nil, "has times and seconds, from line 2 on"},
		{"seconds and times", "5\n2026-11-22T18:00:01Z\n", nil, "has times and seconds, from line 2 on"},
		{"times that are years apart", "2026-11-22T18:00:01Z\n1926-11-22T18:00:01Z\n", nil, "years away"},
		{"times that no duration holds", "9999-11-22T18:00:01Z\n0002-11-22T18:00:01Z\n", nil, "years away"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, _, err := readArrivals([]byte(row.file), "")
			if row.wrong == "" && (err != nil || !reflect.DeepEqual(got, row.want)) {
				t.Errorf("%v, %v; want %v", got, err, row.want)
			}
			if row.wrong != "" && (err == nil || !strings.Contains(err.Error(), row.wrong)) {
				t.Errorf("%v, %v; want an error with %q", got, err, row.wrong)
			}
		})
	}
}

func FuzzReadArrivals(f *testing.F) {
	for _, odd := range []string{"0\n1.5\n", "time,x\n2026-11-22T18:00:01.5Z,1\n", "9999999999.999999999", "0001-01-01T00:00:00Z\n9999-12-31T23:59:59Z", "#\n,\n\"\"", "5,\n.5\n5."} {
		f.Add([]byte(odd))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, chosen, err := readArrivals(data, "request")
		if err != nil {
			all, chosen, err = readArrivals(data, "")
		} else if len(chosen.Of) != len(all) {
			t.Errorf("%d of %d arrivals have a request", len(chosen.Of), len(all))
		}
		if err != nil {
			return
		}
		if len(all) == 0 || !slices.IsSorted(all) || all[0] < 0 {
			t.Errorf("%d arrivals from %v", len(all), all[:min(len(all), 3)])
		}
	})
}

// replayed parses base with a replay of a file that holds text.
func replayed(t *testing.T, stage, text string) (*Scenario, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "arrivals.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Parse(filepath.Join(dir, "x.yaml"), []byte(with(t, "constant: {rate: 200/s, for: 30s}", stage)), environment)
}

func TestAReplayIsPlanned(t *testing.T) {
	s, err := replayed(t, "replay: {file: arrivals.csv}", "0.25\n3\n3\n5.999\n")
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	if st := p.Stages[0]; st.For != 6*time.Second || st.Starts != 4 || st.Blocks != 6 || st.Load.(Arrivals).Shape.(Replay).peak() != 2 {
		t.Errorf("%+v", st)
	}
	// Each target receives each arrival once, at its time.
	due := map[uint16][]time.Duration{}
	for turn := range p.Populations[0].Turns() {
		for b := range turn.Blocks {
			for _, d := range b.Due {
				due[turn.Target] = append(due[turn.Target], d+time.Duration(b.Number)*time.Second)
			}
		}
	}
	want := []time.Duration{250 * time.Millisecond, 3 * time.Second, 3 * time.Second, 5999 * time.Millisecond}
	for target := range uint16(2) {
		if !slices.Equal(due[target], want) {
			t.Errorf("target %d receives requests at %v, want %v", target, due[target], want)
		}
	}
	same, _ := replayed(t, "replay: {file: arrivals.csv}", "0.25\n3\n3\n5.999\n")
	other, _ := replayed(t, "replay: {file: arrivals.csv}", "0.25\n3\n3\n5.998\n")
	if a, b, c := s.Stages[0].Load.String(), same.Stages[0].Load.String(), other.Stages[0].Load.String(); a != b || a == c {
		t.Errorf("%q, the same file %q, another one %q", a, b, c)
	}
}

func TestAReplayMayBeCut(t *testing.T) {
	s, err := replayed(t, "replay: {file: arrivals.csv, for: 2s}", "1\n1.999999999\n2\n900000\n")
	if err != nil {
		t.Fatal(err)
	}
	if n := count(s.Stages[0].Load.(Arrivals).Shape, s.Stages[0].For, 0); n != 2 || s.Stages[0].For != 2*time.Second {
		t.Errorf("%d arrivals in %v, want 2 in 2s", n, s.Stages[0].For)
	}
}

func TestReplaysThatCannotBePlannedAreRefused(t *testing.T) {
	for name, row := range map[string]struct{ stage, file, want string }{
		"a file that is no list":       {"replay: {file: arrivals.csv}", "1\nx\n", `x.yaml:9:20: load[0].replay.file: "arrivals.csv" has on line 2 what is no arrival: "x"`},
		"longer than a stage":          {"replay: {file: arrivals.csv}", "900000\n", "give the stage a length"},
		"nothing in that time":         {"replay: {file: arrivals.csv, for: 1s}", "5\n", "has no arrival within the stage's 1s"},
		"more than a machine can send": {"replay: {file: arrivals.csv}", strings.Repeat("1\n", MaxRate+1), "1000001 arrivals within a second"},
		"more than fit in memory":      {"replay: {file: arrivals.csv}", strings.Repeat("1\n", maxArrivals+1), "has more than 4194304 arrivals"},
	} {
		if _, err := replayed(t, row.stage, row.file); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}

// Of a log of three requests each is sent at its time, and a data file's rows go to those
// that use it, in the order of their arrivals.
func TestAReplayChoosesItsRequests(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const head = "name: x\ntargets: {a: {kind: origin, url: 'http://127.0.0.1:1'}}\ndata: {users: {file: users.csv}}\nrequests:\n- {name: list, path: /}\n- {name: user, path: '/${users.id}', weight: 3}\n"
	write("users.csv", "id\nanna\nbert\ncarl\ndora\neric\nfred\n")
	write("day.csv", "time,status,request\n2,200,list\n0.5,200,\"user\"\n1,404, user\n1,200,list\n3,200,user\n")
	s, err := Parse(filepath.Join(dir, "x.yaml"), []byte(head+"load:\n- constant: {rate: 8/s, for: 1s}\n- replay: {file: day.csv, request: request}\n- replay: {file: day.csv, request: request, for: 2s}\n"), environment)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	one := &p.Populations[0]
	rows, used := p.Rows(0)(s.Data()[0]), uint64(0)
	var got []string
	for seq := range uint64(8 + 5 + 3) {
		pick := one.Pick(seq)
		row := ""
		if p.Sent[pick].Name == "user" {
			n, own := rows(seq)
			if !own || n != used {
				t.Errorf("request %d takes row %d (%v), want %d", seq, n, own, used)
			}
			used++
			row = "!"
		}
		if seq >= 8 {
			got = append(got, p.Sent[pick].Name+row)
		}
	}
	if want := "user! user! list list user! user! user! list"; strings.Join(got, " ") != want {
		t.Errorf("requests are %v, want %s", got, want)
	}

	for name, row := range map[string]struct{ file, want string }{
		"no line of names":    {"0.5,user\n", `has on line 1 no name of a request: its first line must name the columns, and one of them is "request"`},
		"no such column":      {"time,path\n0.5,user\n", `has on line 2 no name of a request: its first line must name the columns`},
		"a request too many":  {"time,request\n0.5,users\n", `names "users", which is no request of the scenario; did you mean "user"? (it has list, user)`},
		"a line without name": {"time,request\n0.5,user\n1\n", `has on line 3 no name of a request in column "request"`},
	} {
		write("day.csv", row.file)
		if _, err := Parse(filepath.Join(dir, "x.yaml"), []byte(head+"load:\n- replay: {file: day.csv, request: request}\n"), environment); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}
