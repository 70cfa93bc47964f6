package pricing

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const testWorkload = `name: test
region: us-east-1
requests_per_month: 10M
profile: business-hours
request_bytes: 500
response_bytes: {p50: 2000, p90: 9000}
refused_share: 0.1
function:
  memory_mb: 512
  duration_ms: {low: 20, likely: 30, high: 90}
  cold_share: 0.01
  init_ms: 400
cache: {gb: 0.5, hit_ratio: 0.5}
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
	text := testWorkload + "preflights_per_request: 0.5\nauthorizer: {memory_mb: 128, duration_ms: 5, hit_ratio: 0.8}\ncontainers: {tasks: 2, vcpu: 1, memory_gb: 2}\n" +
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
		{"alb", func(t Traffic) Quantity { return t.Invocations.Quantity }, "14000000"}, // it passes preflights on
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

func TestPercentilesBecomeADistribution(t *testing.T) {
	s := Shape{Buckets: fromPercentiles([]percentile{{9000, Whole(100)}, {5000, Whole(20)}})}
	d := s.dist(1)
	above := d.Expect(func(v int64) int64 {
		if v > 20 {
			return 1
		}
		return 0
	})
	if above.String() != "0.5" {
		t.Errorf("%s are above the median, want 0.5", above)
	}
	// 20 for a half, 20 to 100 evenly for four tenths, and 100 for the rest
	if mean := d.Mean().String(); mean != "44" {
		t.Errorf("the mean is %s, want 44", mean)
	}
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
	{"negative requests", "10M", "-1", "w.yaml:3: requests_per_month: must be a number that is not negative"},
	{"no number", "10M", "many", "w.yaml:3: requests_per_month: must be a number"},
	{"not a number", "10M", ".nan", "w.yaml:3: requests_per_month: must be a plain value"},
	{"infinite", "10M", ".inf", "w.yaml:3: requests_per_month: must be a plain value"},
	{"absurd", "10M", "10000000B", "w.yaml:3: requests_per_month: must be at most 1,000,000 B"},
	{"none", "requests_per_month: 10M\n", "", "needs requests_per_month"},
	{"an unknown key", "refused_share", "refused", "w.yaml:7: refused: unknown key; the known ones are authorizer, cache, "},
	{"a share above 1", "0.1", "1.5", "w.yaml:7: refused_share: must be at most 1, is 1.5"},
	{"a range the wrong way round", "low: 20", "low: 40", "w.yaml:10: function › duration_ms › likely: must be at least low, which is 40, is 30"},
	{"half a range", "low: 20, ", "", "w.yaml:10: function › duration_ms: must be a number"},
	{"percentiles the wrong way round", "p90: 9000", "p90: 900", "w.yaml:6: response_bytes › p90: must be at least p50, which is 2,000, is 900"},
	{"a percentile that is none", "p90: 9000", "p101: 9000", "w.yaml:6: response_bytes: must be a number"},
	{"a profile that is none", "business-hours", "weekends", "w.yaml:4: profile: must be flat, business-hours"},
	{"a day of 23 hours", "business-hours", "{day: [1, 2, 3]}", "w.yaml:4: profile: must be flat"},
	{"a day without traffic", "business-hours", "{hourly: [0, 0]}", "w.yaml:4: profile: a profile needs at least one hour with traffic"},
	{"a cache that is not sold", "gb: 0.5", "gb: 3", "w.yaml:13: cache › gb: \"3\" is not one of 0.5, 1.6"},
	{"too little memory", "512", "64", "w.yaml:9: function › memory_mb: must be at least 128, is 64"},
	{"memory with a unit", "512", "512MB", "w.yaml:9: function › memory_mb: must be a whole number, is a text"},
	{"an unknown key in a section", "memory_mb", "memory", "w.yaml:9: function › memory: unknown key; the known ones are architecture, cold_share, duration_ms"},
	{"too much memory", "512", "20480", "w.yaml:9: function › memory_mb: must be at most 10240, is 20480"},
	{"a region that is none", "us-east-1", "virginia", "w.yaml:2: region: must be a region such as us-east-1"},
	{"a feature that nobody has", "region:", "requires: [telepathy]\nregion:", "w.yaml:2: requires › 0: \"telepathy\" is not one of api-keys, "},
	{"a tab", "  memory_mb", "\tmemory_mb", "w.yaml:9: a tab where YAML wants spaces"},
	{"truncated", "{gb: 0.5, hit_ratio: 0.5}", "{gb: 0.5,", "w.yaml:1"},
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

// An internet-facing load balancer has addresses in two zones at least, and they
// are a third of a small one's bill.
func TestABalancerWithoutAddressesSaysSo(t *testing.T) {
	for _, row := range []struct {
		front, zones string
		want         bool
	}{
		{"alb", "", true},
		{"alb", "load_balancer: {public_zones: 2}\n", false},
		{"http-api", "", false},
		{"alb", "private_endpoint: {zones: 2}\n", false},
	} {
		w, err := ReadWorkload("w.yaml", []byte("name: w\nregion: us-east-1\nrequests_per_month: 1M\nfunction: {duration_ms: 5, memory_mb: 512}\n"+row.zones))
		if err != nil {
			t.Fatal(err)
		}
		b := readTestBook(t)
		i := slices.IndexFunc(Doors, func(f Door) bool { return f.Name == row.front })
		f := Doors[i]
		f.Billed = slices.DeleteFunc(slices.Clone(f.Billed), func(d Dimension) bool { return d.ID != ALBAddresses.ID })
		bill, err := b.Bill(w, f)
		if got := strings.Contains(strings.Join(bill.Warnings, "\n"), "public_zones"); err != nil || got != row.want {
			t.Errorf("%s with %q: %v, %v", row.front, row.zones, bill.Warnings, err)
		}
	}
}

func TestAllThatIsWrongWithAWorkloadIsSaidAtOnce(t *testing.T) {
	text := strings.NewReplacer("10M", "-1", "512", "64", "refused_share", "refused").Replace(testWorkload)
	_, err := ReadWorkload("w.yaml", []byte(text))
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("want three lines, got %v", err)
	}
}

// FuzzReadWorkload looks for a workload that crashes the reader, or that is
// accepted and cannot be read off at some door.
func FuzzReadWorkload(f *testing.F) {
	f.Add([]byte(testWorkload))
	for _, row := range brokenWorkloads {
		f.Add([]byte(strings.Replace(testWorkload, row.old, row.new, 1)))
	}
	shipped, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(shipped) < 8 {
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
