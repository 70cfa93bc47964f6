package pricing

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

const testWorkload = `name: test
region: us-east-1
requests_per_month: 10M
profile: business-hours
request_bytes: 500
response_bytes: {p50: 2kB, p90: 9000}
refused_share: 0.1
function:
  memory: 512MB
  duration: {low: 20ms, likely: 30ms, high: 90ms}
  cold_share: 0.01
  init: 400ms
cache: {size: 0.5GB, hit_ratio: 50%}
`

func readTestWorkload(t testing.TB, text string) *Workload {
	t.Helper()
	w, err := ReadWorkload("w.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAWorkloadIsReadWhole(t *testing.T) {
	w := readTestWorkload(t, testWorkload)
	if w.Requests.Likely.Cmp(Whole(10_000_000)) != 0 || w.Region != "us-east-1" || len(w.Profile) != 2 || w.Cache.GB != "0.5" {
		t.Errorf("read %+v", w)
	}
	if d := w.Function.Duration.Range; d.Low.String() != "20" || d.Likely.String() != "30" || d.High.String() != "90" || !w.Varies() {
		t.Errorf("the duration is %+v", d)
	}
}

func TestDoorsMakeTheirOwnTrafficOfAWorkload(t *testing.T) {
	text := testWorkload + "preflights_per_request: 0.5\nauthorizer: {memory: 128MB, duration: 5ms, hit_ratio: 0.8}\ncontainers: {tasks: 2, vcpu: 1, memory: 2GB}\n" +
		"cloudfront: {viewers: us, hit_ratio: 0.9, function_share: 0.5}\n"
	w := readTestWorkload(t, text).likely()
	for _, row := range []struct {
		door string
		what func(Traffic) Quantity
		want string
	}{
		{"rest-api", func(t Traffic) Quantity { return t.Requests.Quantity }, "15000000"},
		{"rest-api", func(t Traffic) Quantity { return t.Unbilled.Quantity }, "1000000"},
		{"rest-api", func(t Traffic) Quantity { return t.Invocations.Quantity }, "4500000"}, // 9 M accepted, half of them from the cache
		{"rest-api", func(t Traffic) Quantity { return t.ColdStarts.Quantity }, "45000"},
		{"rest-api", func(t Traffic) Quantity { return t.Authorized.Quantity }, "2000000"}, // preflights carry no credentials
		{"http-api", func(t Traffic) Quantity { return t.Invocations.Quantity }, "9000000"},
		{"function-url", func(t Traffic) Quantity { return t.Authorized.Quantity }, "0"},
		{"alb", func(t Traffic) Quantity { return t.Invocations.Quantity }, "9000000"}, // a rule answers preflights
		{"alb-containers", func(t Traffic) Quantity { return t.Invocations.Quantity }, "0"},
		{"alb-containers", func(t Traffic) Quantity { return t.Containers.Tasks.Quantity }, "2"},
		{"cloudfront", func(t Traffic) Quantity { return t.Edge.Misses.Quantity }, "1500000"},
		{"cloudfront", func(t Traffic) Quantity { return t.Invocations.Quantity }, "900000"},
		{"cloudfront", func(t Traffic) Quantity { return t.Edge.Runs.Quantity }, "7500000"},
	} {
		if got := row.what(doorNamed(row.door).Traffic(w)).String(); got != row.want {
			t.Errorf("%s: %s, want %s", row.door, got, row.want)
		}
	}
}

func doorNamed(name string) Door {
	for _, f := range Doors {
		if f.Name == name {
			return f
		}
	}
	panic(name)
}

func TestRangesAreDrawnWithinThem(t *testing.T) {
	r := Range{Whole(10), Whole(20), Whole(50)}
	for _, row := range []struct {
		u    float64
		want string
	}{{0, "10"}, {0.25, "20"}, {1, "50"}} {
		if got := r.drawn(row.u).Likely.String(); got != row.want {
			t.Errorf("at %v: %s, want %s", row.u, got, row.want)
		}
	}
}

// brokenWorkloads are ways to break testWorkload, with what must be said.
var brokenWorkloads = []struct {
	name, old, new string
	want           string
}{
	{"negative requests", "10M", "-1", `w.yaml:3:21: requests_per_month: "-1" is out of bounds: from 0 to 1e15`},
	{"no number", "10M", "many", `w.yaml:3:21: requests_per_month: "many" is not a number: write it as 5, 0.2, 500k, 10M or 1e9`},
	{"not a number", "10M", ".nan", "w.yaml:3:21: .nan is not a value that is used here"},
	{"infinite", "10M", ".inf", "w.yaml:3:21: .inf is not a value that is used here"},
	{"more provisioned hours than a month has", "  init: 400ms\n", "  provisioned: {environments: 1, share: 1, hours: 900}\n", "w.yaml:12:51: function.provisioned.hours: must be at most 744, the hours of the month, is 900"},
	{"more than the stated month has", "  init: 400ms\n", "  provisioned: {environments: 1, share: 1, hours: 721}\nhours_per_month: 720\n", "function.provisioned.hours: must be at most 720, the hours of the month, is 721"},
	{"three invocations for a connection", "refused_share: 0.1", "websocket: {connections: 1, lifetime: 1s, messages: 1, lifecycle_invocations: 3}", `websocket.lifecycle_invocations: "3" is out of bounds: from 0 to 2`},
	{"rules without a web ACL", "refused_share: 0.1", "waf: {acls: 0, rules: 3}", "w.yaml:7:13: waf.acls: rules are in a web ACL: state at least 1, or no rules"},
	{"absurd", "10M", "10000000G", `w.yaml:3:21: requests_per_month: "10000000G" is out of bounds`},
	{"none", "requests_per_month: 10M\n", "", "w.yaml:1:1: needs requests_per_month"},
	{"an unknown key", "refused_share", "refused", `w.yaml:7:1: unknown key "refused"; did you mean "refused_share"?`},
	{"a share above 1", "0.1", "1.5", `w.yaml:7:16: refused_share: "1.5" is not a share: write it as 0.01 or 1%, from 0 to 1`},
	{"a range the wrong way round", "low: 20", "low: 40", `w.yaml:10:33: function.duration.likely: "30ms" must be at least low, "40ms"`},
	{"half a range", "low: 20ms, ", "", `w.yaml:10:14: function.duration: needs "low"`},
	{"percentiles the wrong way round", "p90: 9000", "p90: 900", `w.yaml:6:33: response_bytes.p90: "900" must be at least p50, "2kB"`},
	{"a percentile that is none", "p90: 9000", "p101: 9000", `w.yaml:6:28: response_bytes: unknown key "p101": write a range`},
	{"a profile that is none", "business-hours", "weekends", "w.yaml:4:10: profile: must be flat, business-hours"},
	{"a day of 23 hours", "business-hours", "{day: [1, 2, 3]}", "w.yaml:4:11: profile: must be flat"},
	{"a day without traffic", "business-hours", "{hourly: [0, 0]}", "w.yaml:4:11: profile: a profile needs at least one hour with traffic"},
	{"a cache that is not sold", "size: 0.5GB", "size: 3GB", `w.yaml:13:15: cache.size: "3GB" is not one of 0.5GB, 1.6GB`},
	{"too little memory", "512", "64", `w.yaml:9:11: function.memory: "64MB" is out of bounds: from 128MB to 10240MB`},
	{"memory without a unit", "512MB", "512", `w.yaml:9:11: function.memory: "512" has no unit: write 512MB or 512GB`},
	{"a time without a unit", "400ms", "400", `w.yaml:12:9: function.init: "400" has no unit: write 400s, or 400ms`},
	{"an old key beside the new one", "  memory", "  memory_mb: 512\n  memory", "w.yaml:10:3: function: memory is given twice, under its old name and its new one"},
	{"an unknown key in a section", "memory", "memry", `w.yaml:9:3: function: unknown key "memry"; did you mean "memory"?`},
	{"too much memory", "512", "20480", `w.yaml:9:11: function.memory: "20480MB" is out of bounds: from 128MB to 10240MB`},
	{"a region that is none", "us-east-1", "virginia", "w.yaml:2:9: region: \"virginia\" is not an AWS region"},
	{"a feature that does not exist", "region:", "requires: [telepathy]\nregion:", "w.yaml:2:12: requires[0]: unknown feature \"telepathy\" (known are api-keys, "},
	{"a load balancer in one zone", "profile:", "load_balancer: {public_zones: 1}\nprofile:", "w.yaml:4:31: load_balancer.public_zones: must be 0, of an internal load balancer, or at least 2"},
	{"a task that Fargate does not have", "profile:", "containers: {tasks: 1, vcpu: 1, memory: 64GB}\nprofile:", "w.yaml:4:41: containers.memory: must be from 2GB to 8GB in steps of 1GB for a Fargate task with 1 vCPU, is 64GB"},
	{"vCPUs that no task has", "profile:", "containers: {tasks: 1, vcpu: 3, memory: 8GB}\nprofile:", "w.yaml:4:30: containers.vcpu: must be one of 0.25, 0.5, 1, 2, 4, 8, 16, as Fargate has tasks, is 3"},
	{"connections stated twice", "profile:", "connections: {new_per_second: 2, requests_per_connection: 5}\nprofile:", "w.yaml:4:31: connections.new_per_second: state new_per_second or requests_per_connection, not both"},
	{"rules that are not whole", "profile:", "load_balancer: {rules: 1.5}\nprofile:", `w.yaml:4:24: load_balancer.rules: "1.5" is not a whole number: write it as 5, 500k, 10M or 1e9`},
	{"a key that nothing is billed by", "profile:", "already_used: {lambda.request: 3M}\nprofile:", `w.yaml:4:16: already_used: nothing is billed as "lambda.request"; did you mean "lambda.requests"?`},
	{"nothing that is used", "profile:", "already_used: {}\nprofile:", "w.yaml:4:15: already_used: needs a mapping from what is billed to the units that are used, such as {lambda.requests: 3M}"},
	{"a price that is none", "profile:", "rates: {lambda.requests: cheap}\nprofile:", "w.yaml:4:26: rates.lambda.requests: "},
	{"a price below nothing", "profile:", "rates: {lambda.requests: -1}\nprofile:", "w.yaml:4:26: rates.lambda.requests: "},
	{"a discount of more than all", "profile:", "savings_plan: {lambda: 1.2}\nprofile:", "w.yaml:4:24: savings_plan.lambda: "},
	{"viewers who are nowhere", "profile:", "cloudfront: {viewers: mars}\nprofile:", `w.yaml:4:23: cloudfront.viewers: `},
	{"viewers that do not add up", "profile:", "cloudfront: {viewers: {us: 60%, europe: 30%}}\nprofile:", "w.yaml:4:24: cloudfront.viewers: the shares of the areas must add up to 1, and add up to 0.9"},
	{"an invocation without a duration", "{low: 20ms, likely: 30ms, high: 90ms}", "0ms", "w.yaml:10:13: function.duration: must be more than 0: AWS bills at least 1 ms of an invocation"},
	{"an authorizer without a duration", "profile:", "authorizer: {memory: 128MB, duration: {p50: 0ms, p99: 0ms}}\nprofile:", "authorizer.duration: must be more than 0"},
	{"nothing at all", testWorkload, "# nothing yet\n", `w.yaml:1:1: the file is empty: "tollgate init --workload" writes a workload to start from`},
	{"a tab", "  memory", "\tmemory", "w.yaml:9:1: this is not YAML: a tab where spaces belong"},
	{"truncated", "{size: 0.5GB, hit_ratio: 50%}", "{size: 0.5GB,", "w.yaml:1"},
}

func TestABrokenWorkloadNamesThePlace(t *testing.T) {
	for _, row := range brokenWorkloads {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(testWorkload, row.old, row.new, 1)
			if text == testWorkload {
				t.Fatal("nothing was broken")
			}
			_, err := ReadWorkload("w.yaml", []byte(text))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v\ndoes not say %q", err, row.want)
			}
		})
	}
}

func TestAStatedZeroIsNotWhatIsNotStated(t *testing.T) {
	const text = "name: w\nregion: us-east-1\nrequests_per_month: 1M\nrefused_share: 0.5\nerror_share: 0.5\n"
	for _, row := range []struct {
		name, lines string
		bytes       int64 // of all answers
		noted       bool
	}{
		{"no size is stated", "", 500_000*31 + 250_000*36, true},
		{"answers of 0 bytes", "response_bytes: 0\n", 500_000*31 + 250_000*36, false},
		{"refusals of 0 bytes", "response_bytes: 0\nrefused_bytes: 0\n", 250_000 * 36, false},
		{"no answer has a body", "response_bytes: 0\nrefused_bytes: 0\nerror_bytes: 0\n", 0, false},
	} {
		w := readTestWorkload(t, text+row.lines)
		traffic := HTTPAPI.Traffic(w.likely())
		if got := traffic.size(responseSize).mean.Mul(traffic.Requests.Quantity); got.Cmp(Whole(row.bytes)) != 0 {
			t.Errorf("%s: %s bytes, want %d", row.name, got, row.bytes)
		}
		if noted := strings.Contains(strings.Join(HTTPAPI.notesOn(w), "\n"), "states no response_bytes"); noted != row.noted {
			t.Errorf("%s: noted as not stated: %v", row.name, noted)
		}
	}
}

func TestAllProblemsOfAWorkloadAreReportedAtOnce(t *testing.T) {
	text := strings.NewReplacer("10M", "-1", "512", "64", "refused_share", "refused").Replace(testWorkload)
	_, err := ReadWorkload("w.yaml", []byte(text))
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("want three lines, got %v", err)
	}
}

// oldWorkload is testWorkload as it was once written.
const oldWorkload = `name: test
region: us-east-1
requests_per_month: 0.01B
profile: business-hours
request_bytes: 500
response_bytes: {p50: 2k, p90: 9000}
refused_share: 0.1
function:
  memory_mb: 512
  duration_ms: {low: 20, likely: 30, high: 90}
  cold_share: 0.01
  init_ms: 400
cache: {gb: 0.5, hit_ratio: 0.5}
requires: [validation]
`

func TestOldKeysAndUnitsAreReadWithANote(t *testing.T) {
	old, now := readTestWorkload(t, oldWorkload), readTestWorkload(t, testWorkload+"requires: [request-validation]\n")
	want := `w.yaml:3:21: requests_per_month: write 0.01G or 0.01e9: B no longer means billion
w.yaml:9:3: function: memory_mb is now called memory, and its numbers have a unit, such as 512MB
w.yaml:10:3: function: duration_ms is now called duration, and its numbers have a unit, such as 20ms
w.yaml:12:3: function: init_ms is now called init, and its numbers have a unit, such as 400ms
w.yaml:13:9: cache: gb is now called size, and its numbers have a unit, such as 0.5GB
w.yaml:14:12: requires[0]: "validation" is now called request-validation`
	if old.Notes == nil || old.Notes.Error() != want || now.Notes != nil {
		t.Errorf("%v\nwant\n%s\nand of the new spelling none: %v", old.Notes, want, now.Notes)
	}
	if old.Notes = nil; !reflect.DeepEqual(old, now) {
		t.Errorf("%+v\nwant\n%+v", old, now)
	}
}

// FuzzReadWorkload looks for a workload that crashes the reader, or that is
// accepted and cannot be read off at some door.
func FuzzReadWorkload(f *testing.F) {
	f.Add([]byte(testWorkload))
	f.Add([]byte(oldWorkload))
	for _, row := range brokenWorkloads {
		f.Add([]byte(strings.Replace(testWorkload, row.old, row.new, 1)))
	}
	shipped, err := filepath.Glob("examples/*.yaml")
	cases, _ := filepath.Glob("testdata/cases/*.yaml")
	if shipped = append(shipped, cases...); err != nil || len(shipped) < 20 {
		f.Fatalf("%d examples: %v", len(shipped), err)
	}
	for _, name := range shipped {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := ReadWorkload("fuzz.yaml", data)
		if err != nil {
			return
		}
		for _, front := range Doors {
			if len(front.RuledOut(w)) > 0 {
				continue
			}
			for _, used := range Measure(front.Billed, front.Traffic(w.likely())) {
				if used.Reading.Quantity.Sign() < 0 {
					t.Errorf("%s: %s reads %s", front.Name, used.Dimension.ID, used.Reading.Quantity)
				}
			}
		}
	})
}

func TestWhatTheFirstWorkloadHasInCommentsIsValidToo(t *testing.T) {
	comment := regexp.MustCompile(`(?m)^# ([a-z_]+: [\[{]|integration: )`)
	all := comment.ReplaceAll(StarterWorkload(), []byte("$1"))
	if n := len(comment.FindAll(StarterWorkload(), -1)); n < 7 {
		t.Fatalf("%d sections in comments", n)
	}
	w, err := ReadWorkload("workload.yaml", all)
	if err != nil || w.Notes != nil || len(w.Requires) != 2 || w.Sockets.Messages.Likely.Sign() == 0 {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestTheAPIsInTheFirstWorkloadsCommentsAreValidToo(t *testing.T) {
	own := regexp.MustCompile(`(?m)^requests_per_month: .*$`).ReplaceAll(StarterWorkload(), nil)
	all := regexp.MustCompile(`(?m)^# (apis:|  [a-z]+: \{front_door)`).ReplaceAll(own, []byte("$1"))
	w, err := ReadWorkload("workload.yaml", all)
	if err != nil || len(w.APIs) != 3 || w.APIs[1].Function.MemoryMB != 512 {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestAScenarioIsNoWorkloadAndIsToldSoOnce(t *testing.T) {
	_, err := ReadWorkload("s.yaml", []byte("name: x\ntargets: {}\nrequests: []\nload: []\nthresholds: []\n"))
	want := `s.yaml:2:1: this is a scenario, since it has targets: a workload states requests_per_month, and "tollgate init --workload" writes one to start from`
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
