package doors

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAFaultLastsFromItsStartForItsDuration(t *testing.T) {
	const lag = 70 * time.Millisecond
	inFakeTime(t, only(steady("alb")), func(b bench) {
		b.ask(0, "GET", "/", "")
		j := &injector{doors: b.doors}
		_, err := j.inject([]Injection{{Fault: "latency", By: Duration(lag), Start: Duration(time.Second), For: Duration(time.Second)}}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			what        string
			sleep, took time.Duration
		}{
			{"before", 0, 25 * time.Millisecond},
			{"during", time.Second, 25*time.Millisecond + lag},
			{"after", time.Second, 25 * time.Millisecond},
		} {
			time.Sleep(row.sleep)
			if got := b.ask(0, "GET", "/", ""); got.took != row.took {
				t.Errorf("%s: %v, want %v", row.what, got.took, row.took)
			}
		}
		if truth := b.doors[0].truth(); truth.Injected["latency"] != 1 {
			t.Errorf("truth: %+v", truth)
		}
		if left := j.list(time.Now()); len(left) != 0 {
			t.Errorf("%d faults are listed still", len(left))
		}
	})
}

func TestAStormIsAnsweredByTheDoorWithoutItsFunction(t *testing.T) {
	for _, row := range []struct {
		kind, fault string
		status      int
		body        string
	}{
		{"rest-api", "5xx", 502, `{"message":"Internal server error"}`},
		{"http-api", "5xx", 500, `{"message":"Internal Server Error"}`},
		{"function-url", "5xx", 502, "Internal Server Error"},
		{"alb", "5xx", 502, "502 Bad Gateway"},
		{"origin", "5xx", 500, "failed"},
		{"rest-api", "throttle", 429, `{"message":"Too Many Requests"}`},
		{"http-api", "throttle", 429, `{"message":"Too Many Requests"}`},
		{"function-url", "throttle", 429, "Rate Exceeded."},
		{"alb", "throttle", 200, "healthy"}, // which never throttles
	} {
		inFakeTime(t, only(steady(row.kind)), func(b bench) {
			j := &injector{doors: b.doors}
			_, _ = j.inject([]Injection{{Fault: row.fault}}, time.Now())
			got := b.ask(0, "GET", root(row.kind), "")
			if got.Code != row.status || !strings.Contains(got.Body.String(), row.body) {
				t.Errorf("%s at %s: %d %s", row.fault, row.kind, got.Code, got.Body)
			}
			if truth := b.doors[0].truth(); row.status != 200 && (truth.Refused["fault"] != 1 || truth.Invocations != 0 || truth.Requests != 1) {
				t.Errorf("%s at %s: %+v", row.fault, row.kind, truth)
			}
		})
	}
}

func TestAFaultIsInjectedIntoAShareOfRequests(t *testing.T) {
	inFakeTime(t, only(steady("function-url")), func(b bench) {
		j := &injector{doors: b.doors}
		_, _ = j.inject([]Injection{{Fault: "throttle", Share: 0.25}}, time.Now())
		const n = 1000
		for range n {
			b.ask(0, "GET", "/", "")
		}
		if hit := b.doors[0].truth().Status["429"]; hit < n*20/100 || hit > n*30/100 {
			t.Errorf("%d of %d", hit, n)
		}
		j.clear()
		if got := b.ask(0, "GET", "/", "").Code; got != 200 {
			t.Errorf("after the fault was cleared: %d", got)
		}
	})
}

// raw sends a GET on a connection of its own and returns what comes.
func raw(t *testing.T, address string, patience time.Duration) (string, error) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, "GET "+u.Path+"/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		return "", err
	}
	all, err := io.ReadAll(c)
	return string(all), err
}

func TestResponsesAreCorruptOnTheWire(t *testing.T) {
	l := open(t, quick())
	for _, row := range []struct {
		fault string
		seen  func(text string, err error) bool
	}{
		{"reset", func(_ string, err error) bool { return errors.Is(err, syscall.ECONNRESET) }},
		{"garbage", func(text string, _ error) bool { return text != "" && !strings.HasPrefix(text, "HTTP/1.1") }},
		{"wrong-length", func(text string, _ error) bool { return bodyOf(text) == io.ErrUnexpectedEOF }},
		{"truncated-chunk", func(text string, _ error) bool {
			return strings.Contains(text, "Transfer-Encoding: chunked") && bodyOf(text) == io.ErrUnexpectedEOF
		}},
		{"slow-body", func(text string, err error) bool { return err == nil && bodyOf(text) == nil }},
		{"stall", func(text string, _ error) bool { return text == "" }},
	} {
		t.Run(row.fault, func(t *testing.T) {
			in, patience := Injection{Fault: row.fault, For: Duration(time.Hour)}, 20*time.Second
			switch row.fault {
			case "slow-body":
				in.By = Duration(10 * time.Millisecond)
			case "stall":
				patience = 20 * time.Millisecond
			}
			for i, d := range l.Doors() {
				if _, err := l.Inject(in); err != nil {
					t.Fatal(err)
				}
				text, err := raw(t, d.URL, patience)
				if !row.seen(text, err) {
					t.Errorf("%s: %q %v", d.Kind, text, err)
				}
				until(t, "a request met the fault", func() bool { return l.Truth().Doors[i].Injected[row.fault] == 1 })
				l.ClearFaults()
				if text, err := raw(t, d.URL, 20*time.Second); err != nil || !strings.HasPrefix(text, "HTTP/1.1 200 ") {
					t.Errorf("%s afterwards: %q %v", d.Kind, text, err)
				}
			}
		})
	}
	for i := range l.Doors() {
		until(t, "all requests are counted", func() bool { return l.Truth().Doors[i].Requests >= 12 })
		if d := l.Truth().Doors[i]; d.Requests != 12 || d.Injected["reset"] != 1 || d.Injected["stall"] != 1 {
			t.Errorf("truth: %+v", d)
		}
	}
}

// bodyOf reads a response's body to its end and returns how that went.
func bodyOf(text string) error {
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err
}

func TestAStallOutlastsAClientsPatience(t *testing.T) {
	l := open(t, quick())
	if _, err := l.Inject(Injection{Fault: "stall", Door: "lab-alb"}); err != nil {
		t.Fatal(err)
	}
	if text, err := raw(t, l.Doors()[3].URL, 30*time.Millisecond); err == nil || text != "" {
		t.Errorf("%q %v", text, err)
	}
}

func TestADoorThatRefusesConnectionsOpensAgainAtTheSameAddress(t *testing.T) {
	l := open(t, quick())
	d := l.Doors()[1]
	kept, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if _, err := l.Inject(Injection{Fault: "refuse", Door: d.Name}); err != nil {
		t.Fatal(err)
	}
	if _, err := kept.Read(make([]byte, 1)); err == nil {
		t.Error("a connection from before is open still")
	}
	if _, err := raw(t, d.URL, time.Second); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v", err)
	}
	if text, err := raw(t, l.Doors()[2].URL, 20*time.Second); err != nil || text == "" {
		t.Errorf("another door: %q %v", text, err)
	}
	l.ClearFaults()
	until(t, "the door opens again", func() bool {
		text, err := raw(t, d.URL, time.Second)
		return err == nil && strings.HasPrefix(text, "HTTP/1.1 200 ")
	})
}

// until waits for what must come true.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) { // polls for any condition
		if time.Now().After(deadline) {
			t.Fatalf("it never happens that %s", what)
		}
	}
}

func TestForeignTrafficIsInTheMetricsAndNotInTheCounts(t *testing.T) {
	l := open(t, quick())
	d := l.Doors()[1]
	send(t, "GET", d.URL+"/", "")
	in := Injection{Fault: "foreign-traffic", Door: d.Name, Rate: 50, For: Duration(150 * time.Millisecond)}
	if _, err := l.Inject(in); err != nil {
		t.Fatal(err)
	}
	until(t, "foreign traffic is counted", func() bool { return truthOf(l, d.Name).Foreign == 5 })
	until(t, "the fault is over", func() bool { return len(l.Faults()) == 0 })
	truth := truthOf(l, d.Name)
	counted := sums(t, l, d)
	if truth.Requests != 1 || truth.Foreign != 5 || counted["Count"] != 6 || counted["Invocations"] != 6 {
		t.Errorf("truth %+v, metrics %v", truth, counted)
	}
}

func TestTheLabFilesFaultsHappen(t *testing.T) {
	c, _, err := ParseConfig("lab.json", []byte(`{"doors": [{"kind": "http-api"}], "faults": [{"fault": "5xx"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	l := open(t, c)
	if status, _, _ := send(t, "GET", l.Doors()[0].URL+"/", ""); status != 500 {
		t.Errorf("%d", status)
	}
	if _, _, err := ParseConfig("lab.json", []byte(`{"faults": [{"fault": "x"}]}`)); err == nil || !strings.Contains(err.Error(), "faults[0].fault") {
		t.Errorf("got %v", err)
	}
}

func TestClosingEndsEveryFault(t *testing.T) {
	l, err := Start(quick())
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Inject(Injection{Fault: "refuse", Door: "lab-alb"}, Injection{Fault: "foreign-traffic", Rate: 1000}, Injection{Fault: "stall", Door: "lab-http-api"})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = raw(t, l.Doors()[1].URL, 20*time.Second) }()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := l.Inject(Injection{Fault: "reset"}); !errors.Is(err, errClosed) {
		t.Errorf("a closed lab took a fault: %v", err)
	}
}

func TestFaultsThatAreOverMakeRoom(t *testing.T) {
	j := &injector{}
	brief := make([]Injection, mostInjections)
	for i := range brief {
		brief[i] = Injection{Fault: "5xx", For: Duration(time.Second)}
	}
	if _, err := j.inject(brief, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := j.inject(brief[:1], noon.Add(time.Millisecond)); err == nil {
		t.Error("one more than there is room for was taken")
	}
	if _, err := j.inject(brief, noon.Add(time.Second)); err != nil {
		t.Errorf("when all are over: %v", err)
	}
}

func TestATruthWithTheOldNameOfInjectedFaultsIsRead(t *testing.T) {
	for _, text := range []string{`{"requests":3,"befallen":{"stall":2}}`, `{"requests":3,"injected":{"stall":2}}`} {
		var truth DoorTruth
		if err := json.Unmarshal([]byte(text), &truth); err != nil || truth.Requests != 3 || truth.Injected["stall"] != 2 {
			t.Errorf("%s: %+v %v", text, truth, err)
		}
	}
}
