package statement

import (
	"bytes"
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

func latest(t *testing.T) *pricing.Book {
	t.Helper()
	b, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryRateOfTheBookIsShown(t *testing.T) {
	b := latest(t)
	var all, one strings.Builder
	if err := Book(&all, b, ""); err != nil {
		t.Fatal(err)
	}
	if err := Region(&one, b, "ap-northeast-1", "", true); err != nil {
		t.Fatal(err)
	}
	for _, key := range b.Keys("ap-northeast-1") {
		for name, text := range map[string]string{"all regions": all.String(), "one region": one.String()} {
			if !strings.Contains(text, "  "+pricing.TitleOf(key)+" ") {
				t.Errorf("%s: %s is not there", name, key)
			}
		}
	}
	if !strings.Contains(one.String(), "\n? ") {
		t.Error("the mark of what is not verified is not explained")
	}
}

func TestABillPrintsItsWayOnlyWhenAsked(t *testing.T) {
	bill, err := latest(t).Price("us-east-1", pricing.Measure([]pricing.Dimension{pricing.RESTRequests, pricing.ALBAddresses, pricing.TracesRecorded}, pricing.Traffic{
		Requests: pricing.Amount{Quantity: pricing.Whole(5_000_000), Basis: pricing.Stated}, Zones: 2,
		Watching: pricing.Watching{Traces: pricing.Amount{Quantity: pricing.Whole(100_000), Basis: pricing.Stated}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	var short, long strings.Builder
	if err := Bill(&short, "api", bill, false); err != nil {
		t.Fatal(err)
	}
	if err := Bill(&long, "api", bill, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"$17.50", "$7.30", "$0.50?", "a month", "$25.30", "stated", "assumed"} {
		if !strings.Contains(short.String(), want) {
			t.Errorf("the bill lacks %q:\n%s", want, short.String())
		}
	}
	way := "5,000,000 × $3.50/M = $17.50"
	if strings.Contains(short.String(), way) || !strings.Contains(long.String(), way) {
		t.Errorf("the way %q must be in the explained bill alone:\n%s", way, long.String())
	}
}

func TestAComparisonListsWhatItRanksAndWhatItRulesOut(t *testing.T) {
	w, err := pricing.ReadWorkload("w.yaml", []byte(`name: pages
region: eu-central-1
requests_per_month: {low: 4M, likely: 6M, high: 9M}
response_bytes: 60000
function: {memory_mb: 512, duration_ms: 40}
cloudfront: {viewers: europe, hit_ratio: 0.5}
`))
	if err != nil {
		t.Fatal(err)
	}
	b := latest(t)
	c, err := b.Compare(w)
	if err != nil {
		t.Fatal(err)
	}
	x, err := pricing.AxisNamed("requests")
	if err != nil {
		t.Fatal(err)
	}
	y, err := pricing.AxisNamed("response_bytes")
	if err != nil {
		t.Fatal(err)
	}
	if c.Map, err = b.Map(w, x, y, w.Able(), 10, c.Margin); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := Comparison(&text, c, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"p10 to p90", "cheapest in", "likely", "\ncloudfront-plan ", "\nrest-api ", "break-even points", "flat-rate plans are left out here",
		"ruled out: alb-containers, cloudfront-alb-containers, cloudfront-plan-alb-containers: the workload states no containers", "possible savings a month",
		"cheapest front door by requests a month (across)", "price: ",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the comparison lacks %q:\n%s", want, text.String())
		}
	}
}

func compared(t *testing.T, lines string, asked ...string) string {
	t.Helper()
	w, err := pricing.ReadWorkload("w.yaml", []byte("name: pages\nregion: us-east-1\n"+lines))
	if err != nil {
		t.Fatal(err)
	}
	var doors []pricing.Door
	for _, name := range asked {
		d, err := pricing.DoorNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		doors = append(doors, d)
	}
	c, err := latest(t).Compare(w, doors...)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := Comparison(&text, c, false); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestCrossingsOfTheDoorsThatAreAskedForAreShownWhateverIsCheaper(t *testing.T) {
	const cd2 = "requests_per_month: 20M\nrequest_bytes: 800\nresponse_bytes: 3000\nfunction: {memory: 512MB, duration: 50ms}\nconnections: {requests_per_connection: 10, lifetime: 30s}\nload_balancer: {public_zones: 2}\n"
	for _, row := range []struct {
		name, lines string
		asked       []string
		with        []string
		without     string
	}{
		{"the usual ones, though the function URL is cheapest everywhere", cd2, nil, []string{"6,929,030", "rest-api below, alb above (a third is cheaper than both)", "25,676,407", "http-api below, alb above"}, "nowhere"},
		{"those of two named doors", cd2, []string{"rest-api", "alb"}, []string{"6,929,030  $30.27   rest-api below, alb above\n"}, "http-api"},
		{"none between two named doors", cd2, []string{"http-api", "function-url"}, []string{"break-even points\n  nowhere, among those that serve this workload"}, "alb"},
		{"none serves", cd2 + "requires: [private-endpoint]\n", []string{"http-api", "function-url"}, []string{"no front door can serve this workload"}, "break-even"},
		{"only one of those that are named serves", cd2, []string{"websocket-api", "alb"}, []string{"ruled out: websocket-api", "nowhere: there is one front door to choose from"}, "rest-api"},
	} {
		text := compared(t, row.lines, row.asked...)
		for _, want := range row.with {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", row.name, want, text)
			}
		}
		if strings.Contains(text, row.without) {
			t.Errorf("%s: %q in\n%s", row.name, row.without, text)
		}
	}
}

func TestSavingsAreShownForEveryDoorAndReasonsOnce(t *testing.T) {
	text := compared(t, "requests_per_month: {low: 4M, likely: 6M, high: 9G}\nresponse_bytes: 900\nfunction: {memory: 512MB, duration: 40ms}\n")
	for _, want := range []string{
		"memory 512 → 256 MB, which halves the CPU too: only if durations stay as they are",
		"ruled out: cloudfront, cloudfront-rest-api, cloudfront-http-api, cloudfront-alb, cloudfront-alb-containers, cloudfront-plan, cloudfront-plan-rest-api, cloudfront-plan-http-api, cloudfront-plan-alb, cloudfront-plan-alb-containers: the workload states no cloudfront section",
		"a month: the median", "likely: with the likely number of each range",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%d times %q, want once:\n%s", strings.Count(text, want), want, text)
		}
	}
	_, saves, _ := strings.Cut(text, "possible savings")
	for _, door := range []string{"rest-api", "http-api", "alb", "function-url"} {
		if !strings.Contains(strings.Split(saves, "\n")[1], door) {
			t.Errorf("no savings at %s:\n%s", door, saves)
		}
	}
	if small := compared(t, "requests_per_month: 100\nresponse_bytes: 900\nfunction: {memory: 512MB, duration: 40ms}\n"); strings.Contains(small, "would save") {
		t.Errorf("savings of less than a cent:\n%s", small)
	}
}

func TestWhatIsRuledOutForEveryAPIIsSaidOnce(t *testing.T) {
	w, err := pricing.ReadWorkload("w.yaml", []byte(`name: shop
region: us-east-1
function: {memory: 512MB, duration: 40ms}
apis:
  orders: {front_door: rest-api, requests_per_month: 3M, requires: [api-keys]}
  search: {front_door: http-api, requests_per_month: 2M}
  mailer: {front_door: none, requests_per_month: 1M}
`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := latest(t).CompareAPIs(w)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := APIs(&text, c, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  ruled out for every API: alb-containers: the workload states no containers\n",
		"  ruled out: http-api, function-url, alb: it has no api keys\n",
		"the workload states no websocket traffic",
	} {
		if strings.Count(text.String(), want) != 1 {
			t.Errorf("%d times %q, want once:\n%s", strings.Count(text.String(), want), want, text.String())
		}
	}
}

func TestValuesHaveTheDecimalsThatTheirSizeNeeds(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "0.25": "0.25", "1.23456": "1.2346", "720": "720", "39.84": "39.8", "1234567.8": "1,234,568"} {
		q, err := pricing.ParseQuantity(text)
		if got := atText(q); err != nil || got != want {
			t.Errorf("%s is printed as %s, want %s", text, got, want)
		}
	}
}

// A name may come from a log, and hold what steers a terminal.
func TestNamesAreEscaped(t *testing.T) {
	var out bytes.Buffer
	if err := Comparison(&out, &pricing.Comparison{Workload: "\x1b[31mh"}, false); err != nil || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%v: %q", err, out.String())
	}
}

// What costs less than a dollar in all is shown with the digits that say what it is.
func TestSmallBillsHaveEnoughDigits(t *testing.T) {
	for _, row := range []struct{ sum, line, says string }{
		{"1234.5", "0.004", "$0.00 "},
		{"1", "0.5", "$0.50 "},
		{"0.0588", "0.0126", "$0.0126 "},
		{"0.009", "0.000181", "$0.000181 "},
		{"0", "0", "$0.00 "},
	} {
		money := func(text string) pricing.Money {
			m, err := pricing.ParseMoney(text)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		var out strings.Builder
		if err := Bill(&out, "small", pricing.Bill{Month: money(row.sum), Lines: []pricing.Line{{Title: "one", Cost: money(row.line)}}}, false); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), row.says) && !strings.Contains(out.String(), strings.TrimSpace(row.says)+"\n") {
			t.Errorf("%s of %s: %s", row.line, row.sum, out.String())
		}
	}
}
