package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

type color string

func (c *color) UnmarshalText(text []byte) error {
	if *c = color(text); *c != "red" {
		return errors.New("only red is a color")
	}
	return nil
}

type base struct {
	Rate float64 `json:"rate"`
}

type sample struct {
	base
	Name   string           `json:"name,omitempty"`
	Count  int              `json:"count"`
	Seed   uint64           `json:"seed"`
	On     *bool            `json:"on"`
	Color  color            `json:"color"`
	List   []sample         `json:"list"`
	Table  map[string]int   `json:"table"`
	Raw    json.RawMessage  `json:"raw"`
	Nested map[string]*base `json:"nested"`
	Hidden string           `json:"-"`
}

// Each problem has the place of the value, or of the key where that is wrong.
func TestFilesAreReadOrSayWhatIsWrongWithThem(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing given", "{}", ""},
		{"all sorts", "name: a\ncount: -3\nseed: 18446744073709551615\non: false\ncolor: red\nrate: 3\nlist: [{rate: 1e-3}]\ntable: {a: 1}\nraw: [1, {a: null}]\nnested: {x: {rate: 2}}\n", ""},
		{"comments and a document mark", "# words\n---\nname: a # more\n", ""},
		{"an empty file", "# words\n", "f:1:1: the file is empty: {} stands for all defaults"},
		{"two documents", "a: 1\n---\nb: 2\n", "f:3:1: the file has a second document"},
		{"a tab", "doors:\n\t- kind: alb\n", "f:2:1: this is not YAML: a tab where spaces belong"},
		{"no YAML", "name: [a\n", "f:1:7: this is not YAML: "},
		{"no text", "name: \xff\n", "f:1:1: the file is not UTF-8 text"},
		{"a list", "- a\n", "f:1:1: needs a mapping with keys such as rate; this is a list"},
		{"a key that is hidden", "Hidden: x\n", `f:1:1: unknown key "Hidden" (known are rate, name, `},
		{"a key of another case", "Name: x\n", `f:1:1: unknown key "Name"; did you mean "name"?`},
		{"a key in an item", "list:\n- nme: x\n", `f:2:3: list[0]: unknown key "nme"; did you mean "name"?`},
		{"a key twice", "name: x\nrate: 1\nname: y\n", "f:3:1: this key is given twice, first on line 1"},
		{"no value", "table:\n  a:\n", "f:2:3: table: is empty: give it a value, or remove it"},
		{"a text for a number", "rate: fast\n", `f:1:7: rate: "fast" is not a number: write it as 5, 0.2, 500k, 10M or 1e9`},
		{"a number for a text", "name: 5\n", "f:1:7: name: needs a string; this is a whole number: put it into quotes"},
		{"half a thing", "count: 1.5\n", `f:1:8: count: "1.5" is not a whole number`},
		{"less than nothing", "seed: -1\n", `f:1:7: seed: "-1" is out of bounds`},
		{"a number beyond all", "rate: .inf\n", "f:1:7: .inf is not a value that is used here"},
		{"a type's own words", "color: blue\n", "f:1:8: color: only red is a color"},
		{"a list for a text", "color: [red]\n", "f:1:8: color: needs a string; this is a list"},
		{"a mapping for a list", "list: {a: 1}\n", "f:1:8: list: needs a list; this is a mapping"},
		{"a list for a mapping", "table: [1]\n", "f:1:8: table: needs a mapping; this is a list"},
		{"an anchor, its alias and a merge", "list: [&a {name: x}, *a, {<<: *a, rate: 2}]\n", ""},
		{"an alias of nothing", "list: [*a]\n", "f:1:8: there is no &a before this *a"},
		{"a merge of a string", "<<: x\n", "f:1:5: << merges mappings; this is a string"},
		{"a tag", "name: !!str x\n", "f:1:7: remove the tag !!str"},
		{"a key that is a list", "? [a]\n: b\n", "f:2:1: this is not YAML"},
		{"too deep", strings.Repeat("[", 80) + strings.Repeat("]", 80), "f:1:65: this is not YAML: nested more than 64 deep"},
		{"too long", strings.Repeat("# words\n", 40_000), "f:1:1: the file has more than 262144 bytes"},
		{"too much", "raw: [" + strings.Repeat("1,", 15_000) + "1]\n", "f:1:1: the file holds too much"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got sample
			err := Read("f", []byte(row.text), &got).Err()
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.HasPrefix(err.Error(), row.want)) {
				t.Errorf("%v\nwant\n%s", err, row.want)
			}
		})
	}
}

func TestValuesArriveAsTheyAreWritten(t *testing.T) {
	var got sample
	const text = "name: 'it''s'\ncount: -3\nseed: 18446744073709551615\non: true\ncolor: red\nrate: 2.5\n" +
		"list:\n- rate: 1e-3\n- {name: \"\\u00fc\"}\ntable: {a: 1, b: 0x10}\nraw: {z: [1, -2.5, true, null, \"q\\\"\"], a: {}}\nnested: {x: {rate: 2}}\n"
	if err := Read("f", []byte(text), &got).Err(); err != nil {
		t.Fatal(err)
	}
	have := fmt.Sprintln(got.Name, got.Count, got.Seed, *got.On, got.Color, got.Rate, got.List[0].Rate, got.List[1].Name, got.Table, got.Nested["x"].Rate)
	if want := `it's -3 18446744073709551615 true red 2.5 0.001 ü map[a:1 b:16] 2` + "\n"; have != want {
		t.Errorf("%s, want %s", have, want)
	}
	if want := `{"z":[1,-2.5,true,null,"q\""],"a":{}}`; string(got.Raw) != want {
		t.Errorf("%s, want %s", got.Raw, want)
	}
}

func TestWhatACheckFindsIsPlacedByItsPath(t *testing.T) {
	const text = "name: a\nlist:\n- rate: 1\n- name: b\n  table:\n    /x/GET: 3\ntable: {listing: 1, list: 2}\n"
	for said, want := range map[string]string{
		"name: x":                        "f:1:7: name: x",
		"list[1].name: x":                "f:4:9: list[1].name: x",
		"list[1].table[/x/GET].deep: x":  "f:6:13: list[1].table[/x/GET].deep: x",
		"list[1].count: missing":         "f:4:3: list[1].count: missing",
		"list[7]: x":                     "f:2:1: list[7]: x",
		"list: x":                        "f:2:1: list: x",
		"table.list: x":                  "f:7:27: table.list: x",
		"elsewhere: x":                   "f:1:1: elsewhere: x",
		"words without a path":           "f:1:1: words without a path",
		"list[x]: a number is no number": "f:2:1: list[x]: a number is no number",
	} {
		var got sample
		err := Read("f", []byte(text), &got).Errors(func() error { return errors.New(said) })
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAFileThatCannotBeReadIsNotChecked(t *testing.T) {
	var got sample
	err := Read("f", []byte("nme: x\n"), &got).Errors(func() error { return errors.New("checked") })
	if err == nil || strings.Contains(err.Error(), "checked") {
		t.Error(err)
	}
}

func TestTagsAreKeysWhereTheyAreRead(t *testing.T) {
	tags := func(tag string) string {
		if tag == "!Ref" {
			return "Ref"
		}
		return ""
	}
	d := Open("x.yaml", []byte("a: !Ref b\nc: [!Ref [d, e]]\n"), Options{Tags: tags})
	if d.Failed() || string(d.Root.JSON()) != `{"a":{"Ref":"b"},"c":[{"Ref":["d","e"]}]}` {
		t.Error(d.Err(), string(d.Root.JSON()))
	}
	for text, want := range map[string]string{"a: !Other b\n": "x.yaml:1:4: remove the tag !Other", "a: !Ref\n": ""} {
		d := Open("x.yaml", []byte(text), Options{Tags: tags})
		if err := d.Err(); want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
