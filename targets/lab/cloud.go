package lab

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/control"
	"tollgate/targets/lab/aws/logs"
	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/lab/aws/xray"
)

// cloud serves the AWS services that know of the doors and their functions, at
// one address. now is the clock of all of them.
func (l *Lab) cloud(now func() time.Time) http.Handler {
	return &protocol.Endpoint{
		Now:  now,
		Keys: keysOf(l.config.Credentials),
		Services: []protocol.Mount{
			{Name: "logs", Handler: logs.New(now, l.lines).Service(), Claims: func(r *http.Request) bool {
				return strings.HasPrefix(r.Header.Get("X-Amz-Target"), "Logs_")
			}},
			{Name: "lambda", Handler: control.NewLambda(now, l.functions()...).Service(), Claims: func(r *http.Request) bool {
				return strings.HasPrefix(r.URL.Path, "/2015-03-31/")
			}},
			{Name: "xray", Handler: l.traces.Service(), Claims: func(r *http.Request) bool { return xray.Claims(r.URL.Path) }},
			{Name: "apigateway", Handler: control.NewGateway(l.apis()...).Service(), Claims: func(r *http.Request) bool {
				return control.Claims(r.URL.Path)
			}},
			{Name: "monitoring", Handler: l.store.Service()},
		},
		Suffer: func(string) (refusal, bool) { return l.injector.suffers(now()) },
	}
}

// lines finds a log group among the functions'.
func (l *Lab) lines(group string, from, to time.Time) (lines []logs.Line, known bool) {
	for _, log := range l.Logs() {
		if log.Group() != group {
			continue
		}
		for _, line := range log.Lines(from, to) {
			lines = append(lines, logs.Line{Time: line.Time, Stream: line.Stream, Message: line.Message})
		}
		return lines, true
	}
	return nil, false
}

// functions are those behind the doors, as Lambda knows them.
func (l *Lab) functions() (all []control.Function) {
	for _, d := range l.doors {
		if d.FunctionName == "" {
			continue
		}
		f := d.config.Function
		all = append(all, control.Function{
			Name: d.FunctionName, Runtime: "provided.al2023", Handler: f.Handler, Architecture: "x86_64",
			MemoryMB: f.Memory, Timeout: time.Duration(f.Timeout), Environment: d.shown(), Retire: d.retire,
			LogGroup: d.log.Group(), LogFormat: f.LogFormat,
		})
	}
	return all
}

// apis are the REST APIs, as API Gateway knows them.
func (l *Lab) apis() (all []control.API) {
	for _, d := range l.doors {
		if d.kind != &targets.RESTAPI {
			continue
		}
		a := control.API{ID: d.apiID(), Name: d.API, Stage: d.Stage, Created: d.started, Throttle: map[string]control.Limit{}}
		if t := d.config.Throttle; t != nil {
			a.Throttle["*/*"] = limitOf(*t)
		}
		for i, p := range d.config.plans() {
			a.Plans = append(a.Plans, planOf(d, i, p))
		}
		if c := d.config.Cache; c != nil {
			a.Cache = &control.Cache{GB: cacheSize(c.Bytes), TTL: time.Duration(c.TTL), Flush: d.cache.flush}
		}
		all = append(all, a)
	}
	return all
}

func limitOf(t Throttle) control.Limit { return control.Limit{Rate: t.Rate, Burst: t.Burst} }

// planOf is the number'th usage plan of a door, from 0.
func planOf(d *door, number int, p UsagePlan) control.Plan {
	name := d.Name
	if number > 0 {
		name = fmt.Sprintf("%s-%d", d.Name, number+1)
	}
	plan := control.Plan{ID: identifier(name+" plan", d.seed, 6), Name: name, Throttle: limitOf(p.Throttle), Methods: map[string]control.Limit{}}
	for method, t := range p.Methods {
		plan.Methods[method] = limitOf(t)
	}
	if p.Quota != nil {
		plan.Quota = &control.Quota{Limit: int(p.Quota.Limit), Period: p.Quota.Period}
	}
	return plan
}

// cacheSize is the smallest size that API Gateway sells with so many bytes.
// Source: API Gateway developer guide, "Cache settings for REST APIs".
func cacheSize(bytes int64) string {
	const gb = 1 << 30
	for _, size := range []struct {
		name string
		gb   float64
	}{{"0.5", 0.5}, {"1.6", 1.6}, {"6.1", 6.1}, {"13.5", 13.5}, {"28.4", 28.4}, {"58.2", 58.2}, {"118", 118}} {
		if float64(bytes) <= size.gb*gb {
			return size.name
		}
	}
	return "237"
}
