package fleet

import (
	"strings"
	"testing"
)

// FuzzRecords reads every object that others may have written.
func FuzzRecords(f *testing.F) {
	f.Add(`{"version":1,"shards":4,"inputs":{"scenario":"d","files":{"a":"b"},"seed":"1"}}`)
	f.Add(`{"version":1,"at":"2026-11-30T20:00:00.5Z","attempt":"a"}`)
	f.Add(`{"version":1,"shard":1,"attempt":"a","host":"h","clock":{"offset_ms":1e308}}`)
	f.Add(`{"version":1,"shard":1,"attempt":"a","files":[{"name":"run.json","size":2,"sha256":"` + strings.Repeat("0", 64) + `","first":1,"parts":[1,1]}],"done":{"state":"x"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, into := range []record{&Fleet{}, &beginning{}, &claim{}, &stop{}} {
			_ = parse([]byte(text), into)
		}
		var p Parts
		if parse([]byte(text), &p) != nil {
			return
		}
		for _, file := range p.Files {
			if strings.ContainsAny(file.Name, `/\:`) || strings.HasPrefix(file.Name, ".") {
				t.Errorf("%q is a name", file.Name)
			}
			if first, from := file.beyond(file.Size); from != file.Size || first != len(file.Parts) {
				t.Errorf("%+v ends at %d, object %d", file, from, first)
			}
		}
	})
}

// FuzzMarks reads keys that others may have written.
func FuzzMarks(f *testing.F) {
	f.Add("r1/ready/3-abc.json")
	f.Add("r1/ready/03-abc.left")
	f.Add("r1/parts/99999999999999999999/done.json")
	f.Fuzz(func(t *testing.T, key string) {
		all := []Object{{Key: key}}
		st := &Status{Shards: make([]Shard, 4)}
		st.seen(all, "r1")
		if r := readinessOf(all, "r1", 4, all[0].Modified); len(r.missing)+1 < 4 {
			t.Errorf("%q makes %d ready", key, 4-len(r.missing))
		}
	})
}
