package scenarios

import (
	"net/url"
	"strings"
	"testing"

	"tollgate/targets"
)

// uploads is a scenario whose flow goes to another host.
const uploads = `name: x
targets: {api: {kind: rest-api, url: "https://abc123.execute-api.us-east-1.amazonaws.com/prod", region: us-east-1}}
hosts: ["https://bucket.s3.eu-central-1.amazonaws.com"]
flows:
  - name: upload
    steps:
      - {name: ask, path: /uploads, extract: {url: $.url}}
      - {name: put, method: PUT, url: "${steps.ask.url}", body: x, repeat: 3}
load: [{constant: {rate: 10/s, for: 10s}}]
`

func TestWhatIsWrongWithOtherHosts(t *testing.T) {
	const host, address = `"https://bucket.s3.eu-central-1.amazonaws.com"`, `"${steps.ask.url}"`
	schema := compiled(t)
	for _, row := range []struct{ name, old, new, want string }{
		{"right as it is", "", "", ""},
		{"an address of the named host", address, `"https://bucket.s3.eu-central-1.amazonaws.com/a?x=${uuid}"`, ""},
		{"its port, written out", address, `"https://bucket.s3.eu-central-1.amazonaws.com:443/a"`, ""},
		{"a host that is known during the run alone", address, `"https://${steps.ask.url}.s3.eu-central-1.amazonaws.com/a"`, ""},
		{"something behind an extracted address", address, `"${steps.ask.url}&part=1"`, ""},
		{"a pattern", host, `"https://*.s3.eu-central-1.amazonaws.com"`, ""},
		{"no hosts", "hosts: [" + host + "]\n", "", `add hosts: ["https://…"]`},
		{"a host that is not named", address, `"https://other.s3.eu-central-1.amazonaws.com/a"`, "flows[0].steps[1].url: leads to https://other.s3.eu-central-1.amazonaws.com, which is not among hosts"},
		{"another scheme", address, `"http://bucket.s3.eu-central-1.amazonaws.com/a"`, "leads to http://bucket"},
		{"another port", address, `"https://bucket.s3.eu-central-1.amazonaws.com:8443/a"`, "leads to https://bucket.s3.eu-central-1.amazonaws.com:8443"},
		{"no address", address, "/a", "is not an address"},
		{"a list", address, "[a]", "is not an address"},
		{"a fragment", address, `"https://bucket.s3.eu-central-1.amazonaws.com/#a"`, "is not an address"},
		{"a password", address, `"https://u:p@bucket.s3.eu-central-1.amazonaws.com/"`, "a secret does not belong in a file"},
		{"a signature in the file", address, `"https://bucket.s3.eu-central-1.amazonaws.com/?X-Amz-Signature=abc"`, "a secret does not belong in a file"},
		{"both a path and a url", "method: PUT,", "method: PUT, path: /a,", "contradicts url, which has the path"},
		{"neither", `url: "${steps.ask.url}", `, "", `needs "path"`},
		{"a query", "method: PUT,", "method: PUT, query: {a: 1},", "write it into the url"},
		{"a proof of the target", "method: PUT,", "method: PUT, auth: none,", "belongs to the target"},
		{"what no step extracts", address, `"${steps.ask.uri}"`, "no earlier step of this flow extracts that"},
		{"a host with a path", host, `"https://a.example.com/b"`, "is not the address of a host"},
		{"a host with a query", host, `"https://a.example.com?sig=1"`, "holds more than a host"},
		{"a host without a scheme", host, `a.example.com`, "is not the address of a host"},
		{"a star within", host, `"https://a.*.example.com"`, "is not the address of a host"},
		{"everything", host, `"https://*"`, "is not the address of a host"},
		{"a whole top-level domain", host, `"https://*.com"`, "stands for the hosts of many owners"},
		{"twice", host, host + ", " + host, "is listed twice"},
		{"the target's own", host, `"https://*.execute-api.us-east-1.amazonaws.com"`, "is the host of target api"},
		{"the lab without a lab", host, "lab", "no target is at the lab"},
		{"the lab's store by its name", address, "lab", "is where the response to POST /uploads says"},
		{"its connection", host, `{url: "https://a.example.com", connect_to: "127.0.0.1:1", tls: {insecure: true}, ip: 4}`, ""},
		{"a key of targets alone", host, `{url: "https://a.example.com", auth: {bearer: x}}`, `unknown key "auth"`},
		{"no address but how to connect", host, `{connect_to: "127.0.0.1:1"}`, `needs "url"`},
		{"a request that stands alone", "flows:\n  - name: upload\n    steps:\n      - {name: ask, path: /uploads, extract: {url: $.url}}\n      - {name: put, method: PUT, url: \"${steps.ask.url}\", body: x, repeat: 3}", "requests: [{name: r, url: \"https://a.example.com/\"}]", `unknown key "url"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := strings.Replace(uploads, row.old, row.new, 1)
			_, err := Parse("x.yaml", []byte(file), func(string) (string, bool) { return "", false })
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("got %v, want %q", err, row.want)
			}
			if refusal := against(schema, []byte(file)); row.want == "" && refusal != nil {
				t.Errorf("the schema refuses it: %v", refusal)
			}
		})
	}
}

func TestHostsOfAddresses(t *testing.T) {
	for _, row := range []struct {
		host, address string
		at            bool
	}{
		{"https://a.example.com", "https://a.example.com/x?y", true},
		{"https://a.example.com", "https://A.Example.COM:443/", true},
		{"https://a.example.com:443", "https://a.example.com./", true},
		{"https://a.example.com", "https://a.example.com.evil.org/", false},
		{"https://a.example.com", "https://a.example.com:444/", false},
		{"https://a.example.com", "http://a.example.com/", false},
		{"https://a.example.com", "https://b.a.example.com/", false},
		{"https://*.example.com", "https://b.example.com/", true},
		{"https://*.example.com", "https://c.b.example.com/", false},
		{"https://*.example.com", "https://example.com/", false},
		{"https://*.example.com", "https://.example.com/", false},
		{"https://*.example.com", "https://bexample.com/", false},
		{"https://*.example.com:8443", "https://b.example.com:8443/", true},
		{"http://[::1]:80", "http://[::1]/", true},
		{"http://127.0.0.1:9000", "http://127.0.0.1:9000/", true},
	} {
		host, _ := url.Parse(row.host)
		address, err := url.Parse(row.address)
		if err != nil {
			t.Fatal(err)
		}
		found, at := HostFor([]targets.Target{{Name: "lab", Lab: true}, {URL: host}}, address)
		if at != row.at || at && (found.URL.Scheme != address.Scheme || !strings.EqualFold(found.URL.Host, address.Host)) {
			t.Errorf("%s at %s: %v, %v", row.address, row.host, at, found.URL)
		}
	}
}

// What goes to other hosts is no request of the front door: it is neither priced nor among
// what the target is sent; and a limit on hosts, or on what goes to the public internet, holds
// for other hosts as well.
func TestOtherHostsAreNotBehindTheFrontDoor(t *testing.T) {
	s, err := Parse("x.yaml", []byte(uploads), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	book := tinyBook(t)
	for _, g := range []guess{lowGuess, likelyGuess, highGuess} {
		if n := p.guessed(0, g); n != 100 {
			t.Errorf("%d requests at the target", n)
		}
	}
	prices, err := p.Prices(book)
	if err != nil || prices.Requests[0][0] == 0 || prices.Requests[0][1] != 0 {
		t.Errorf("%v, %v", prices, err)
	}
	if n, peak := p.mostElsewhere(); n != 300 || peak != 30 || p.Requests() != 400 {
		t.Errorf("%d requests, %v a second elsewhere, %d in all", n, peak, p.Requests())
	}
	if all, own := p.Sendings(Trial{}); all != 2 || own != 1 {
		t.Errorf("a trial of the flow sends %d requests, %d of them to the target", all, own)
	}
	if p.Trials = []Trial{{}}; p.trials("api") != TrialTries {
		t.Errorf("%d requests of the trial are priced", p.trials("api"))
	}
	limit := Limit{Allow: []HostPattern{"*.execute-api.us-east-1.amazonaws.com"}, Allowed: "allow"}
	if all := limit.refusals(p); len(all) != 1 || !strings.Contains(all[0].Error(), "hosts: allow does not allow bucket.s3.eu-central-1.amazonaws.com") {
		t.Errorf("%v", all)
	}
	p.Populations[0].Stages[0].Starts = 100_000
	if r := (Guard{}).publicHosts(p); r == nil || !r.Asks || !strings.Contains(r.Error(), "300,000 requests, up to 30 a second, to hosts besides its targets on the public internet (https://bucket.s3") {
		t.Errorf("%v", r)
	}
}
