package lab

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// A visitor is a request as a browser or a program sends it.
type visitor struct {
	fact   string
	host   string // "" is the lab's address
	header string // one to add; "@" stands for the lab's own host
	passes bool
}

var visitors = []visitor{
	{"curl", "", "User-Agent: curl/8.5.0", true},
	{"a program that says nothing of itself", "", "", true},
	{"an address that is typed into a browser", "", "Sec-Fetch-Site: none", true},
	{"a page of the lab's own", "", "Sec-Fetch-Site: same-origin", true},
	{"a page of the lab's own, in an old browser", "", "Origin: http://@", true},
	{"localhost", "localhost:@", "", true},
	{"localhost with a dot at its end", "LOCALHOST.:@", "", true},
	{"an IPv6 address", "[::1]:@", "", true},
	{"a page of another site", "", "Sec-Fetch-Site: cross-site", false},
	{"a page of another port of this machine", "", "Sec-Fetch-Site: same-site", false},
	{"a page of another site, in an old browser", "", "Origin: https://pages.example", false},
	{"a page of another port, in an old browser", "", "Origin: http://127.0.0.1:1", false},
	{"a file or a sandboxed frame", "", "Origin: null", false},
	{"a name that a page made resolve to this machine", "pages.example:@", "Sec-Fetch-Site: same-origin", false},
	{"such a name without a port", "pages.example", "", false},
	{"a name that begins like an address", "127.0.0.1.pages.example:@", "", false},
	{"a name that ends like localhost", "xlocalhost:@", "", false},
	{"a name below localhost", "page.localhost:@", "", false},
}

// controlled are requests to everything that the control endpoint has.
var controlled = []struct {
	method, path, body string
	status             int // of a request that passes
}{
	{"GET", truthPath, "", 200},
	{"GET", caPath, "", 200},
	{"GET", faultsPath, "", 200},
	{"POST", faultsPath, `{"fault":"5xx"}`, 201},
	{"DELETE", faultsPath, "", 204},
	{"DELETE", cachePath, "", 404}, // no door has one
	{"GET", labPath + "nothing", "", 404},
	{"POST", "/", "Action=ListMetrics&Version=2010-08-01", 403}, // not signed
	{"PUT", "/2015-03-31/functions/f/configuration", "{}", 403},
	{"OPTIONS", "/", "", 403},
}

// TestNoPageDrivesOrReadsTheControlEndpoint sends each request as each visitor.
func TestNoPageDrivesOrReadsTheControlEndpoint(t *testing.T) {
	l := open(t, Config{Doors: []DoorConfig{{Kind: "alb"}}})
	for _, o := range visitors {
		t.Run(o.fact, func(t *testing.T) {
			for _, c := range controlled {
				status, header, body := o.send(t, l, c.method, c.path, c.body)
				refused := status == 403 && (strings.Contains(body, "by its address, and not as") || strings.Contains(body, "no pages of other sites"))
				if refused == o.passes || o.passes && status != c.status {
					t.Errorf("%s %s: %d %s", c.method, c.path, status, body)
				}
				if header.Get("Access-Control-Allow-Origin") != "" || header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
					t.Errorf("%s %s lets other origins read: %v", c.method, c.path, header)
				}
			}
		})
	}
	if status, _, body := send(t, "GET", l.FaultsURL(), ""); status != 200 || strings.TrimSpace(body) != "[]" {
		t.Errorf("after all that was refused there are the faults %s", body)
	}
}

func (o visitor) send(t *testing.T, l *Lab, method, path, body string) (status int, header http.Header, answer string) {
	t.Helper()
	address := strings.TrimPrefix(l.CloudWatchURL(), "http://")
	_, port, _ := strings.Cut(address, ":")
	r, err := http.NewRequestWithContext(t.Context(), method, l.CloudWatchURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = strings.ReplaceAll(o.host, "@", port)
	if name, value, found := strings.Cut(o.header, ": "); found {
		r.Header.Set(name, strings.ReplaceAll(value, "@", address))
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	said, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, got.Header, string(said)
}

// TestWhatALabForOtherMachinesAnswersTo has the hosts under which it may be asked.
func TestWhatALabForOtherMachinesAnswersTo(t *testing.T) {
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		fact, host        string
		alone, withOthers bool
	}{
		{"an address of a network", "10.1.2.3:9000", true, true},
		{"localhost", "localhost:9000", true, true},
		{"the machine's own name", own + ":9000", false, true},
		{"the machine's own name, as its neighbours find it", own + ".local", false, true},
		{"the name of a container", "lab:9000", false, true},
		{"the host of a container", "host.docker.internal:9000", false, true},
		{"a service of a cluster", "lab.default.svc.cluster.local", false, true},
		{"a name of the internet", "pages.example:9000", false, false},
		{"a name that begins with the machine's own", own + ".pages.example", false, false},
		{"no name", "", false, false},
	} {
		if alone, others := answersTo(row.host, false), answersTo(row.host, true); alone != row.alone || others != row.withOthers {
			t.Errorf("%s: %v and for other machines %v", row.fact, alone, others)
		}
	}
}

// TestNoRequestSetsACommand sends what a lab file may say of functions and doors to
// everything that takes a body, with the well-known keys.
func TestNoRequestSetsACommand(t *testing.T) {
	l := open(t, Config{Doors: []DoorConfig{{Kind: "alb"}}})
	before := l.Config().Doors[0]
	for _, body := range []string{
		`{"command":["true"]}`, `{"fault":"5xx","command":["true"]}`, `{"fault":"5xx","function":{"command":["true"]}}`,
		`[{"fault":"5xx"},{"doors":[{"kind":"alb","function":{"command":["true"]}}]}]`, "fault: 5xx\ncommand: [true]",
	} {
		if status, _, said := send(t, "POST", l.FaultsURL(), body); status != 400 {
			t.Errorf("%s: %d %s", body, status, said)
		}
	}
	if got := l.Faults(); len(got) != 0 {
		t.Errorf("there are the faults %v", got)
	}
	was, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	is, err := json.Marshal(l.Config().Doors[0])
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(was, is) {
		t.Errorf("the door is %s, and was %s", is, was)
	}
}
