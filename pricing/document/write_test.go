package document

import (
	"strings"
	"testing"
)

// What is written is read as the same tree, whatever was in the file.
func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		"name: a\nlist: [{rate: 1e-3}, &a {name: x}, *a, {<<: *a}]\n", "name: ${env:SECRET}", "a: \"yes\"\nb: 'null'\nc: \"12\"\nd: \"- x\"\n",
		"table: {a: 0x10, b: 1_000, c: ~}", "a: |\n  two\n  lines\nb: \"tab\\t\\u0007 \\u2028 #\"\n", "{\"429\": [[], {}, [[1]]], \"\": x, \"a b\": 1}", "- - - x", "x",
		"a: 200/s\nb: p(99) < 250ms\nc: 2026-01-01\nd: http://h:1/x?y=z\ne: a: b\n", "a: ${key}${", "\"<<\": x", "k: \"\\x7f\\x85\\ufeff\"",
		" ...", " ... a", "k: ...",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := Open("f", []byte(text), Options{})
		if d.Root == nil || d.Failed() {
			return
		}
		written := d.Root.YAML()
		again := Open("w", written, Options{})
		if again.Failed() || again.Root == nil || shape(again.Root) != shape(d.Root) {
			t.Errorf("%q is written as\n%s\n%v\n%s\n%s", text, written, again.Err(), shape(d.Root), shape(again.Root))
		}
	})
}

// shape is all of a tree but its places.
func shape(n *Node) string {
	if n == nil {
		return "nothing"
	}
	var b strings.Builder
	b.WriteString(n.Type.String() + " " + n.Raw)
	for _, e := range n.Entries {
		b.WriteString("\n" + e.Key + "=(" + shape(e.Value) + ")")
	}
	for _, item := range n.Items {
		b.WriteString("\n- (" + shape(item) + ")")
	}
	return b.String()
}

func TestValuesAreReplacedByTheirPaths(t *testing.T) {
	const file = `name: a
targets: {rest: {kind: alb}, my.api: {kind: origin}}
requests: [{name: get, path: /}, {name: predict, path: /p}]
load: [{constant: {rate: 5/s, for: 10s}}]
`
	for _, row := range []struct{ name, path, value, want, wrong string }{
		{"a value in a list", "load[0].constant.rate", "50/s", "- constant: {rate: 50/s, for: 10s}", ""},
		{"an item by its name", "requests.predict.path", "/q", "{name: predict, path: /q}", ""},
		{"a name in brackets", "targets[my.api].kind", "alb", "my.api: {kind: alb}", ""},
		{"a name with a dot", "targets.my.api.kind", "alb", "my.api: {kind: alb}", ""},
		{"a key that is not there yet", "requests[1].weight", "9", "{name: predict, path: /p, weight: 9}", ""},
		{"mappings that are not there yet", "engine.connections", "64", "engine: {connections: 64}", ""},
		{"a whole section", "thresholds", "[p(99) < 250ms, error_share < 1%]", "thresholds: [p(99) < 250ms, error_share < 1%]", ""},
		{"a string in quotes", "name", "'12'", `name: "12"`, ""},
		{"a reference", "targets.rest.url", "${env:URL}", `url: "${env:URL}"`, ""},
		{"a key that is removed", "requests.get.path", "null", "- name: get\n", ""},
		{"a misspelt key on the way", "targets.rset.kind", "alb", "", `targets has no key "rset"; did you mean "rest"? (it has rest, my.api)`},
		{"a misspelt section", "loda[0].constant.rate", "1/s", "", `the file has no key "loda"; did you mean "load"?`},
		{"a misspelt item", "requests.predct.path", "/", "", `requests has no item "predct"; did you mean "predict"?`},
		{"an item too far", "load[1].constant.rate", "1/s", "", "load has no item \"1\": its items are load[0] to load[0]"},
		{"a key of a string", "name.first", "b", "", "name is a string: it has nothing that \"first\" could name"},
		{"no value", "name", " ", "", "there is no value"},
		{"what is no YAML", "name", "{a", "", "put it in quotes"},
		{"no path", "", "x", "", "there is no path"},
		{"a path without an end", "targets[rest", "x", "", "bracket has no end"},
		{"a path with a hole", "targets..kind", "x", "", "a key is missing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := Open("f", []byte(file), Options{})
			before := shape(d.Root)
			value, err := ParseValue(row.value)
			changed := d.Root
			if err == nil {
				changed, err = d.Root.With(row.path, value)
			}
			switch {
			case row.wrong == "" && (err != nil || !strings.Contains(string(changed.YAML()), row.want)):
				t.Errorf("%v\n%s", err, changed.YAML())
			case row.wrong != "" && (err == nil || !strings.Contains(err.Error(), row.wrong)):
				t.Errorf("error %v, want %q", err, row.wrong)
			}
			if shape(d.Root) != before {
				t.Error("the file's own tree has changed")
			}
		})
	}
}
