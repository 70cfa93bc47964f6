package values

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func opened(t testing.TB, file, content string, o Options) *Data {
	t.Helper()
	d, err := tryOpen(file, content, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func tryOpen(file, content string, o Options) (*Data, error) {
	o.File = file
	return Open(strings.NewReader(content), int64(len(content)), o)
}

// all is every row of d.
func all(t testing.TB, d *Data) (rows [][]string) {
	t.Helper()
	for n := range d.Rows {
		var row []string
		for i := range d.Columns {
			b, err := d.appendField(nil, n, i)
			if err != nil {
				t.Fatal(err)
			}
			row = append(row, string(b))
		}
		rows = append(rows, row)
	}
	return rows
}

func TestDataFilesAreRead(t *testing.T) {
	for _, row := range []struct {
		name, file, content string
		options             Options
		columns             []string
		want                [][]string
	}{
		{"CSV", "a.csv", "id,name\n1,ann\n2,bob\n", Options{}, []string{"id", "name"}, [][]string{{"1", "ann"}, {"2", "bob"}}},
		{"without a line break at the end", "a.csv", "id\n1\n2", Options{}, []string{"id"}, [][]string{{"1"}, {"2"}}},
		{"a byte order mark, CRLF and empty lines", "a.csv", "\ufeffid,name\r\n\r\n1,ann\r\n\r\n2,\r\n", Options{}, []string{"id", "name"}, [][]string{{"1", "ann"}, {"2", ""}}},
		{"quotes, separators and line breaks in fields", "a.csv", "id,name\n1,\"a, \"\"b\"\"\nc\"\n\"2\",\"\"\n", Options{}, []string{"id", "name"}, [][]string{{"1", "a, \"b\"\nc"}, {"2", ""}}},
		{"blanks around names", "a.csv", "id, name\n1, ann\n", Options{}, []string{"id", "name"}, [][]string{{"1", " ann"}}},
		{"without a header", "a.csv", "1,ann\n", Options{Columns: []string{"id", "name"}}, []string{"id", "name"}, [][]string{{"1", "ann"}}},
		{"another separator", "a.csv", "id;name\n1;a,b\n", Options{Separator: ';'}, []string{"id", "name"}, [][]string{{"1", "a,b"}}},
		{"tabs", "a.tsv", "id\tname\n1\tann\n", Options{}, []string{"id", "name"}, [][]string{{"1", "ann"}}},
		{"JSON Lines", "a.jsonl", "{\"id\": 1, \"name\": \"\\u00e4 \\\"b\\\"\\n\"}\r\n\n {\"name\":null,\"id\":{\"x\":[1,\"}\"]} }", Options{}, []string{"id", "name"}, [][]string{{"1", "ä \"b\"\n"}, {`{"x":[1,"}"]}`, "null"}}},
		{"a member that a line lacks", "a.jsonl", "{\"id\":1,\"b\":2}\n{\"id\":3}", Options{}, []string{"id", "b"}, [][]string{{"1", "2"}, {"3", ""}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := opened(t, row.file, row.content, row.options)
			if got := all(t, d); !reflect.DeepEqual(got, row.want) || !slices.Equal(d.Columns, row.columns) {
				t.Errorf("got %q %q", d.Columns, got)
			}
		})
	}
}

func TestBadDataFilesAreRefused(t *testing.T) {
	for _, row := range []struct{ name, file, content, want string }{
		{"an empty file", "a.csv", "", "a.csv:1: there are no rows"},
		{"a header alone", "a.csv", "id,name\n", "a.csv:2: there are no rows"},
		{"ragged rows", "a.csv", "id,name\n1,ann\n2\n\n3,c,d\n", "a.csv:3: has 1 field, and the columns are 2\na.csv:5: has 3 fields, and the columns are 2"},
		{"lines within quotes are counted", "a.csv", "id,name\n1,\"a\nb\"\n2\n", "a.csv:4: has 1 field"},
		{"a quote within a field", "a.csv", "id\n5\" pipe\n", "a.csv:2: has a quote in a field that does not begin with one"},
		{"characters behind a quoted field", "a.csv", "id\n\"a\"b\n", "a.csv:2: has characters behind the closing quote"},
		{"a quote that nothing closes", "a.csv", "id\n1\n\"2\n3\n", "a.csv:3: has a quoted field without an end"},
		{"a quote that nothing closes in a large file", "a.csv", "id\n\"2\n" + strings.Repeat("3\n", longestRow), "a.csv:2: a row of more than 1048576 bytes begins here: is there a quote that nothing closes?"},
		{"a column twice", "a.csv", "id,id\n1,2\n", "a.csv:1: names two columns \"id\""},
		{"UTF-16", "a.csv", "\xff\xfei\x00d\x00", "a.csv:1: is UTF-16 text: save it as UTF-8"},
		{"UTF-16 without its mark", "a.csv", "i\x00d\x00\n\x00", "a.csv:1: is UTF-16 text: save it as UTF-8"},
		{"a NUL", "a.csv", "id\n1\n2\x003\n", "a.csv:3: holds a NUL character (a byte of zero), which no text has"},
		{"a NUL at the end of a long file", "a.csv", "id\n" + strings.Repeat("1\n", 5000) + "\x00\n", "a.csv:5002: holds a NUL character"},
		{"a NUL in the names", "a.csv", "a\x00\n1\n", "a.csv:1: holds a NUL character"},
		{"Latin-1 in the second line of a field", "a.csv", "id\n\"a\n\xe4\"\n", "a.csv:3: is not UTF-8 text"},
		{"Latin-1", "a.csv", "id\n\xe4\n", "a.csv:2: is not UTF-8 text"},
		{"a JSON document", "a.json", "[]", "a.json: is a JSON document: write one object a line, and name it .jsonl"},
		{"a line that is no JSON", "a.jsonl", "{\"id\":1}\n{\"id\":\n", "a.jsonl:2: is not a JSON object on one line"},
		{"a line that is no object", "a.jsonl", "[1]\n", "a.jsonl:1: is JSON, but no object"},
		{"a member that is used and missing", "a.jsonl", "{\"id\":1}\n{\"ID\":1}\n", "a.jsonl:2: has no \"id\""},
		{"many bad rows", "a.csv", "id\n" + strings.Repeat("1,2\n", 100), "a.csv:6: has 2 fields"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := tryOpen(row.file, row.content, Options{Used: []string{"id"}})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %s", err, row.want)
			}
			if strings.Count(err.Error(), "\n") >= mostProblems {
				t.Errorf("more than %d problems: %v", mostProblems, err)
			}
		})
	}
}

// What encoding/csv reads, this reads the same.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a\n\"x\"\"y\"\n", "a,b\r\n\"1\n\",\r\n\n3,4", "a\n\"", "a\nb\"c\n", "\"a\"\n\"\"\n", "a,\n,\n", "\"a,b\"\n1\n\r\n", "\"0\"\"\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		d, err := tryOpen("a.csv", content, Options{})
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\ufeff")))
		want, theirs := r.ReadAll()
		if strings.Contains(strings.ReplaceAll(content, "\r\n", ""), "\r") { // encoding/csv and RFC 4180 differ
			return
		}
		if err != nil {
			if theirs == nil && len(want) > 1 && !strings.ContainsAny(err.Error(), "U") && !strings.Contains(err.Error(), "two columns") && !strings.Contains(err.Error(), "not UTF-8") {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		if theirs != nil {
			t.Fatalf("encoding/csv refuses it: %v", theirs)
		}
		for i := range want {
			for j := range want[i] { // encoding/csv makes one character of a line break in a field
				want[i][j] = strings.ReplaceAll(want[i][j], "\r\n", "\n")
			}
		}
		got := all(t, d)
		for i := range got {
			for j := range got[i] {
				got[i][j] = strings.ReplaceAll(got[i][j], "\r\n", "\n")
			}
		}
		if !reflect.DeepEqual(got, want[1:]) {
			t.Fatalf("got %q, want %q", got, want[1:])
		}
	})
}

// What encoding/json reads of a line, this reads the same.
func FuzzJSONLines(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a":"\u00e4\ud83d\ude00\ud83d","b":{"c":[1,2,"}"]},"d":null}`, `{"":-1.5e3 , "x\"y" : true }`, `{}`, `{"a":"\/\b\f\n\r\t\\"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var want map[string]json.RawMessage
		theirs := json.Unmarshal([]byte(line), &want)
		d, err := tryOpen("a.jsonl", line, Options{})
		if strings.Contains(line, "\n") {
			return
		}
		if err != nil {
			if theirs == nil && want != nil && !strings.Contains(err.Error(), "twice") && !strings.Contains(err.Error(), "UTF-8") {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		for i, column := range d.Columns {
			got, err := d.appendField(nil, 0, i)
			if err != nil {
				t.Fatal(err)
			}
			plain := string(want[column])
			if plain[0] == '"' {
				_ = json.Unmarshal(want[column], &plain)
			}
			if string(got) != plain {
				t.Fatalf("%q: got %q, want %q", column, got, plain)
			}
		}
		if len(d.Columns) != len(want) {
			t.Fatalf("columns %q, want those of %v", d.Columns, want)
		}
	})
}

// numbered is a CSV file of n rows, padded to some size.
func numbered(n, size int) string {
	var b bytes.Buffer
	b.WriteString("id,pad\n")
	pad := strings.Repeat("x", size)
	for i := range n {
		b.WriteString(strconv.Itoa(i))
		b.WriteByte(',')
		b.WriteString(pad)
		b.WriteByte('\n')
	}
	return b.String()
}

// Rows of a file with more rows than the index has entries, and of one that does not fit
// into memory, are found from all sides.
func TestRowsOfLargeFilesAreFound(t *testing.T) {
	for _, row := range []struct {
		name    string
		rows    int
		pad     int
		spacing int64
		memory  bool
	}{{"many rows", indexed + 10, 0, 2, true}, {"a large file", 40_000, 1000, 1, false}} {
		t.Run(row.name, func(t *testing.T) {
			d := opened(t, "a.csv", numbered(row.rows, row.pad), Options{Name: "a", Pick: Random})
			if d.Rows != int64(row.rows) || d.spacing != row.spacing || d.InMemory() != row.memory {
				t.Fatalf("%d rows, spacing %d, in memory %v", d.Rows, d.spacing, d.InMemory())
			}
			for _, n := range []int64{0, 1, 2, d.Rows / 2, d.Rows/2 + 1, d.Rows - 2, d.Rows - 1} {
				if b, err := d.appendField(nil, n, 0); err != nil || string(b) != strconv.FormatInt(n, 10) {
					t.Errorf("row %d: %q, %v", n, b, err)
				}
			}
		})
	}
}

func TestRowsArePicked(t *testing.T) {
	d := opened(t, "a.csv", numbered(10, 0), Options{Name: "a"})
	for _, row := range []struct {
		pick Pick
		want func(s *Sending, got int) bool
	}{
		{"", func(s *Sending, got int) bool { return got == int(s.Iteration%10) }},
		{Sequential, func(s *Sending, got int) bool { return got == int(s.Iteration%10) }},
		{PerUser, func(s *Sending, got int) bool { return got == int(s.User%10) }},
	} {
		d.Pick = row.pick
		c := d.Column("id", 1, nil)
		for i := range uint64(30) {
			s := &Sending{Seq: 5 * i, Iteration: i, User: uint32(i / 2)}
			b, err := c.Append(nil, s)
			if got, _ := strconv.Atoi(string(b)); err != nil || !row.want(s, got) {
				t.Errorf("%s: iteration %d has row %s, %v", row.pick, i, b, err)
			}
		}
	}
	d.Pick = Random
	counts, c, other := map[string]int{}, d.Column("id", 1, nil), d.Column("id", 2, nil)
	same := 0
	for i := range uint64(10_000) {
		a, _ := c.Append(nil, &Sending{Iteration: i})
		b, _ := other.Append(nil, &Sending{Iteration: i})
		counts[string(a)]++
		if string(a) == string(b) {
			same++
		}
	}
	for id, n := range counts {
		if n < 850 || n > 1150 {
			t.Errorf("row %s was picked %d times of 10000", id, n)
		}
	}
	if same < 850 || same > 1150 {
		t.Errorf("two seeds pick the same row %d times of 10000", same)
	}
}

// Ten million rows, in a file that is larger than what is kept of it, take little memory.
func TestMemoryOfLargeFilesIsBounded(t *testing.T) {
	content := &repeated{row: []byte("10000000-0000,alice@example.com\n"), rows: 10_000_000 / 8}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d, err := Open(content, content.size(), Options{Name: "a", File: "a.csv", Columns: []string{"id", "mail"}})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 12<<20 {
		t.Errorf("%d rows of %d bytes take %d bytes of memory", d.Rows, content.size(), used)
	}
	if b, err := d.appendField(nil, d.Rows-1, 1); err != nil || string(b) != "alice@example.com" {
		t.Errorf("the last row has %q, %v", b, err)
	}
}

// repeated is a file of equal rows.
type repeated struct {
	row  []byte
	rows int64
}

func (r *repeated) size() int64 { return r.rows * int64(len(r.row)) }

func (r *repeated) ReadAt(b []byte, at int64) (n int, err error) {
	for n < len(b) {
		n += copy(b[n:], r.row[(at+int64(n))%int64(len(r.row)):])
	}
	return n, nil
}
