package results

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// FuzzOpen opens directories whose files hold anything. Whatever opens must
// also be summed up, merged and turned into traffic without a crash.
func FuzzOpen(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "run")
	r, err := Create(dir, document(), nil)
	if err != nil {
		f.Fatal(err)
	}
	r.Shard().Record(&Sample{Target: 1, Service: 1 << 20, Code: 429, Out: 10, In: 20})
	r.Health(Health{Files: 3})
	if err := r.Close(Finished); err != nil {
		f.Fatal(err)
	}
	files := []string{FileRun, FileGenerator, FileSeconds, FileLatency, FileSizes}
	var seed [5][]byte
	for i, name := range files {
		if seed[i], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	f.Fuzz(func(t *testing.T, doc, generator, seconds, latency, sizes []byte) {
		dir := fstest.MapFS{FileScenario: {}, FileMinutes: {Data: latency}}
		for i, data := range [][]byte{doc, generator, seconds, latency, sizes} {
			dir[files[i]] = &fstest.MapFile{Data: data}
		}
		run, err := openFS(dir)
		if err != nil {
			return
		}
		Summarise(run)
		for i := range run.Document.Targets {
			Traffic(run, i, rest, Month{Requests: 1})
		}
		if _, err := Merge(run); err != nil && run.Document.ID != "" {
			t.Error(err)
		}
	})
}

// FuzzRows and FuzzLog feed single lines to the readers of the growing files.
func FuzzRows(f *testing.F) {
	f.Add("0,rest,health,0,1,0,0,0,0,0,0,0,0,0,10,20,0,0,0.5,200:1,", "0,0.000,1.000,0,0.1,0.2,1,2,3,4,5,0.5,0.1,7,8")
	doc := document()
	n := namesOf(&doc)
	f.Fuzz(func(t *testing.T, second, generator string) {
		if row, err := fieldsOf(second); err == nil && len(row) == len(secondColumns) {
			if s, err := n.parseSecondRow(row); err == nil && (s.Second < 0 || s.In < 0 || s.Ended[OK] < 0) {
				t.Errorf("%q reads as %+v", second, s)
			}
		}
		if row, err := fieldsOf(generator); err == nil && len(row) == len(generatorColumns) {
			if g, err := parseGeneratorRow(row); err == nil && (g.second < 0 || g.health.Files < 0) {
				t.Errorf("%q reads as %+v", generator, g)
			}
		}
	})
}

func FuzzLog(f *testing.F) {
	text, _ := filled(3).MarshalText()
	f.Add("target=rest;request=health;block=3;outcome=ok;clock=tls", "1.000", string(text))
	doc := document()
	n := namesOf(&doc)
	f.Fuzz(func(t *testing.T, tags, at, text string) {
		iv, err := parseInterval([]byte("Tag=" + tags + "," + at + ",1.000,2.000," + text))
		if err != nil {
			return
		}
		if id, err := n.parseTag(string(iv.tag)); err == nil {
			again, err := n.parseTag(n.tag(id))
			if err != nil || again != id {
				t.Errorf("%q reads as %+v, written and read again as %+v, %v", tags, id, again, err)
			}
		}
		_, _, _ = iv.histogram(n, new(decoder))
		_, _, _ = iv.sizes(n, new(decoder))
	})
}
