package values

import (
	"errors"
	"testing"
)

// A fixed value is the same in every request.
type fixed string

func (f fixed) Append(b []byte, _ *Sending) ([]byte, error) { return append(b, f...), nil }

// of compiles sources whose places ${v} have one value.
func of(v Value) *Compiler {
	return &Compiler{Value: func(name string, _ int) Value {
		if name == "v" {
			return v
		}
		return nil
	}}
}

func text(t *testing.T, made Template) string {
	t.Helper()
	s, err := made.Text(&Sending{Seq: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTemplatesAreRendered(t *testing.T) {
	for _, row := range []struct {
		name, source string
		escape       Escape
		value, want  string
	}{
		{"a text without places", "/a?b={v}&c=$1", Raw, "v", "/a?b={v}&c=$1"},
		{"a place", "/a/${v}", Raw, "x", "/a/x"},
		{"two places in a row", "${v}${v}", Raw, "x", "xx"},
		{"a literal ${", "a $${v} and ${v}", Raw, "x", "a ${v} and x"},
		{"a mark without an end", "${v} ${", Raw, "x", "x ${"},
		{"nothing", "", Raw, "v", ""},
		{"a value with nothing to escape in a path", "/${v}", Percent, "a-b_c.d~e9", "/a-b_c.d~e9"},
		{"a value that is escaped in a path", "/${v}?q=${v}", Percent, "a b/c&ä", "/a%20b%2Fc%26%C3%A4?q=a%20b%2Fc%26%C3%A4"},
		{"a value that is escaped in JSON", `{"a":"${v}"}`, InJSON, "a \"b\"\\\n\x01ä", `{"a":"a \"b\"\\\n\u0001ä"}`},
		{"a value that is no UTF-8 in JSON", `{"a":"${v}"}`, InJSON, "a\xffb", `{"a":"a` + "\ufffd" + `b"}`},
		{"a value outside of a string in JSON", `{"a":${v},"b":"${v}"}`, InJSON, `{"c": 1}`, `{"a":{"c": 1},"b":"{\"c\": 1}"}`},
		{"a value behind an escaped quote in JSON", `{"a\"b":${v}}`, InJSON, `"c"`, `{"a\"b":"c"}`},
		{"a value that is written as it is", "${v}", Raw, "a \"b\"\\\n", "a \"b\"\\\n"},
		{"a value in a header", "a ${v}", InHeader, "b\tä", "a b\tä"},
	} {
		t.Run(row.name, func(t *testing.T) {
			made := of(fixed(row.value)).Compile(row.source, row.escape)
			if got := text(t, made); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if got := text(t, of(fixed("x")).Compile(LiteralSource(row.source), row.escape)); got != row.source {
				t.Errorf("as a literal it is %q", got)
			}
			joined := Join(Literal("<"), made, Literal(">"), made, Place(fixed("!")))
			if got, want := text(t, joined), "<"+row.want+">"+row.want+"!"; got != want {
				t.Errorf("joined it is %q, want %q", got, want)
			}
		})
	}
}

func TestBlanksAroundARenderedFieldAreCutOff(t *testing.T) {
	for value, want := range map[string]string{"": "", " ": "", " a b\t": "a b", "a": "a"} {
		for _, source := range []string{"${v}", " ${v}\t", "${v} ${v}"} {
			want := want
			if source == "${v} ${v}" && want != "" {
				want = text(t, of(fixed(value)).Compile(source, Raw).Trim())
			}
			if got := text(t, of(fixed(value)).Compile(source, Raw).Trim()); got != want {
				t.Errorf("%q with %q: got %q, want %q", source, value, got, want)
			}
		}
	}
}

func TestValuesThatCannotBeRenderedAreNamed(t *testing.T) {
	for _, row := range []struct {
		name   string
		value  Value
		escape Escape
		want   string
	}{
		{"a line break in a header", fixed("a\r\nHost: b"), InHeader, "${v}: its value has a line break or another control character, which no header can carry"},
		{"what was not extracted", Extracted(1), Raw, "${v}: no earlier step of this flow has extracted it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := of(row.value).Compile("x ${v}", row.escape).Text(&Sending{Extracted: [][]byte{[]byte("a"), nil}})
			if err == nil || err.Error() != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

func TestNamesWithoutAValueAreFound(t *testing.T) {
	c := of(fixed("x"))
	c.Compile("${v} $${w} ${x.y} ${z}", Raw)
	if c.Missing != "x.y" || !c.Varies {
		t.Errorf("missing %q, varies %v", c.Missing, c.Varies)
	}
}

func TestRenderingAllocatesNothing(t *testing.T) {
	users := opened(t, "users.csv", "id,name\n1,\"a \"\"b\"\"\"\n2,ö\n", Options{Name: "users"})
	all := map[string]Value{
		"uuid": New(UUID{}, 1, "a"), "integer": New(Integer{-5, 5}, 1, "b"), "zipf": New(Ranks{NewZipf(1000, 1)}, 1, "c"), "amount": New(Amounts{LogNormal{10, 100}}, 1, "d"),
		"text": New(Text{LogNormal{100, 100}}, 1, "e"), "time": New(Time{Layout: Milliseconds}, 1, "f"), "unix": New(Time{Layout: UnixMillis}, 1, "g"),
		"pick": New(NewChoice([]string{"a", "b"}, []uint64{1, 2}), 1, "h"), "inline": NewInline(UUID{}, 1, "uuid", 0), "user": NewInline(Number{}, 1, "user", 0),
		"id": users.Column("id", 1, nil), "name": users.Column("name", 1, nil), "token": Extracted(0),
	}
	c := &Compiler{Value: func(name string, _ int) Value { return all[name] }}
	source := `{"a":"`
	for name := range all {
		source += Mark(name)
	}
	made := Join(c.Compile(source, InJSON), c.Compile(source, Percent))
	s, b := &Sending{Extracted: [][]byte{[]byte("to\"ken")}}, make([]byte, 0, 4096)
	n := testing.AllocsPerRun(100, func() {
		s.Seq++
		s.Iteration++
		var err error
		if b, err = made.Append(b[:0], s); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 || c.Missing != "" {
		t.Errorf("%v allocations, missing %q", n, c.Missing)
	}
}

func TestSecretsOfASendingAreFound(t *testing.T) {
	users := opened(t, "users.csv", "id,pass\n1,hunter2\n", Options{Name: "users", Secret: func(c string) bool { return c == "pass" }})
	c := &Compiler{Value: func(name string, _ int) Value { return users.Column(name, 1, nil) }}
	made := Join(c.Compile("${id}:", Raw), c.Compile(" ${pass}", InHeader).Trim())
	if got := made.Secrets(&Sending{}); len(got) != 1 || got[0] != "hunter2" {
		t.Errorf("got %q", got)
	}
	if got := text(t, made); got != "1:hunter2" {
		t.Errorf("rendered %q", got)
	}
	c.Secret = true
	if got := c.Compile("${id}", Raw).Secrets(&Sending{}); len(got) != 1 || got[0] != "1" {
		t.Errorf("got %q", got)
	}
}

func TestUsedUpDataIsTold(t *testing.T) {
	users := opened(t, "u.csv", "id\n1\n2\n", Options{Name: "users", Pick: Unique})
	made := of(users.Column("id", 1, nil)).Compile("${v}", Raw)
	for i, want := range []string{"1", "2", ""} {
		got, err := made.Text(&Sending{Iteration: uint64(i)})
		used, is := errors.AsType[*UsedUp](err)
		if got != want || is != (want == "") {
			t.Errorf("row %d: %q, %v", i, got, err)
		}
		if is && used.Error() != "data users: no unused row is left of the 2 in u.csv (pick: unique)" {
			t.Error(used)
		}
	}
}
