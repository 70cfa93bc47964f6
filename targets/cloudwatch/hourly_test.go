package cloudwatch

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
	"tollgate/targets/targettest"
)

func TestRequestsAreCountedByTheHour(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 34, 56, 0, time.UTC)
	for _, target := range targettest.FourDoors() {
		store := targettest.NewCloudWatch(func() time.Time { return now }, 0)
		server := httptest.NewServer(store.Handler())
		target.CloudWatch = server.URL
		want := make([]int64, 24)
		begin := now.Truncate(time.Hour).Add(-24 * time.Hour)
		for hour := range want {
			want[hour] = int64(hour * hour % 7)
			for i := range want[hour] {
				targettest.Publish(store, target, begin.Add(time.Duration(hour)*time.Hour+time.Duration(i*8)*time.Minute), targettest.Hit{Status: 200, Latency: 12, Behind: 10, Within: 8})
			}
		}
		targettest.Publish(store, target, now, targettest.Hit{Status: 200, Latency: 12, Behind: 10, Within: 8}) // of the hour that has not ended
		got, err := Hourly(t.Context(), target, 1, now)
		server.Close()
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", target.Name, got, err, want)
		}
	}
}

func TestHoursThatCannotBeCountedSayWhy(t *testing.T) {
	store := targettest.NewCloudWatch(time.Now, 0)
	server := httptest.NewServer(store.Handler())
	defer server.Close()
	door := targettest.FourDoors()[1]
	door.CloudWatch = server.URL
	quiet := door
	quiet.API = "q1q2q3"
	targettest.Publish(store, quiet, time.Now().Add(-9*24*time.Hour), targettest.Hit{Status: 200, Latency: 12, Behind: 10, Within: 8})
	for name, row := range map[string]struct {
		change func(*targets.Target)
		days   int
		want   string
	}{
		"a door without requests":          {func(*targets.Target) {}, 7, "counted no requests in AWS/ApiGateway Count"},
		"a door of another name":           {func(t *targets.Target) { t.API = "q1q2q4" }, 7, `did you mean "q1q2q3"?`},
		"a door without traffic lately":    {func(t *targets.Target) { t.API = "q1q2q3" }, 7, "check the names, the region and the account"},
		"a door without a name":            {func(t *targets.Target) { t.API = "" }, 7, "give it api and stage"},
		"a server of one's own":            {func(t *targets.Target) { t.Kind = &targets.Origin }, 7, "counts no requests of"},
		"more days than there are":         {func(*targets.Target) {}, 456, "1 to 455"},
		"no days":                          {func(*targets.Target) {}, 0, "1 to 455"},
		"an endpoint that does not answer": {func(t *targets.Target) { t.CloudWatch = "http://127.0.0.1:1" }, 7, "cannot be reached"},
	} {
		target := door
		row.change(&target)
		if got, err := Hourly(t.Context(), target, row.days, time.Now()); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, %v; want an error that says %q", name, got, err, row.want)
		}
	}
}
