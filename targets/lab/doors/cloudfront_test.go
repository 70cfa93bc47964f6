package doors

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/targets"
	"tollgate/targets/webacl"
)

// atOnce are durations of nothing.
func atOnce() *LogNormal { return &LogNormal{Median: 1} }

// cdnBefore is a lab of a distribution and the door behind it.
func cdnBefore(t *testing.T, behind DoorConfig, d Distribution) *Set {
	t.Helper()
	behind.Name, behind.Overhead = "behind", atOnce()
	d.Origin = "behind"
	return open(t, Config{
		Function: Function{Init: atOnce(), Warm: atOnce()},
		Doors:    []DoorConfig{{Kind: "cloudfront", Name: "cdn", CDN: &d, Overhead: atOnce()}, behind},
	})
}

// got sends a request and returns the response, whose body is read.
func got(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func asking(t *testing.T, method, url string, lines ...string) *http.Request {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(`{"features":[5.1,3.5,1.4,0.2]}`)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return r
}

// Every kind that can be behind a distribution is: what is asked twice reaches it once, and
// what is sent reaches it each time.
func TestADistributionStandsBeforeEachKind(t *testing.T) {
	for _, k := range allKinds {
		if !k.CanBeOrigin {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			s := cdnBefore(t, DoorConfig{Kind: k.Name}, Distribution{})
			url := s.Doors()[0].URL
			for i, want := range []string{"Miss", "Hit", "Hit"} {
				res, body := got(t, asking(t, http.MethodGet, url+"/"))
				if res.StatusCode != 200 || res.Header.Get("X-Cache") != want+" from cloudfront" || !strings.Contains(body, "healthy") || (res.Header.Get("Age") != "") != (i > 0) {
					t.Errorf("request %d: %d, %v, %s", i, res.StatusCode, res.Header, body)
				}
			}
			for range 2 {
				if res, body := got(t, asking(t, http.MethodPost, url+"/predict")); res.StatusCode != 200 || res.Header.Get("X-Cache") != "Miss from cloudfront" || !strings.Contains(body, "setosa") {
					t.Errorf("%d, %v, %s", res.StatusCode, res.Header, body)
				}
			}
			truth := s.Truth()
			cdn, behind := truth.Doors[0], truth.Doors[1]
			if cdn.Requests != 5 || behind.Requests != 3 || cdn.Distribution.Origin != 3 || cdn.CacheHits != 2 || cdn.CacheMisses != 1 || cdn.Distribution.Results["Miss"] != 3 {
				t.Errorf("at the viewer %d, at the origin %d, %+v", cdn.Requests, behind.Requests, cdn.Distribution)
			}
			if k.format != nil && (behind.Invocations != 3 || cdn.Invocations != 0) {
				t.Errorf("%d invocations, and %d of the distribution's own", behind.Invocations, cdn.Invocations)
			}
		})
	}
}

func TestTheHeadersOfADistribution(t *testing.T) {
	s := cdnBefore(t, DoorConfig{Kind: "rest-api"}, Distribution{})
	res, _ := got(t, asking(t, http.MethodGet, s.Doors()[0].URL+"/"))
	for name, form := range map[string]string{
		"Via": "1.1 ", "X-Amz-Cf-Pop": "FRA56-P1", "X-Cache": "Miss from cloudfront", "X-Amzn-Requestid": "-", "Content-Type": "application/json",
	} {
		if !strings.Contains(res.Header.Get(name), form) {
			t.Errorf("%s: %q, want %q in it", name, res.Header.Get(name), form)
		}
	}
	if id := res.Header.Get("X-Amz-Cf-Id"); len(id) != 56 || !strings.HasSuffix(id, "==") {
		t.Errorf("X-Amz-Cf-Id: %q", id)
	}
}

// A mirror is a server that answers with the headers it got.
func mirror(t *testing.T, say http.Header) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range say {
			w.Header()[name] = values
		}
		if tag := say.Get("Etag"); tag != "" && r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprintf(w, "%s %s\n", r.Method, r.URL.RequestURI())
		_ = r.Header.Write(w) // to the client
	}))
	t.Cleanup(server.Close)
	return server
}

func TestWhatTheOriginGetsOfARequest(t *testing.T) {
	server := mirror(t, http.Header{"Cache-Control": {"no-store"}})
	for _, row := range []struct {
		name      string
		forward   string
		method    string
		want, not []string
	}{
		{"everything that viewers send", "", http.MethodGet, []string{"GET /a?x=1&y=2", "User-Agent: mine", "Authorization: Bearer t", "Cookie: a=1", "X-Own: 1", "X-Forwarded-For: 203.0.113.9, 127.0.0.1", "Via: 1.1 ", "X-Amz-Cf-Id: "}, []string{"Range", "Accept-Encoding", "If-None-Match"}},
		{"what is in the key alone", "key", http.MethodGet, []string{"GET /a?x=1\n", "User-Agent: Amazon CloudFront", "X-Listed: 1"}, []string{"Authorization", "Cookie", "X-Own"}},
		{"conditions of what is not kept", "", http.MethodPut, []string{"Range: bytes=0-1", `If-None-Match: "a"`}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := Distribution{Forward: row.forward}
			if row.forward != "" {
				d.Params, d.Heads = []string{"x"}, []string{"x-listed"}
			}
			s := cdnBefore(t, DoorConfig{Kind: "origin", Function: &Function{Proxy: server.URL}}, d)
			_, body := got(t, asking(t, row.method, s.Doors()[0].URL+"/a?x=1&y=2", "User-Agent: mine", "Authorization: Bearer t", "Cookie: a=1", "X-Own: 1", "X-Listed: 1", "X-Forwarded-For: 203.0.113.9", "Range: bytes=0-1", `If-None-Match: "a"`))
			body = strings.ReplaceAll(body, "\r", "")
			for _, text := range row.want {
				if !strings.Contains(body, text) {
					t.Errorf("%q is not in\n%s", text, body)
				}
			}
			for _, text := range row.not {
				if strings.Contains(body, text) {
					t.Errorf("%q is in\n%s", text, body)
				}
			}
		})
	}
}

func TestViewersWhoHaveItAreToldSo(t *testing.T) {
	server := mirror(t, http.Header{"Cache-Control": {"max-age=60"}, "Etag": {`"v1"`}})
	s := cdnBefore(t, DoorConfig{Kind: "origin", Function: &Function{Proxy: server.URL}}, Distribution{})
	url := s.Doors()[0].URL + "/"
	got(t, asking(t, http.MethodGet, url))
	res, body := got(t, asking(t, http.MethodGet, url, `If-None-Match: W/"v1"`))
	if res.StatusCode != http.StatusNotModified || body != "" || res.Header.Get("X-Cache") != "Hit from cloudfront" {
		t.Errorf("%d %q %v", res.StatusCode, body, res.Header)
	}
	if res, _ := got(t, asking(t, http.MethodHead, url)); res.StatusCode != 200 || res.Header.Get("X-Cache") != "Miss from cloudfront" {
		t.Errorf("HEAD: %d %v", res.StatusCode, res.Header)
	}
}

func TestWhatADistributionRefusesItself(t *testing.T) {
	s := cdnBefore(t, DoorConfig{Kind: "http-api"}, Distribution{Methods: []string{"GET", "HEAD"}})
	url := s.Doors()[0].URL
	for _, row := range []struct {
		name   string
		r      *http.Request
		status int
	}{
		{"a method that is not allowed", asking(t, http.MethodPost, url+"/predict"), 403},
		{"a URL above 8,192 bytes", asking(t, http.MethodGet, url+"/?"+strings.Repeat("x", 8192)), 414},
		{"headers above 32,768 bytes", asking(t, http.MethodGet, url+"/", "X-Large: "+strings.Repeat("x", 32768)), 494},
	} {
		res, body := got(t, row.r)
		if res.StatusCode != row.status || !strings.Contains(body, "Generated by cloudfront (CloudFront)") || res.Header.Get("X-Cache") != "Error from cloudfront" || res.Header.Get("Server") != "CloudFront" {
			t.Errorf("%s: %d %v %s", row.name, res.StatusCode, res.Header, body)
		}
	}
	if truth := s.Truth(); truth.Doors[1].Requests != 0 || truth.Doors[0].Distribution.Results["Error"] != 3 {
		t.Errorf("the origin got %d, %+v", truth.Doors[1].Requests, truth.Doors[0].Distribution)
	}
}

func TestAnOriginThatFails(t *testing.T) {
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	for _, row := range []struct {
		name   string
		faults []Injection
		status int
		own    bool // the page is the distribution's, and not what the origin sent
	}{
		{"one that resets connections", []Injection{{Fault: "reset", Door: "behind"}}, 502, true},
		{"one that answers with garbage", []Injection{{Fault: "garbage", Door: "behind"}}, 502, true},
		{"one that does not answer in time", nil, 504, true},
		{"one that says that it failed", []Injection{{Fault: "5xx", Door: "behind"}}, 500, false},
	} {
		server := ""
		if row.faults == nil {
			server = slow.URL
		}
		s := open(t, Config{Faults: row.faults, Doors: []DoorConfig{
			{Kind: "cloudfront", Name: "cdn", CDN: &Distribution{Origin: "behind"}, Overhead: atOnce(), Timeout: Duration(time.Second)},
			{Kind: "origin", Name: "behind", Function: &Function{Proxy: server}, Overhead: atOnce()},
		}})
		res, body := got(t, asking(t, http.MethodGet, s.Doors()[0].URL+"/"))
		if res.StatusCode != row.status || res.Header.Get("X-Cache") != "Error from cloudfront" || strings.Contains(body, "Generated by cloudfront") != row.own {
			t.Errorf("%s: %d %q, want %d", row.name, res.StatusCode, body, row.status)
		}
	}
}

// Each location has a cache of its own; with an origin shield the origin is asked once.
func TestLocationsHaveCachesOfTheirOwn(t *testing.T) {
	for shield, origin := range map[bool]int64{false: 3, true: 1} {
		s := cdnBefore(t, DoorConfig{Kind: "http-api"}, Distribution{
			Shield:    shield,
			Locations: []EdgeLocation{{Name: "FRA56-P1", Share: 0.5}, {Name: "IAD89-C1", Share: 0.3}, {Name: "NRT12-P2", Share: 0.2}},
		})
		seen := map[string]int64{}
		for range 60 {
			res, _ := got(t, asking(t, http.MethodGet, s.Doors()[0].URL+"/"))
			seen[res.Header.Get("X-Amz-Cf-Pop")]++
		}
		truth := s.Truth()
		cdn := truth.Doors[0].Distribution
		if len(seen) != 3 || truth.Doors[1].Requests != origin || cdn.Origin != origin || cdn.Results["Miss"] != origin {
			t.Errorf("shield %v: %v, the origin got %d, %+v", shield, seen, truth.Doors[1].Requests, cdn)
		}
		for name, n := range cdn.Locations {
			if seen[name] != n {
				t.Errorf("%s: %d requests, and the viewer counts %d", name, n, seen[name])
			}
		}
		if shield && cdn.Shield != 2 {
			t.Errorf("the shield answered %d", cdn.Shield)
		}
	}
}

// Requests for one object that come together reach the origin once.
func TestTheOriginIsAskedOnceForMany(t *testing.T) {
	s := open(t, Config{
		Function: Function{Init: atOnce(), Warm: &LogNormal{Median: Duration(200 * time.Millisecond)}},
		Doors:    []DoorConfig{{Kind: "cloudfront", Name: "cdn", CDN: &Distribution{Origin: "behind"}, Overhead: atOnce()}, {Kind: "function-url", Name: "behind", Overhead: atOnce()}},
	})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { got(t, asking(t, http.MethodGet, s.Doors()[0].URL+"/")) })
	}
	all.Wait()
	truth := s.Truth()
	if cdn := truth.Doors[0].Distribution; truth.Doors[1].Requests != 1 || cdn.Results["Hit"] != 19 || cdn.Collapsed > 19 {
		t.Errorf("the origin got %d, %+v", truth.Doors[1].Requests, cdn)
	}
}

// What AWS WAF blocks reaches neither the cache nor the origin, and is counted without a
// region.
func TestAWebACLStandsBeforeADistribution(t *testing.T) {
	c := Config{
		Function: Function{Init: atOnce(), Warm: atOnce()},
		Doors: []DoorConfig{
			{Kind: "cloudfront", Name: "cdn", CDN: &Distribution{Origin: "behind"}, Overhead: atOnce(), Guards: Guards{WebACL: &webacl.ACL{Name: "front", Rules: []webacl.Rule{{Name: "admin", Action: "block", Paths: []string{"/admin"}}}}}},
			{Kind: "function-url", Name: "behind", Overhead: atOnce()},
		},
	}
	s := open(t, c)
	url := s.Doors()[0].URL
	for path, want := range map[string]int{"/": 200, "/admin": 403, "/admin/x": 403} {
		res, body := got(t, asking(t, http.MethodGet, url+path))
		if res.StatusCode != want || (want == 403) != strings.Contains(body, "Request blocked.") || want == 403 && res.Header.Get("X-Cache") != "Error from cloudfront" {
			t.Errorf("%s: %d %v %s", path, res.StatusCode, res.Header, body)
		}
	}
	if behind := s.Truth().Doors[1]; behind.Requests != 1 {
		t.Errorf("%d requests reached the origin", behind.Requests)
	}
	target, err := s.Doors()[0].Target()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[targets.Role]float64{}
	for w, dims := range target.Watched("") {
		for _, m := range s.store.Truth() {
			if m.Namespace == w.Namespace && m.Metric == w.Metric && maps.Equal(m.Dimensions, dims) && w.Region == targets.MetricsRegion {
				seen[w.Role] = m.Sum
			}
		}
	}
	if seen[targets.RoleWAFAllowed] != 1 || seen[targets.RoleWAFBlocked] != 2 {
		t.Errorf("CloudWatch has %v", seen)
	}
}

// What CloudWatch has of a distribution is what happened.
func TestMetricsOfADistribution(t *testing.T) {
	s := cdnBefore(t, DoorConfig{Kind: "http-api"}, Distribution{Function: &EdgeCode{Duration: atOnce()}, Lambda: &EdgeLambda{Event: originRequest, Duration: atOnce()}})
	url := s.Doors()[0].URL
	for _, path := range []string{"/", "/", "/", "/none", "/none"} {
		got(t, asking(t, http.MethodGet, url+path))
	}
	got(t, asking(t, http.MethodPost, url+"/predict"))
	target, err := s.Doors()[0].Target()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"Requests": 6, "4xxErrorRate": 200, "5xxErrorRate": 0, "CacheHitRate": 200, "BytesUploaded": 30}
	for w, dims := range target.Watched("") {
		var sum float64
		for _, m := range s.store.Truth() {
			if m.Namespace == w.Namespace && m.Metric == w.Metric && m.Dimensions["DistributionId"] == dims["DistributionId"] {
				sum = m.Sum
			}
		}
		if n, known := want[w.Metric]; known && w.Region == targets.MetricsRegion && sum != n {
			t.Errorf("%s: %v, want %v", w.Metric, sum, n)
		}
	}
	if cdn := s.Truth().Doors[0].Distribution; cdn.Functions != 6 || cdn.Lambdas != 3 {
		t.Errorf("%+v", cdn)
	}
}

func TestAnInvalidationEmptiesEveryLocation(t *testing.T) {
	s := cdnBefore(t, DoorConfig{Kind: "alb"}, Distribution{Shield: true})
	url := s.Doors()[0].URL + "/"
	got(t, asking(t, http.MethodGet, url))
	if !s.FlushCaches("cdn") {
		t.Error("the distribution has no cache")
	}
	if res, _ := got(t, asking(t, http.MethodGet, url)); res.Header.Get("X-Cache") != "Miss from cloudfront" {
		t.Errorf("%v", res.Header)
	}
}

func TestADistributionOverTLSReachesItsOriginOverTLS(t *testing.T) {
	s := cdnBefore(t, DoorConfig{Kind: "http-api", TLS: true}, Distribution{})
	if res, _ := got(t, asking(t, http.MethodGet, s.Doors()[0].URL+"/")); res.StatusCode != 200 {
		t.Errorf("%d", res.StatusCode)
	}
}

func TestWhatIsWrongWithADistribution(t *testing.T) {
	for _, row := range []struct {
		name string
		cdn  Distribution
		want string
	}{
		{"no such door", Distribution{Origin: "none"}, `no door is called "none"`},
		{"itself", Distribution{Origin: "cdn"}, "doors[0] cannot be behind a distribution"},
		{"a WebSocket API", Distribution{Origin: "ws"}, "doors[2] cannot be behind a distribution: name one of kind rest-api"},
		{"shares that do not add up", Distribution{Locations: []EdgeLocation{{Name: "A", Share: 0.5}}}, "the shares must add up to 1, and add up to 0.5"},
		{"a default below the minimum", Distribution{MinTTL: Duration(time.Hour), DefaultTTL: or[Duration](nil, 1)}, "default_ttl: 1ns must be from min_ttl, 1h0m0s, to max_ttl, "},
		{"a minimum above the maximum", Distribution{MinTTL: Duration(time.Hour), MaxTTL: or[Duration](nil, 1)}, "max_ttl: "},
		{"a longest that is shorter than the shortest", Distribution{MinTTL: Duration(time.Hour), MaxTTL: or(nil, Duration(time.Minute))}, "cloudfront.max_ttl: 1m0s must be at least min_ttl, 1h0m0s"},
		{"a list and none", Distribution{NoParams: true, Params: []string{"a"}}, "give one of the two"},
		{"a method that is none", Distribution{Methods: []string{"get"}}, `"get" must be GET`},
		{"an event that is none", Distribution{Lambda: &EdgeLambda{Event: "always"}}, `"always" must be viewer-request or origin-request`},
	} {
		err := Config{Doors: []DoorConfig{{Kind: "cloudfront", Name: "cdn", CDN: &row.cdn}, {Kind: "alb"}, {Kind: "websocket-api", Name: "ws"}}}.Validate()
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
	if d := (&Distribution{MaxTTL: or(nil, Duration(time.Minute))}).filled(); time.Duration(*d.DefaultTTL) != time.Minute {
		t.Errorf("the default of what is kept for a minute at most is %v", *d.DefaultTTL)
	}
	if err := (Config{Doors: []DoorConfig{{Kind: "cloudfront"}}}).Validate(); err == nil || !strings.Contains(err.Error(), "add one") {
		t.Errorf("a distribution alone: %v", err)
	}
}

// A pieceServer sends its headers, and each of two pieces when it is told to.
func pieceServer(t *testing.T, says string) (url string, more chan struct{}, left chan error) {
	t.Helper()
	more, left = make(chan struct{}), make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", says)
		for _, piece := range []string{"one ", "two"} {
			_ = http.NewResponseController(w).Flush() // to the lab
			select {
			case <-more:
				fmt.Fprint(w, piece)
			case <-r.Context().Done():
				left <- r.Context().Err()
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, more, left
}

// What an origin sends in pieces reaches viewers while it comes, through a shield as well.
func TestADistributionPassesPiecesOnAsTheyCome(t *testing.T) {
	for _, shield := range []bool{false, true} {
		server, more, _ := pieceServer(t, "max-age=60")
		s := cdnBefore(t, DoorConfig{Kind: "origin", Function: &Function{Proxy: server}}, Distribution{Shield: shield, Compress: true})
		url := s.Doors()[0].URL + "/"
		res, err := http.DefaultClient.Do(asking(t, http.MethodGet, url))
		if err != nil {
			t.Fatal(err)
		}
		more <- struct{}{}
		piece := make([]byte, 4)
		if _, err := io.ReadFull(res.Body, piece); err != nil || string(piece) != "one " || res.ContentLength != -1 || res.Header.Get("X-Cache") != "Miss from cloudfront" {
			t.Fatalf("%q, %v, %v", piece, err, res.Header)
		}
		close(more)
		rest, err := io.ReadAll(res.Body)
		res.Body.Close()
		if string(rest) != "two" || err != nil {
			t.Errorf("%q, %v", rest, err)
		}
		if res, body := got(t, asking(t, http.MethodGet, url)); body != "one two" || res.Header.Get("X-Cache") != "Hit from cloudfront" {
			t.Errorf("then %q, %v", body, res.Header)
		}
		if truth := s.Truth(); truth.Doors[0].Streamed != 1 || truth.Doors[1].Requests != 1 {
			t.Errorf("%+v", truth.Doors[0])
		}
	}
}

func TestAViewerWhoLeavesAStreamEndsIt(t *testing.T) {
	server, _, left := pieceServer(t, "no-store")
	s := cdnBefore(t, DoorConfig{Kind: "origin", Function: &Function{Proxy: server}}, Distribution{})
	res, err := http.DefaultClient.Do(asking(t, http.MethodGet, s.Doors()[0].URL+"/"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	<-left
}

func TestAnOriginThatStopsInTheMiddleIsCutOff(t *testing.T) {
	server, more, left := pieceServer(t, "max-age=60")
	s := open(t, Config{Doors: []DoorConfig{
		{Kind: "cloudfront", Name: "cdn", CDN: &Distribution{Origin: "behind"}, Overhead: atOnce(), Timeout: Duration(time.Second)},
		{Kind: "origin", Name: "behind", Function: &Function{Proxy: server}, Overhead: atOnce()},
	}})
	res, err := http.DefaultClient.Do(asking(t, http.MethodGet, s.Doors()[0].URL+"/"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	more <- struct{}{}
	if body, err := io.ReadAll(res.Body); string(body) != "one " || err == nil {
		t.Errorf("%q, %v", body, err)
	}
	<-left
}
