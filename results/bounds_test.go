package results

import (
	"fmt"
	"strings"
	"testing"
)

func TestJSONIsCountedBeforeItIsDecoded(t *testing.T) {
	for name, row := range map[string]struct{ data, want string }{
		"empty":                        {`{}`, ""},
		"brackets in texts":            {`{"a":"[[[[{{{{,,,,\"[[["}`, ""},
		"as many elements as there be": {`{"a":[` + strings.Repeat("1,", maxElements-1) + `1]}`, ""},
		"one more":                     {`{"a":[` + strings.Repeat("1,", maxElements) + `1]}`, "more than 65536 elements"},
		"as deep as there be":          {strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), ""},
		"one deeper":                   {strings.Repeat("[", maxDepth+1), "nested more than 64 deep"},
		"many lists of many":           {strings.Repeat("["+strings.Repeat("1,", maxElements-1)+"1],", 70), "more than 4194304 values"},
	} {
		err := bounded([]byte(row.data))
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}

func TestTextsLoseWhatSteersATerminal(t *testing.T) {
	var v struct {
		Text  string              `json:"text"`
		Lists map[string][]string `json:"lists"`
		Deep  *struct {
			Text string `json:"text"`
		} `json:"deep"`
	}
	data := `{"text":"a\u001b[2J\nb","lists":{"k":["\u202ex"]},"deep":{"text":"\u009b"}}`
	if err := ParseJSON([]byte(data), &v, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if v.Text != "a\ufffd[2J\nb" || v.Lists["k"][0] != "\ufffdx" || v.Deep.Text != "\ufffd" {
		t.Errorf("%q %q %q", v.Text, v.Lists, v.Deep.Text)
	}
	for name, data := range map[string]string{
		"a name of a mapping": `{"lists":{"\u001b":[]}}`,
		"a text too long":     `{"text":"` + strings.Repeat("x", maxString+1) + `"}`,
	} {
		if err := ParseJSON([]byte(data), &v, func() error { return nil }); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestHistogramsHaveARoom(t *testing.T) {
	run := &Run{Series: map[Key]*Histogram{}}
	r := room{series: 3, most: 20, work: 1000}
	for i := range 5 { // the same buckets again and again are held once
		h := filled(5)
		if err := r.decoded(h.packed); err != nil {
			t.Fatal(err)
		}
		mergeInto(run.Series, Key{}, h)
		if err := r.held(run); err != nil {
			t.Fatalf("merge %d: %v", i, err)
		}
	}
	var err error
	for i := range 3 {
		run.Series[Key{Block: uint32(i + 1)}] = filled(5)
		err = r.held(run)
	}
	if err == nil {
		t.Error("four series of three")
	}
	r = room{series: 3, most: 20, work: 12}
	if err := fmt.Errorf("%w %w", r.decoded(filled(5).packed), r.decoded(filled(5).packed)); r.decoded(filled(5).packed) == nil {
		t.Errorf("three times five of twelve: %v", err)
	}
}

// FuzzJSON reads every JSON file of a run directory. What is read has no
// character that steers a terminal.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"from":"2026-11-22T12:00:00Z","targets":[{"target":"rest","metrics":[{"role":"count","name":"Count","unit":"count","points":[]}],"reconciliation":[{"what":"requests","unit":"count","client":1}]}]}`))
	f.Add([]byte(`{"version":1,"findings":[{"probe":"p","target":"t","conclusion":"c","verdict":"valid"}]}`))
	f.Add([]byte(`{"version":1,"id":"x","state":"running","verdict":"","targets":[{"name":"a","kind":"alb"}]}`))
	f.Add([]byte("{\"error\":\"\\u001b\",\"targets\":[null]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var o Observed
		if err := ParseJSON(data, &o, func() error { return o.check(names{targets: []string{"rest", "http"}}) }); err == nil {
			for _, x := range o.Targets {
				if strings.ContainsFunc(x.Error+x.Target, steers) {
					t.Errorf("%+q", fmt.Sprint(x))
				}
			}
		}
		if all, err := ParseFindings(data); err == nil {
			for _, x := range all {
				if strings.ContainsFunc(x.Conclusion+x.Title, steers) {
					t.Errorf("%+q", fmt.Sprint(x))
				}
			}
		}
		if d, err := ParseDocument(data); err == nil && strings.ContainsFunc(d.ID+d.Scenario+strings.Join(d.Warnings, ""), steers) {
			t.Errorf("%q", d.Warnings)
		}
	})
}

// FuzzFailures reads lines of failures.jsonl.
func FuzzFailures(f *testing.F) {
	f.Add([]byte(`{"target":"rest","request":"health","at_s":1,"status":404,"body":"x"}`))
	doc := document()
	n := namesOf(&doc)
	f.Fuzz(func(_ *testing.T, line []byte) { _, _ = n.parseFailure(line) })
}
