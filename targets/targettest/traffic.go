package targettest

import (
	"net/http"
	"net/http/httptest"
	"time"

	"tollgate/targets"
	monitor "tollgate/targets/lab/aws/cloudwatch"
)

// InProcess carries requests to a handler without a network, so that tests on
// a fake clock have nothing to wait for but the clock.
type InProcess struct{ Handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (p InProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil { // as a server gives it to a handler
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	p.Handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// FourDoors are targets in the lab, with functions of their own.
func FourDoors() []targets.Target {
	door := func(t targets.Target) targets.Target {
		t.Lab, t.CloudWatch = true, "http://lab"
		t.Function.Name = "ml-" + t.Name
		return t
	}
	return []targets.Target{
		door(targets.Target{Name: "rest", Kind: &targets.RESTAPI, API: "ml-api", Stage: "prod"}),
		door(targets.Target{Name: "http", Kind: &targets.HTTPAPI, API: "a1b2c3"}),
		door(targets.Target{Name: "url", Kind: &targets.FunctionURL}),
		door(targets.Target{Name: "alb", Kind: &targets.ALB, Balancer: "app/ml/50dc6c495c0c9188"}),
	}
}

// A Hit is one request as a door publishes it.
type Hit struct {
	Status                  int
	Latency, Behind, Within float64 // ms: of the door, behind it, of the function
}

// Publish publishes a request at a time as the door of that kind does.
func Publish(s *CloudWatch, t targets.Target, at time.Time, h Hit) {
	values := map[targets.Role]float64{targets.RoleCount: 1, targets.RoleLatency: h.Latency, targets.RoleClientError: 0, targets.RoleServerError: 0}
	if h.Status/100 == 4 {
		values[targets.RoleClientError] = 1
	}
	if h.Status/100 == 5 {
		values[targets.RoleServerError] = 1
	}
	if h.Behind > 0 {
		values[targets.RoleIntegration], values[targets.RoleDuration] = h.Behind, h.Within
		values[targets.RoleInvocations], values[targets.RoleErrors], values[targets.RoleThrottles] = 1, 0, 0
	}
	seen := map[targets.Role]bool{}
	for _, w := range t.Watch() {
		v, publishes := values[w.Role]
		if !publishes || seen[w.Role] { // a balancer has two metrics for each sort of error
			continue
		}
		seen[w.Role] = true
		if w.Seconds {
			v /= 1000
		}
		s.Put(w.Namespace, w.Metric, monitor.Count, w.Dimensions(t), at, v)
	}
}
