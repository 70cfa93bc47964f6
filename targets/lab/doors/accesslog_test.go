package doors

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios/accesslog"
)

// logged asks for a door's access log in fake time.
func (b bench) logged(door int) (lines []string) {
	for _, line := range b.doors[door].accessLog.log.Lines(time.Time{}, time.Now().Add(time.Hour)) {
		lines = append(lines, line.Message)
	}
	return lines
}

// read reads a log as tollgate does.
func read(t *testing.T, log string) (all []accesslog.Entry) {
	t.Helper()
	counted, err := accesslog.Read(strings.NewReader(log), nil, func(e *accesslog.Entry) {
		kept := *e
		kept.Path, kept.User, kept.Route = []byte(string(e.Path)), []byte(string(e.User)), []byte(string(e.Route))
		all = append(all, kept)
	})
	if err != nil || counted.Malformed > 0 {
		t.Fatalf("%v, %+v in\n%s", err, counted, log)
	}
	return all
}

// Each door's log, read as a user's log is, has what the door did.
func TestAnAccessLogIsReadAsWhatHappened(t *testing.T) {
	for _, kind := range []string{"rest-api", "http-api", "alb"} {
		t.Run(kind, func(t *testing.T) {
			d := steady(kind)
			d.AccessLog = &AccessLog{}
			path := root(kind) + "bytes/3000"
			if kind != "alb" {
				d.Throttle = &Throttle{Rate: 0.001, Burst: 2}
			}
			if kind == "rest-api" {
				d.UsagePlan = &UsagePlan{Throttle: Throttle{Rate: 100, Burst: 100}, Keys: []string{"the-first-key-of-twenty", "the-second-key-of-twenty"}}
			}
			inFakeTime(t, only(d), func(b bench) {
				began := time.Now()
				b.ask(0, "GET", path+"?q=1", "", "X-Api-Key", "the-second-key-of-twenty", "User-Agent", `a "b"`)
				b.ask(0, "GET", path, "", "X-Api-Key", "the-first-key-of-twenty")
				b.ask(0, "GET", path, "", "X-Api-Key", "the-first-key-of-twenty")
				all := read(t, strings.Join(b.logged(0), ""))
				if len(all) != 3 {
					t.Fatalf("%d entries of 3 requests", len(all))
				}
				cold, warm, refused := all[0], all[1], all[2]
				if cold.Arrived != began.UnixNano() || string(cold.Path) != "/bytes/3000" || cold.Status != 200 || cold.BackendStatus != 200 ||
					cold.Backend != 220*time.Millisecond || cold.Out < 3000 || cold.Out > 3400 {
					t.Errorf("the first request is %+v", cold)
				}
				if warm.Arrived != began.Add(225*time.Millisecond).UnixNano() || warm.Backend != 20*time.Millisecond {
					t.Errorf("the second request is %+v", warm)
				}
				if kind != "alb" && (refused.Status != 429 || refused.Backend != accesslog.Unknown || refused.BackendStatus != 0) {
					t.Errorf("the third request is %+v", refused)
				}
				if kind == "alb" && warm.Took != 25*time.Millisecond {
					t.Errorf("it took %v", warm.Took)
				}
				if kind == "rest-api" && (len(cold.User) == 0 || string(cold.User) == string(warm.User) || string(warm.User) != string(refused.User)) {
					t.Errorf("keys are %s, %s and %s", cold.User, warm.User, refused.User)
				}
				if kind == "rest-api" && strings.Contains(strings.Join(b.logged(0), ""), "of-twenty") {
					t.Error("the log has an API key")
				}
			})
		})
	}
}

func TestALineOfABalancerHas34Fields(t *testing.T) {
	d := steady("alb")
	d.AccessLog = &AccessLog{}
	d.Rules = []Rule{{Path: "/old", Action: &Integration{Type: "redirect", Location: "https://#{host}:443/new"}}}
	inFakeTime(t, only(d), func(b bench) {
		b.ask(0, "GET", "/old", "", "User-Agent", `a "b"`+"\n")
		b.ask(0, "GET", "/", "")
		lines := b.logged(0)
		const moved = `http 2000-01-01T00:00:00.005000Z app/lab-alb/`
		if !strings.HasPrefix(lines[0], moved) || !strings.Contains(lines[0], ` 301 - `) ||
			!strings.Contains(lines[0], `"GET http://example.com:80/old HTTP/1.1" "a \x22b\x22\x0A" - - - "Root=1-`) ||
			!strings.Contains(lines[0], `"redirect" "https://example.com:443/new"`) || !strings.Contains(lines[0], " -1 -1 -1 301 ") {
			t.Errorf("%s", lines[0])
		}
		if !strings.Contains(lines[1], ` 0.000 0.220 0.005 200 200 `) || !strings.Contains(lines[1], ` 0 2000-01-01T00:00:00.005000Z "forward" "-" "-" "-" "200" "-" "-" TID_`) {
			t.Errorf("%s", lines[1])
		}
		for _, line := range lines {
			outside := strings.Split(line, `"`) // what stands in quotes is every other part
			fields := 0
			for i, part := range outside {
				if i%2 == 1 {
					fields++
				} else {
					fields += len(strings.Fields(part))
				}
			}
			if fields != 34 {
				t.Errorf("%d fields in %s", fields, line)
			}
		}
	})
}

func TestAFileOfALogIsBelowTheFolderAndAddedTo(t *testing.T) {
	t.Chdir(t.TempDir())
	outside := t.TempDir()
	if err := os.Symlink(outside, "elsewhere"); err != nil {
		t.Fatal(err)
	}
	door := func(file string) Config {
		return only(DoorConfig{Kind: "http-api", Overhead: exactly(0), Function: &Function{Init: exactly(0), Warm: exactly(0)}, AccessLog: &AccessLog{File: file, Format: `{"status":$context.status}`}})
	}
	for range 2 {
		set, err := Start(door("access.log"))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.Get(set.Doors()[0].URL + "/")
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if err := set.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile("access.log"); err != nil || string(text) != strings.Repeat("{\"status\":200}\n", 2) || !json.Valid([]byte(strings.SplitAfter(string(text), "\n")[0])) {
		t.Errorf("%v, %q", err, text)
	}
	if set, err := Start(door("elsewhere/access.log")); err == nil {
		t.Error("a link leads out of the folder", set.Close())
	}
	for _, file := range []string{"../access.log", "/tmp/access.log", "Makefile"} {
		if err := door(file).Validate(); err == nil || !strings.Contains(err.Error(), "doors[0].access_log.file: "+`"`+file+`" must be below the folder`) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if left, err := filepath.Glob(outside + "/*"); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	c := only(DoorConfig{Kind: "alb", AccessLog: &AccessLog{Format: "$context.status"}})
	c.Doors = append(c.Doors, DoorConfig{Kind: "function-url", AccessLog: &AccessLog{}}, DoorConfig{Kind: "http-api", AccessLog: &AccessLog{Format: "$context.resourcePath"}})
	err := c.Validate()
	for _, want := range []string{"doors[0].access_log.format: a load balancer's access log has one format", "doors[1].access_log: a door of kind function-url has none; only rest-api, http-api, alb have it", "doors[2].access_log.format: the lab does not know $context.resourcePath"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}
