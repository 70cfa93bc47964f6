package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/targets"
)

func TestWhatParseSays(t *testing.T) {
	for _, r := range slices.Concat(rows, populationRows(), connectionRows, flowRows(), streamRows(), socketRows(), webFunctionRows, distributionRows()) {
		t.Run(r.name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(with(t, r.old, r.new)), environment, "wire", "vegeta")
			switch {
			case r.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case r.want != "" && err == nil:
				t.Errorf("accepted; want %q", r.want)
			case r.want != "" && !strings.Contains(err.Error(), r.want):
				t.Errorf("said:\n%v\nwant in it:\n%s", err, r.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the message gives a secret away: %v", err)
			}
			for line := range strings.Lines(fmt.Sprint(err)) {
				if err != nil && !strings.HasPrefix(line, "x.yaml:") {
					t.Errorf("a line without its place: %s", line)
				}
			}
		})
	}
}

func TestEverythingIsSaidAtOnceInTheOrderOfTheFile(t *testing.T) {
	file := `nmae: x
targets:
  a: {kind: rset-api, url: "${env:ONE}"}
  b: {kind: alb, url: "${env:TWO}", cache: 0.5}
requests:
  - {name: r, path: x}
load:
  - constant: {rate: 5, for: 3}
`
	_, err := Parse("x.yaml", []byte(file), env())
	want := []string{
		`x.yaml:1:1: unknown key "nmae"; did you mean "name"?`,
		`x.yaml:1:1: needs "name"`,
		`x.yaml:3:13: targets.a.kind: unknown kind "rset-api"; did you mean "rest-api"?`,
		`x.yaml:3:28: the environment variable ONE is not set`,
		`x.yaml:4:23: the environment variable TWO is not set`,
		`x.yaml:4:37: targets.b.cache: belongs to rest-api`,
		`x.yaml:6:21: requests[0].path: "x" is not a path`,
		`x.yaml:8:22: load[0].constant.rate: "5" is not a rate`,
		`x.yaml:8:30: load[0].constant.for: "3" has no unit`,
	}
	said := strings.Split(fmt.Sprint(err), "\n")
	if len(said) != len(want) {
		t.Fatalf("%d problems, want %d:\n%v", len(said), len(want), err)
	}
	for i := range want {
		if !strings.HasPrefix(said[i], want[i]) {
			t.Errorf("problem %d is\n%s\nwant\n%s", i, said[i], want[i])
		}
	}
}

func TestAValueFromTheEnvironmentIsNeverRepeated(t *testing.T) {
	const value = "hunter2"
	for _, r := range []struct{ old, new string }{
		{"200/s", `"${env:KEY}"`},
		{"for: 30s", `for: "${env:KEY}"`},
		{"weight: 1}", `weight: "${env:KEY}"}`},
		{"kind: alb", `kind: "${env:KEY}"`},
		{"path: /,", `path: "${env:KEY}",`},
		{"url: lab", `url: "${env:KEY}"`},
		{"method: POST", `method: "${env:KEY}"`},
		{"name: base", "name: base\npricing: {requests_per_month: \"${env:KEY}\", region: \"${env:KEY}\", cold_share: \"${env:KEY}\"}"},
		{"name: base", "name: base\nrequires: [\"${env:KEY}\"]"},
		{"json: {features: [5.1]}", `file: "${env:KEY}"`},
	} {
		_, err := Parse("x.yaml", []byte(with(t, r.old, r.new)), env("KEY", value))
		if err == nil || strings.Contains(err.Error(), value) || !strings.Contains(err.Error(), "${env:KEY}") {
			t.Errorf("%s: %v", r.new, err)
		}
	}
}

func TestAValueFromTheEnvironmentIsNeverYAML(t *testing.T) {
	value := "a\", \"b: c\n- d ${env:OTHER} *x"
	s, err := Parse("x.yaml", []byte(with(t, "features: [5.1]", `features: "${env:V}"`)), env("V", value))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"features":"a\", \"b: c\n- d ${env:OTHER} *x"}`
	if got := string(s.Requests[1].Sample(1).Body); got != want {
		t.Errorf("the body is %s, want %s", got, want)
	}
}

func TestDefaultsAndWhatAddressesSay(t *testing.T) {
	s, err := Parse("x.yaml", []byte(base), environment)
	if err != nil {
		t.Fatal(err)
	}
	rest, alb := s.Targets[0], s.Targets[1]
	if rest.Kind != &targets.RESTAPI || rest.Region != "eu-central-1" || rest.Stage != "prod" || rest.URL.String() != "https://abc123.execute-api.eu-central-1.amazonaws.com/prod" {
		t.Errorf("rest is %+v", rest)
	}
	if rest.Function.MemoryMB != 512 || rest.Function.Architecture != "x86_64" || rest.Zones != 0 {
		t.Errorf("rest has the function %+v and %d zones", rest.Function, rest.Zones)
	}
	if !alb.Lab || alb.URL != nil || alb.Zones != 2 || alb.Rules != 1 || alb.Region != "us-east-1" {
		t.Errorf("alb is %+v", alb)
	}
	if r := s.Requests[0]; r.Method != "GET" || r.Timeout != DefaultTimeout || r.Weight != 1 {
		t.Errorf("health is %+v", r)
	}
	if s.Blocks != 10 || s.Seed != 1 || s.Lab.Seed != 0 || s.Pricing.HoursPerMonth != 730 || s.Pricing.RequestsPerMonth != 0 {
		t.Errorf("the scenario is %+v", s)
	}
}

func TestTheHTTPAPIsIDIsReadOffItsAddress(t *testing.T) {
	s, err := Parse("x.yaml", []byte(with(t, "kind: rest-api", "kind: http-api")), environment)
	if err != nil || s.Targets[0].API != "abc123" {
		t.Errorf("%+v, %v", s, err)
	}
}

// full has every key that a scenario can have.
const full = `name: all
targets:
  alb: {kind: alb, url: "http://a.eu-west-1.elb.amazonaws.com/x/", balancer: "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/my/50dc", rules: 12, zones: 3, keepalive: false, accept_encoding: [gzip, br], cookies: true}
  url: {kind: function-url, url: "https://u.lambda-url.us-west-2.on.aws", function: {name: "arn:aws:lambda:us-west-2:123456789012:function:ml:live", memory: 2GB, architecture: arm64}, auth: {iam: {profile: p}}}
  web: {kind: origin, url: "http://127.0.0.1:8000", auth: {bearer: "${env:KEY}"}}
requests:
  - {name: r, path: "/a?x=1", query: {b: [1, "two words"]}, headers: {Accept: text/plain, expect: 100-continue}, body: "k=${env:NAME}", timeout: 2s, accept_encoding: identity, expect: {status: [201, 202], body_contains: ok}}
load:
  - steps: {rates: [1/s, 2/s], for: 4s}
  - burst: {requests: 30, at: 10/s}
  - closed: {users: 3, think: 10ms, for: 1s}
thresholds: ["web/r: p(99) <= 5ms"]
pricing: {region: eu-west-1, requests_per_month: 1.5M, hours_per_month: 720, cold_share: 2.5%, init: 1s, rates: {alb.lcu: 0.008}}
requires: [waf]
engine: {use: wire, connections: 2, max_connections: 3, max_in_flight: 4, late: skip, http: 2, streams: 9, requests_per_connection: 5, connection_age: 6s, dns_refresh: 7s}
lab: {seed: 5, usage_plan: {rate: 90/m, burst: 2}, cache_ttl: 1m, metric_delay: 2m, function: {duration: {median: 1ms, sigma: 0.5}, init: 2ms, idle: 3m}}
blocks: 4
seed: 9
`

// withoutExpect leaves out what is compiled and cannot be compared.
func withoutExpect(r Request) Request {
	r.Expect = check.Expect{}
	return r
}

// expecting compiles what stands under expect:.
func expecting(text string) check.Expect {
	doc := document.Open("expect", []byte(text), document.Options{})
	e := check.Read(doc.Value(), check.Options{Secret: SecretHeader})
	if err := doc.Err(); err != nil {
		panic(err)
	}
	return e
}

func TestEveryPartOfAScenarioArrives(t *testing.T) {
	s, err := Parse("x.yaml", []byte(full), environment)
	if err != nil {
		t.Fatal(err)
	}
	alb, url, web := s.Targets[0], s.Targets[1], s.Targets[2]
	for what, pair := range map[string][2]any{
		"balancer":     {alb.Balancer, "app/my/50dc"},
		"rules, zones": {[2]int64{alb.Rules, alb.Zones}, [2]int64{12, 3}},
		"client":       {[]targets.Client{alb.Client, url.Client}, []targets.Client{{Fresh: true, Cookies: true, Accepts: []string{"gzip", "br"}, Requests: 5}, {Requests: 5}}},
		"address":      {alb.URL.String() + " " + alb.Region, "http://a.eu-west-1.elb.amazonaws.com/x eu-west-1"},
		"function":     {url.Function, targets.Function{Name: "arn:aws:lambda:us-west-2:123456789012:function:ml:live", MemoryMB: 2048, Architecture: "arm64"}},
		"profile":      {url.Auth.IAM.Profile + " " + url.Region, "p us-west-2"},
		"bearer":       {web.Auth.Bearer.Reveal(), "hunter2"},
		"expectation":  {s.Requests[0].Expect.StatusText() + "; " + s.Requests[0].Expect.Checks[0].Text, "201 or 202; body: want it to contain ok"},
		"request": {withoutExpect(s.Requests[0]), Request{
			Name: "r", Method: "POST", Path: "/a?x=1&b=1&b=two%20words", Header: targets.Header{"Accept": {"text/plain"}, "Expect": {"100-continue"}},
			Body: []byte("k=named"), Accepts: []string{"identity"}, Weight: 1, Timeout: 2 * time.Second,
		}},
		"stages": {s.Stages, []Stage{
			{Name: "1", Load: Arrivals{Steps{[]Rate{PerSecond(1), PerSecond(2)}}}, For: 4 * time.Second},
			{Name: "2", Load: Arrivals{Burst{30, PerSecond(10)}}, For: 3 * time.Second},
			{Name: "3", Load: Users{N: 3, Think: Always(10 * time.Millisecond)}, For: time.Second},
		}},
		"threshold": {s.Thresholds[0].Target + " " + s.Thresholds[0].Request, "web r"},
		"pricing":   {s.Pricing, Pricing{"eu-west-1", 1_500_000, 0, 720, "0.025", time.Second, map[string]pricing.Money{"alb.lcu": pricing.Money(pricing.Ratio(1, 125))}, results.SocketMonth{}}},
		"requires":  {s.Requires, []string{"waf"}},
		"engine":    {s.Engine, Engine{"wire", nil, 2, 3, 4, "skip", HTTP2, 9, 5, 6 * time.Second, 7 * time.Second, nil}},
		"lab": {s.Lab, Lab{
			Seed: 5, UsagePlan: UsagePlan{Rate: document.NewRate(90, time.Minute), Burst: 2}, CacheTTL: time.Minute, MetricLag: 2 * time.Minute,
			Function: LabFunction{LabDuration{time.Millisecond, 0.5}, 2 * time.Millisecond, 3 * time.Minute, "", nil},
		}},
		"blocks, seed": {[2]int{s.Blocks, int(s.Seed)}, [2]int{4, 9}},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: %+v, want %+v", what, pair[0], pair[1])
		}
	}
}

func TestALabFunctionInItsEarlierKeysIsReadWithNotes(t *testing.T) {
	read := func(function string) *Scenario {
		s, err := Parse("x.yaml", []byte("name: x\ntargets: {a: {kind: http-api, url: lab}}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\nlab:\n  function: "+function+"\n"), os.LookupEnv)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	old, now := read("{median: 8ms, sigma: 0.3, idle_expiry: 6m}"), read("{duration: {median: 8ms, sigma: 0.3}, idle: 6m}")
	if !reflect.DeepEqual(old.Lab, now.Lab) || now.Notes != nil {
		t.Errorf("%+v, want %+v; %v", old.Lab, now.Lab, now.Notes)
	}
	const want = `x.yaml:6:14: lab.function: median is now a key of duration: write duration: {median: 8ms}
x.yaml:6:27: lab.function: sigma is now a key of duration: write duration: {sigma: 0.3}
x.yaml:6:39: lab.function: idle_expiry is now called idle`
	if old.Notes == nil || old.Notes.Error() != want {
		t.Errorf("%v\nwant\n%s", old.Notes, want)
	}
}

func TestJSONBodiesKeepTheFilesOrderAndNumbers(t *testing.T) {
	for yaml, want := range map[string]string{
		"{b: 1, a: [1.0, 5.10, 1e3, 0x10, -3, .5], c: null}": `{"b":1,"a":[1.0,5.10,1e3,16,-3,0.5],"c":null}`,
		`{"<&>": true, t: "ü\n\"", n: ~, y: yes}`:            `{"<&>":true,"t":"ü\n\"","n":null,"y":"yes"}`,
		"[]":                   `[]`,
		`"text"`:               `"text"`,
		"18446744073709551616": `18446744073709551616`,
	} {
		s, err := Parse("x.yaml", []byte(with(t, "{features: [5.1]}", yaml)), environment)
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
		} else if got := string(s.Requests[1].Sample(1).Body); got != want {
			t.Errorf("%s became %s, want %s", yaml, got, want)
		}
	}
}

func TestBodyFilesStayWithinTheScenariosFolder(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "scenario")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(folder, "bodies"), 0o755))
	must(os.WriteFile(filepath.Join(folder, "bodies", "b.json"), []byte("[1]"), 0o600))
	must(os.WriteFile(filepath.Join(dir, "outside"), []byte("secret"), 0o600))
	must(os.Symlink(filepath.Join(dir, "outside"), filepath.Join(folder, "link")))
	must(os.WriteFile(filepath.Join(folder, "large"), make([]byte, MaxBody+1), 0o600))
	read := func(name string) (*Scenario, error) {
		return Parse(filepath.Join(folder, "x.yaml"), []byte(with(t, "json: {features: [5.1]}", "file: "+name)), environment)
	}
	if s, err := read("bodies/b.json"); err != nil || string(s.Requests[1].Body) != "[1]" {
		t.Errorf("%v", err)
	}
	s, err := read("large") // which is not loaded
	must(err)
	r := s.Requests[1]
	if _, most := r.bodySizes(1); r.Body != nil || r.Upload == nil || r.Upload.Size != MaxBody+1 || most != MaxBody+1 || len(s.Files) != 1 {
		t.Errorf("a large file is read as %+v", r)
	} else if digest, err := s.Files[0].Digest(); err != nil || digest != digestOf(make([]byte, MaxBody+1)) {
		t.Errorf("its digest is %s, %v", digest, err)
	}
	for name, want := range map[string]string{
		"../outside":                  "is not within the scenario's folder",
		filepath.Join(dir, "outside"): "is not within the scenario's folder",
		"link":                        "cannot be read",
		"bodies":                      "not a regular file",
		"none":                        "does not exist",
	} {
		if _, err := read(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("file %s: %v, want %q", name, err, want)
		}
	}
}

func TestARecordedScenarioReadsNeitherFilesNorTheEnvironment(t *testing.T) {
	t.Setenv("SET", "leaked")
	file := strings.Replace(with(t, "json: {features: [5.1]}", "file: gone.json"), "/prod\"}", `/prod", auth: {api_key: "${env:SET}"}, function: {name: "${env:SET}", memory: 1GB}}`, 1)
	if _, err := Parse("x.yaml", []byte(file), env()); err == nil {
		t.Error("to send, both are needed")
	}
	s, err := ParseRecorded("x.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Targets[0]; got.Stage != "prod" || got.Function.Name != "" || got.Function.MemoryMB != 1024 || got.Auth.APIKey.Reveal() != "" || len(s.Files) != 0 {
		t.Errorf("read as %+v, files %v", got, s.Files)
	}
	if len(s.Unresolved) != 1 || s.Unresolved[0].Variable != "SET" || !strings.HasSuffix(s.Unresolved[0].Path, ".function.name") {
		t.Errorf("unresolved: %+v", s.Unresolved)
	}
	gone := strings.Replace(file, "https://abc123", "https://${env:HOST_GONE}", 1)
	if s, err := ParseRecorded("x.yaml", []byte(gone)); err != nil || s.Targets[0].URL != nil || len(s.Unresolved) != 2 {
		t.Errorf("an address from the environment: %v", err)
	}
}

func TestFilesThatWouldKeepTheParserBusyAreRefusedAtOnce(t *testing.T) {
	bomb := "a: &a [1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	for _, row := range []struct{ name, file, want string }{
		{"aliases of aliases", bomb, "the file holds too much: at most 20000 values"},
		{"an alias of itself", "a: &a [*a]\n", "there is no &a before this *a"},
		{"brackets", strings.Repeat("[", 10_000), "nested more than 64 deep"},
		{"braces", strings.Repeat("{a: ", 4_000), "nested more than 64 deep"},
		{"dashes", strings.Repeat("- ", 10_000), "nested more than 64 deep"},
		{"questions", strings.Repeat("? ", 10_000), "nested more than 64 deep"},
		{"steps to the right", stairs(100), "nested more than 64 deep"},
		{"many keys", strings.Repeat("a: 1\n", 50_000), "at most 20000 are read"},
		{"many brackets", strings.Repeat("[", 100_000), "at most 20000 are read"},
		{"too many bytes", strings.Repeat("#", document.Small.Bytes+1), "the file has more than 262144 bytes"},
		{"nothing", "", "the file is empty"},
		{"comments only", "# a\n# b\n", "the file is empty"},
		{"a lone separator", "---\n", "the file is empty"},
		{"no text", "name: x\nload: \xff\xfe", "x.yaml:2:1: the file is not UTF-8 text"},
		{"an open quote", "name: \"x", "this is not YAML"},
		{"a tab for a space", "load:\n\t- x", "this is not YAML"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Parse("x.yaml", []byte(row.file), env())
			if err == nil || !strings.HasPrefix(err.Error(), "x.yaml:") || !strings.Contains(err.Error(), row.want) || len(err.Error()) > 4000 {
				t.Errorf("said %v, want %q", err, row.want)
			}
		})
	}
}

// stairs is a mapping in a mapping, n deep.
func stairs(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return out.String()
}

func TestEveryLibraryScenarioIsReadFromItsRecordedCopy(t *testing.T) {
	for _, name := range Library() {
		file, data, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseRecorded(file, data); err != nil {
			t.Error(err)
		}
	}
}

// A request whose name is wrong has none, as a threshold about everything has no target.
func TestAThresholdAboutEverythingIsNotAboutANamelessRequest(t *testing.T) {
	_, err := Parse("x.yaml", []byte("name: a\ntargets: {lab: {kind: origin, url: \"http://localhost\"}}\nrequests: [{name: get /, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\nthresholds: [error_share < 1%]\n"), nil)
	if err == nil || !strings.Contains(err.Error(), `"get /" is not a name`) || strings.Contains(err.Error(), "threshold") {
		t.Error(err)
	}
}
