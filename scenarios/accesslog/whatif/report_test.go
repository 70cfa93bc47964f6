package whatif

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/scenarios/accesslog"
)

// reported runs a log of one day: a request a second, and at noon 300 at once.
func reported(t *testing.T, region, requests string) (*Report, error) {
	t.Helper()
	l := New()
	add := func(at time.Duration, i int) {
		l.Add(&accesslog.Entry{
			What: accesslog.Request, Arrived: start + int64(at), Resolution: time.Microsecond, Status: 200, BackendStatus: 200,
			Method: []byte("GET"), Path: fmt.Appendf(nil, "/items/%d", i%10), Out: 4000, Backend: 50 * time.Millisecond,
		})
	}
	for i := range 86_400 {
		add(time.Duration(i)*time.Second, i)
	}
	for i := range 300 {
		add(12*time.Hour+time.Duration(i), i)
	}
	w, err := pricing.ReadWorkload("w", []byte("name: w\nregion: "+region+"\nrequests_per_month: "+requests+"\nresponse_bytes: 4000\nfunction: {memory: 1GB, duration: 50ms}\n"))
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	return l.Report(Options{Book: book, Workload: w, Init: 300 * time.Millisecond})
}

func TestAReportNamesWhatIsWorthChanging(t *testing.T) {
	r, err := reported(t, "us-east-1", "3G")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := r.Text(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{
		"86,700 requests from",
		"a throttle of 1.1/s with a burst of 301 refuses nothing, and lets at most 367 requests pass in a minute; a burst of 2 would have refused 299 requests, most of them at 2026-11-30T13:00:00Z",
		"a cache of 0.5 GB with TTL 1h: ", "% of GET requests are hits, $",
		"provisioned environments: 0 cold starts in place of 301, $",
		"\nload balancer: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	// Ten items, each asked for every ten seconds: once a TTL of 45 s it is a miss.
	for _, row := range r.Cache {
		if row.Seconds == 45 && (row.Ratio < 0.79 || row.Ratio > 0.81) {
			t.Errorf("%.3f of the requests are hits with TTL 45 s, want four of five", row.Ratio)
		}
	}
	if r.Idle[0].Cold != 301 || r.Provisioned[0].Environments != 0 {
		t.Errorf("%+v", r.Idle)
	}
}

// A price that is not known leaves no figure, and is named.
func TestAMonthWithoutAPriceHasNoFigure(t *testing.T) {
	r, err := reported(t, "eu-central-1", "3M")
	if err != nil {
		t.Fatal(err)
	}
	if r.Month == nil || r.Provisioned[0].Month == nil || r.Provisioned[1].Month != nil {
		t.Errorf("months are %v and %+v", r.Month, r.Provisioned)
	}
	if all := strings.Join(r.Assumptions, "\n"); !strings.Contains(all, "a price that is not known (lambda.provisioned.") || !strings.Contains(all, "tollgate prices update --region eu-central-1") {
		t.Errorf("assumptions are %s", all)
	}
}
