package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollgate/results"
)

// orderOf is the order that the style htmlTable puts rows into.
func orderOf(s *htmlTable, column int, down bool) (rows []int) {
	rank := func(i int) int {
		m := regexp.MustCompile(fmt.Sprintf(`--b%d:(\d+);`, column)).FindStringSubmatch(string(s.Rows[i].Order))
		if m == nil {
			return 9999
		}
		n, _ := strconv.Atoi(m[1])
		if down {
			return -n
		}
		return n
	}
	for i := range s.Rows {
		rows = append(rows, i)
	}
	slices.SortStableFunc(rows, func(a, b int) int { return rank(a) - rank(b) })
	return rows
}

func TestRowsAreOrderedByTheColumnThatIsAskedFor(t *testing.T) {
	s := findingTable("x", 0, results.Table{
		Title: "steps", Columns: []string{"door", "rate/s", "p99 ms", "idle", "same"},
		Rows: [][]string{
			{"b", "1,000", "12.5", "10 min", "1"},
			{"A", "200", "–", "30 s", "1"},
			{"c", "−5", "3", "1 min", "1"},
			{"d", "90", "100"},
		},
	})
	for _, row := range []struct {
		what   string
		column int
		down   bool
		want   []int
	}{
		{"words by letter, whatever their case", 0, false, []int{1, 0, 2, 3}},
		{"words backwards", 0, true, []int{3, 2, 0, 1}},
		{"numbers by value, with thousands and signs", 1, false, []int{2, 3, 1, 0}},
		{"what is missing last", 2, false, []int{2, 0, 3, 1}},
		{"what is missing last, the other way, too", 2, true, []int{3, 0, 2, 1}},
	} {
		if got := orderOf(s, row.column, row.down); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", row.what, got, row.want)
		}
	}
	if s.Columns[0].Up != "A to Z" || s.Columns[1].Down != "largest first" || s.Columns[1].Class != "" || s.Columns[0].Class != "text" {
		t.Errorf("columns %+v", s.Columns)
	}
	if s.Columns[3].Class != "text" {
		t.Error("numbers of several units are sorted into each other")
	}
	if s.Columns[4].Up != "" {
		t.Error("a column with one value has buttons")
	}
}

func TestAShortTableHasNoButtons(t *testing.T) {
	s := findingTable("x", 0, results.Table{Columns: []string{"a"}, Rows: [][]string{{"1"}, {"2"}}})
	if s.Sorts() || s.Rows[0].Order != "" {
		t.Errorf("two rows can be sorted: %+v", s)
	}
	if findingTable("x", 0, results.Table{Columns: []string{"a"}, Rows: [][]string{{}}}) != nil {
		t.Error("a table without rows is there")
	}
}

func TestRanksAreAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64(), fewSorted, 40).Draw(t, "values")
		s := &htmlTable{Columns: heads("v")}
		for i, v := range values {
			if e := figureOf(v, digits(v)); i%7 == 3 {
				s.add(htmlCell{Text: none})
			} else {
				s.add(e)
			}
		}
		s.sorted()
		for _, down := range []bool{false, true} {
			last := math.Inf(-1)
			for _, i := range orderOf(s, 0, down) {
				e := s.Rows[i].Entries[0]
				v := e.number
				if down {
					v = -v
				}
				if !e.known {
					v = math.Inf(1)
				}
				if v < last {
					t.Fatalf("down %v: %v stands after %v", down, v, last)
				}
				last = v
			}
		}
	})
}

func TestEveryColumnThatSortsHasAStyle(t *testing.T) {
	style := sorting()
	for name := range hostiles {
		page := written(t, "html", hostile(t, name))
		for _, m := range regexp.MustCompile(`class="(?:up|down) ((?:up|down)\d+)"`).FindAllStringSubmatch(page, -1) {
			if !strings.Contains(style, "."+m[1]+":checked") {
				t.Errorf("%s: no style sorts by %s", name, m[1])
			}
		}
	}
}

func TestNumbersAreReadWithTheirUnit(t *testing.T) {
	for text, want := range map[string]struct {
		v    float64
		unit string
		ok   bool
	}{
		"1,234.5 ms": {1234.5, "ms", true}, "$3.50": {3.5, "", true}, "−7": {-7, "", true}, "12%": {12, "%", true},
		"–": {0, "", false}, "": {0, "", false}, "rest": {0, "", false}, "1-2": {0, "", false},
	} {
		if v, unit, ok := numeral(text); ok != want.ok || ok && (v != want.v || unit != want.unit) {
			t.Errorf("numeral(%q) = %v, %q, %v", text, v, unit, ok)
		}
	}
}
