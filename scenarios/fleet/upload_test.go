package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// runDir is a run directory that grows.
type runDir string

func (d runDir) add(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(string(d), name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func (d runDir) replace(t *testing.T, name, text string) {
	t.Helper()
	if err := results.Replace(filepath.Join(string(d), name), []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// same says how a copy differs.
func (d runDir) same(t *testing.T, copied string, names ...string) {
	t.Helper()
	for _, name := range names {
		want, _ := os.ReadFile(filepath.Join(string(d), name))
		if got, err := os.ReadFile(filepath.Join(copied, name)); err != nil || string(got) != string(want) {
			t.Errorf("%s: %d bytes, want %d; %v", name, len(got), len(want), err)
		}
	}
}

// alone is a fleet of one that has claimed its shard.
func alone(t *testing.T, s Store) *Member {
	t.Helper()
	m := member(s, 1)
	m.Count = 1
	if o := m.run(t.Context()); o.err != nil {
		t.Fatal(o.err)
	}
	return m
}

func TestARunDirectoryIsUploadedWhileItGrows(t *testing.T) {
	bubble(t, "with 30 s without the store", func(t *testing.T) {
		s := newMemory()
		m := alone(t, s)
		dir, into := runDir(t.TempDir()), t.TempDir()
		u := m.Uploader(string(dir))
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { u.Run(ctx); close(ended) }()
		dir.replace(t, results.FileRun, `{"state":"running"}`)
		dir.replace(t, results.FileScenario, "name: x\n")
		dir.replace(t, results.FileHTML, "<html>")
		for second := range 100 {
			dir.add(t, results.FileLatency, strings.Repeat(fmt.Sprintf("second %d;", second), 50))
			dir.add(t, results.FileGenerator, fmt.Sprintf("%d\n", second))
			switch second {
			case 25:
				c, err := Collect(t.Context(), s, "r1", into)
				if err != nil || len(c.Missing()) != 1 || len(c.Whole()) != 1 {
					t.Fatalf("%+v, %v", c, err)
				}
				if says := c.Missing()[0].String(); !strings.Contains(says, "not done; the last upload was at") {
					t.Error(says)
				}
			case 40:
				s.setAway(true)
			case 70:
				s.setAway(false)
			case 80:
				dir.replace(t, results.FileRun, `{"state":"finished"}`)
			}
			time.Sleep(time.Second)
		}
		end()
		<-ended
		if err := u.Close(t.Context(), Done{State: "finished", Verdict: "valid", Requests: 100}); err != nil {
			t.Fatal(err)
		}
		c, err := Collect(t.Context(), s, "r1", into)
		if err != nil || len(c.Missing()) != 0 || c.Shards[0].Done().Requests != 100 {
			t.Fatalf("%+v, %v, %s", c.Status, err, c.Shards[0].Trouble)
		}
		dir.same(t, c.Dirs[0], results.FileRun, results.FileScenario, results.FileLatency, results.FileGenerator)
		if _, err := os.Stat(filepath.Join(c.Dirs[0], results.FileHTML)); err == nil {
			t.Error("a report was uploaded")
		}
		var bytes int64
		for key, o := range s.objects {
			if strings.Contains(key, results.FileLatency) {
				bytes += o.Size
			}
		}
		if info, _ := os.Stat(filepath.Join(string(dir), results.FileLatency)); bytes != info.Size() {
			t.Errorf("%d bytes were uploaded of a file of %d", bytes, info.Size())
		}
	})
	bubble(t, "and is read again at the end", func(t *testing.T) {
		s := newMemory()
		m := alone(t, s)
		dir := runDir(t.TempDir())
		u := m.Uploader(string(dir))
		dir.replace(t, results.FileRun, "{}")
		dir.add(t, results.FileLatency, "what was here first")
		if err := u.upload(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(string(dir), results.FileLatency) // changed in place, which no recorder does
		if err := os.WriteFile(name, []byte("What was here first, and more"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := u.Close(t.Context(), Done{}); err != nil {
			t.Fatal(err)
		}
		c, err := Collect(t.Context(), s, "r1", t.TempDir())
		if err != nil || c.Dirs[0] == "" {
			t.Fatalf("%+v, %v", c, err)
		}
		dir.same(t, c.Dirs[0], results.FileLatency)
	})
	bubble(t, "to a store that is away at the end", func(t *testing.T) {
		s := newMemory()
		m := alone(t, s)
		dir := runDir(t.TempDir())
		u := m.Uploader(string(dir))
		dir.replace(t, results.FileRun, "{}")
		go func() { s.setAway(true); time.Sleep(30 * time.Second); s.setAway(false) }()
		time.Sleep(time.Second)
		if err := u.Close(t.Context(), Done{}); err != nil {
			t.Error(err)
		}
		s.setAway(true)
		if err := u.Close(t.Context(), Done{}); err == nil || !strings.Contains(err.Error(), "they are in "+string(dir)) {
			t.Error(err)
		}
	})
}

func TestWhatOthersWroteIsNotBelieved(t *testing.T) {
	sum := results.Digest([]byte("{}"))
	bubble(t, "lists of files", func(t *testing.T) {
		for what, row := range map[string]struct{ list, says string }{
			"a name that leads out":  {`{"version":1,"shard":1,"attempt":"A","files":[{"name":"../../etc/passwd","size":0,"sha256":"` + sum + `","parts":[]}]}`, "is no name of a file"},
			"a hidden name":          {`{"version":1,"shard":1,"attempt":"A","files":[{"name":".bashrc","size":0,"sha256":"` + sum + `","parts":[]}]}`, "is no name of a file"},
			"sizes that do not add":  {`{"version":1,"shard":1,"attempt":"A","files":[{"name":"run.json","size":9,"sha256":"` + sum + `","parts":[2]}]}`, "its objects have 2 bytes, and the file 9"},
			"more than fits":         {`{"version":1,"shard":1,"attempt":"A","files":[{"name":"run.json","size":99999999999,"sha256":"` + sum + `","parts":[2]}]}`, "a file has at most"},
			"another digest":         {`{"version":1,"shard":1,"attempt":"A","files":[{"name":"run.json","size":2,"sha256":"` + results.Digest(otherBytes) + `","parts":[2]}]}`, "not what was uploaded"},
			"another attempt":        {`{"version":1,"shard":1,"attempt":"B","files":[]}`, "uploaded by attempt B"},
			"a later version":        {`{"version":2,"shard":1,"attempt":"A","files":[]}`, "use the same Tollgate"},
			"no run":                 {`{"version":1,"shard":1,"attempt":"A","files":[]}`, "there is no run.json yet"},
			"no JSON":                {`{`, "unexpected end"},
			"a name twice":           {`{"version":1,"shard":1,"attempt":"A","files":[{"name":"a","size":0,"sha256":"` + sum + `","parts":[]},{"name":"a","size":0,"sha256":"` + sum + `","parts":[]}]}`, "is named twice"},
			"an object that is gone": {`{"version":1,"shard":1,"attempt":"A","files":[{"name":"run.json","size":2,"first":7,"sha256":"` + sum + `","parts":[2]}]}`, "does not exist"},
		} {
			s := newMemory()
			s.write("r1/fleet.json", []byte(`{"version":1,"shards":1}`))
			s.write("r1/claims/1.json", []byte(`{"version":1,"shard":1,"attempt":"A"}`))
			s.write("r1/parts/1/done.json", []byte(row.list))
			s.write("r1/parts/1/run.json/000000", []byte("{}"))
			into := t.TempDir()
			c, err := Collect(t.Context(), s, "r1", into)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Shards[0].Trouble; !strings.Contains(got, row.says) || c.Dirs[0] != "" {
				t.Errorf("%s: %q in %q, want %s", what, got, c.Dirs[0], row.says)
			}
		}
	})
	bubble(t, "a link in the place of a file", func(t *testing.T) {
		s := newMemory()
		m := alone(t, s)
		dir := runDir(t.TempDir())
		dir.replace(t, results.FileRun, "{}")
		if err := m.Uploader(string(dir)).Close(t.Context(), Done{}); err != nil {
			t.Fatal(err)
		}
		into, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
		if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(into, "r1-shard-0001")
		if err := os.Mkdir(at, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(victim, filepath.Join(at, results.FileRun)); err != nil {
			t.Skip(err)
		}
		c, err := Collect(t.Context(), s, "r1", into)
		if text, _ := os.ReadFile(victim); err != nil || c.Dirs[0] != "" || string(text) != "precious" {
			t.Errorf("%q, %+v, %v", text, c.Dirs, err)
		}
	})
}

var otherBytes = []byte("[]")
