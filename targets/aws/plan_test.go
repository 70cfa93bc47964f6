package aws

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tollgate/targets"
	"tollgate/targets/lab/aws/control"
)

func TestTheCacheOfAStageIsFlushed(t *testing.T) {
	flushed := 0
	server := httptest.NewServer(control.NewGateway(
		control.API{ID: "a1", Name: "orders", Stage: "prod", Cache: &control.Cache{Flush: func() { flushed++ }}},
		control.API{ID: "a1", Name: "orders", Stage: "test"},
	).Service())
	defer server.Close()
	target := targets.Target{Name: "t", Kind: &targets.RESTAPI, API: "orders", Stage: "prod", CloudWatch: server.URL, URL: &url.URL{Scheme: "https", Host: "a1.execute-api.us-east-1.amazonaws.com"}}
	account := opened(t, target)
	if err := account.FlushCache(t.Context(), target); err != nil || flushed != 1 {
		t.Errorf("flushed %d times, %v", flushed, err)
	}
	target.Stage = "test"
	if err := account.FlushCache(t.Context(), target); err == nil || !strings.Contains(err.Error(), "the stage has no cache") {
		t.Errorf("a stage without a cache: %v", err)
	}
}

func TestWhatIsConfiguredForAStageIsRead(t *testing.T) {
	server := httptest.NewServer(control.NewGateway(control.API{ID: "a1", Name: "orders", Stage: "prod", Plans: []control.Plan{
		{ID: "p1", Name: "free", Throttle: control.Limit{Rate: 100, Burst: 200}, Quota: &control.Quota{Limit: 100_000, Period: "MONTH"}},
		{ID: "p2", Name: "open"},
	}}).Sharing(control.Limit{Rate: 10_000, Burst: 5_000}).Service())
	defer server.Close()
	target := targets.Target{Name: "t", Kind: &targets.RESTAPI, API: "orders", Stage: "prod", CloudWatch: server.URL, URL: &url.URL{Scheme: "https", Host: "a1.execute-api.us-east-1.amazonaws.com"}}
	account := opened(t, target)
	plans, err := account.Plans(t.Context(), target)
	if err != nil || len(plans) != 2 {
		t.Fatalf("%v, %v", plans, err)
	}
	if q := plans[0].Quota; q == nil || *q != (Quota{100_000, "MONTH"}) || plans[1].Quota != nil {
		t.Errorf("quotas %v, %v", plans[0].Quota, plans[1].Quota)
	}
	if l, err := account.Throttle(t.Context()); err != nil || l != (Limit{10_000, 5_000}) {
		t.Errorf("the account's throttle is %v, %v", l, err)
	}
}
