package doors

import (
	"strings"
	"testing"
	"time"
)

func TestARealFunctionAnswersBehindEveryDoor(t *testing.T) {
	l := open(t, Config{Function: real(t, ""), Doors: []DoorConfig{
		{Kind: "rest-api"},
		{Kind: "http-api"},
		{Kind: "http-api", Name: "staged", Stage: "v1", Payload: "1.0"},
		{Kind: "function-url"},
		{Kind: "alb"},
		{Kind: "alb", Name: "lists", MultiValue: true},
	}})
	for _, door := range l.Doors() {
		var instances []string
		for _, c := range []struct{ method, path, body, want string }{
			{"GET", "/", "", `{"message":"ML inference API is healthy"`},
			{"POST", "/predict", `{"features":[5.1,3.5,1.4,0.2]}`, `{"prediction":0,"class_name":"setosa"}`},
		} {
			status, head, body := sendTyped(t, c.method, door.URL+c.path, c.body, jsonType)
			if status != 200 || !strings.HasPrefix(body, c.want) || head.Get("Content-Type") != jsonType {
				t.Errorf("%s %s %s: %d %s", door.Name, c.method, c.path, status, body)
			}
			instances = append(instances, head.Get("X-Instance-Id"))
		}
		if instances[0] == "" || instances[0] != instances[1] {
			t.Errorf("%s: two requests in a row were served by %v", door.Name, instances)
		}
	}
	logs := l.Logs()
	for i, truth := range l.Truth().Doors {
		if truth.Invocations != 2 || truth.ColdStarts != 1 || truth.Errors != 0 || truth.InitMS <= 0 || truth.DurationMS <= 0 {
			t.Errorf("the truth of %s is %+v", truth.Name, truth)
		}
		var billed time.Duration
		cold := 0
		for _, r := range logs[i].Reports(time.Time{}, time.Now()) {
			billed += r.BilledDuration
			if r.InitDuration > 0 {
				cold++
			}
		}
		if billed.Milliseconds() != truth.BilledMS || cold != 1 || logs[i].Group() != "/aws/lambda/"+truth.Name {
			t.Errorf("the reports of %s have %v billed and %d cold starts, the truth %+v", logs[i].Group(), billed, cold, truth)
		}
		if truth.Config.Function.Environment["MARK"] != "***" {
			t.Errorf("the truth tells the function's environment: %v", truth.Config.Function.Environment)
		}
	}
}

func TestARetiredFunctionStartsAnew(t *testing.T) {
	modelled := quick().Function
	l := open(t, Config{Function: real(t, ""), Doors: []DoorConfig{{Kind: "function-url"}, {Kind: "alb", Function: &modelled}}})
	for i, door := range l.Doors() {
		for range 2 {
			send(t, "GET", door.URL+"/", "")
			l.doors[i].function.retire(l.doors[i].config.Function.Environment)
		}
		if truth := l.Truth().Doors[i]; truth.ColdStarts != 2 || truth.Invocations != 2 {
			t.Errorf("the truth of %s is %+v", truth.Name, truth)
		}
	}
}

// TestWellKnownKeysChangeNoProgram changes variables by the Lambda
// endpoint's way, with the lab's own keys and with keys of the user's.
func TestWellKnownKeysChangeNoProgram(t *testing.T) {
	change := map[string]string{"LD_PRELOAD": "/evil.so", "TOLLGATE_RENEWED": "1"}
	for _, secret := range []bool{false, true} {
		c := Config{Function: real(t, ""), Doors: []DoorConfig{{Kind: "function-url"}}}
		if secret {
			c.Credentials = []Credential{{"AKIAOFTHEUSER0000000", "of the user"}}
		}
		d := open(t, c).doors[0]
		got := d.function.granted(change)
		if got["TOLLGATE_RENEWED"] != "1" || (got["LD_PRELOAD"] != "") != secret || (got["MARK"] == "") != secret {
			t.Errorf("with keys of the user's %v, processes get %v", secret, got)
		}
		if shown := d.function.shown()["MARK"]; (shown == t.Name()) != secret {
			t.Errorf("with keys of the user's %v, the endpoint shows %q", secret, shown)
		}
	}
}

func TestModelledFunctionsReportAsRealOnesDo(t *testing.T) {
	l := open(t, quick())
	for _, door := range l.Doors() {
		send(t, "GET", door.URL+"/", "")
		send(t, "GET", door.URL+"/", "")
	}
	logs := l.Logs()
	for i, truth := range l.Truth().Doors {
		reports := logs[i].Reports(time.Time{}, time.Now().Add(time.Hour))
		var billed time.Duration
		for _, r := range reports {
			billed += r.BilledDuration
		}
		if int64(len(reports)) != truth.Invocations || truth.Invocations != 2 || billed.Milliseconds() != truth.BilledMS {
			t.Errorf("%s has %d reports with %v billed, the truth is %+v", truth.Name, len(reports), billed, truth)
		}
	}
}
