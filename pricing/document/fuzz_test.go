package document

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"
)

// Whatever a file holds, reading ends, each problem has its place, no message
// repeats the value of a variable, and what was read is JSON.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"name: a\nlist: [{rate: 1e-3}, &a {name: x}, *a, {<<: *a}]\n", "name: ${env:SECRET}", "name: $${env:SECRET}", "name: ${env:NONE",
		"table: {a: 0x10, b: 1_000}", "rate: 10k", "count: 5B", "{\"raw\": [1, null, \"\\u00fc\"]}", "a: &a [*a]", "? - : |", "{[}]",
		"%YAML 1.2\n---\nx: !!binary |\n a", "a: >-\n\tb", "\ufeffname: x", "- - - -", "seed: .nan", "old_size: {p50: 5}", "size: 5MB", "*\r:D\n\r:D\n",
	} {
		f.Add([]byte(seed))
	}
	env := func(name string) (string, bool) { return "hunter2", name == "SECRET" }
	f.Fuzz(func(t *testing.T, data []byte) {
		var into struct {
			sample
			Size  units `json:"size" doc:"unit=MB;was=old_size:MB;min=1;max=10"`
			Share units `json:"share" doc:"unit=share"`
		}
		d := Read("f", data, &into, Options{Env: env})
		for _, err := range []error{d.Err(), d.Notes()} {
			if err == nil {
				continue
			}
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "f:") && !strings.HasPrefix(line, " ") {
					t.Errorf("without its place: %q", line)
				}
				if strings.Contains(line, "hunter2") && !strings.Contains(string(data), "hunter2") {
					t.Errorf("the message gives a secret away: %s", line)
				}
			}
		}
		if d.Root != nil && !d.Failed() && !json.Valid(d.Root.JSON()) {
			t.Errorf("not JSON: %s", d.Root.JSON())
		}
	})
}

// A units is a number that is read in its unit.
type units struct{ n *big.Rat }

func (u *units) Decode(v Value) { u.n, _ = v.Exact() }

func TestNumbersAreWrittenInTheUnitsOfAllFiles(t *testing.T) {
	for _, row := range []struct {
		unit Unit
		text string
		want string // exactly; "" is refused
		say  string // in the error
	}{
		{Count, "5", "5", ""},
		{Count, "3_000_000", "3000000", ""},
		{Count, "1e9", "1000000000", ""},
		{Count, "2.5e-1", "0.25", ""},
		{Count, ".5", "0.5", ""},
		{Count, "0x10", "16", ""},
		{Count, "500k", "500000", ""},
		{Count, "10 M", "10000000", ""},
		{Count, "20G", "20000000000", ""},
		{Count, "-3", "-3", ""},
		{Count, "20B", "", "B no longer means billion, write 20G or 20e9"},
		{Count, "5K", "", "did you mean 5k?"},
		{Count, "1__0", "", "is not a number"},
		{Count, "1e999", "", "is not a number"},
		{Count, "", "", "is not a number"},
		{Bytes, "512", "512", ""},
		{Bytes, "5B", "5", ""},
		{Bytes, "4kB", "4000", ""},
		{Bytes, "10MB", "10000000", ""},
		{Bytes, "1GB", "1000000000", ""},
		{Bytes, "4KiB", "4096", ""},
		{Bytes, "1MiB", "1048576", ""},
		{Bytes, "1GiB", "1073741824", ""},
		{Bytes, "4KB", "", "did you mean 4kB?"},
		{Bytes, "4 apples", "", "write it as 512, 4kB, 10MB or 1MiB"},
		{Megabytes, "512MB", "512", ""},
		{Megabytes, "1GB", "1024", ""},
		{Megabytes, "1GiB", "1024", ""},
		{Megabytes, "512", "", "has no unit: write 512MB or 512GB"},
		{Gigabytes, "0.5GB", "0.5", ""},
		{Gigabytes, "512MB", "0.5", ""},
		{Millis, "400ms", "400", ""},
		{Millis, "1m30s", "90000", ""},
		{Millis, "0", "0", ""},
		{Millis, "400", "", "has no unit: write 400s, or 400ms"},
		{Millis, "-1s", "", "is not a time"},
		{Seconds, "2h", "7200", ""},
		{Share, "20%", "0.2", ""},
		{Share, "0.2", "0.2", ""},
		{Share, "1e-3", "0.001", ""},
		{Share, "1.2", "", "is not a share"},
		{Share, "120%", "", "is not a share"},
	} {
		got, err := Parse(row.text, row.unit)
		switch {
		case (err == nil) != (row.want != ""):
			t.Errorf("%q in %q: %v, %v", row.text, row.unit, got, err)
		case err == nil && Decimal(got) != row.want:
			t.Errorf("%q in %q is %s, want %s", row.text, row.unit, Decimal(got), row.want)
		case err != nil && !strings.Contains(err.Error(), row.say):
			t.Errorf("%q in %q: %v, want %q", row.text, row.unit, err, row.say)
		}
	}
}

// The parser recurses on nesting and takes quadratic time for the keys of a mapping:
// the first of these files took it fourteen seconds, before keys had a bound.
func TestNoFileKeepsTheReaderBusy(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"many keys in one mapping", strings.Repeat("a: 1\n", 49_000), "f:2001:2: this is not YAML: a mapping with more than 2000 keys"},
		{"many questions", strings.Repeat("? a\n: 1\n", 30_000), "a mapping with more than 2000 keys"},
		{"many mappings of many keys", strings.Repeat("k:\n"+strings.Repeat("  a: 1\n", 1_999), 5), "this key is given twice"},
		{"many tokens", "x: [" + strings.Repeat("1, ", 76_000) + "]", "the file holds too much: it has"},
		{"many mappings in a list", "x:\n" + strings.Repeat("- a: 1\n  b: 2\n", 5_000), ""},
		{"many brackets that are open", strings.Repeat("[", 100_000), "f:1:65: this is not YAML: nested more than 64 deep"},
		{"many dashes on one line", strings.Repeat("- ", 74_000), "f:1:129: this is not YAML: nested more than 64 deep"},
		{"a string of megabytes", "x: \"" + strings.Repeat("a", 4<<20) + "\"", "the file has more than 4194304 bytes"},
		{"aliases of a large anchor", "a: &a [" + strings.Repeat("1,", 1_000) + "1]\nb: [" + strings.Repeat("*a,", 1_000) + "*a]", "each alias counted as a copy"},
	} {
		t.Run(row.name, func(t *testing.T) {
			begun := time.Now()
			err := Read("f", []byte(row.text), new(json.RawMessage), Options{Bound: Large}).Err()
			if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("%.200v, want %q", err, row.want)
			}
			if took := time.Since(begun); took > 30*time.Second { // a tenth of a second on an idle machine
				t.Errorf("took %v", took)
			}
		})
	}
}
