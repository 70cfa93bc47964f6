package lab

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"tollgate/targets"
)

// gatewayEndings are how an API in API Gateway shows its function's endings: a
// function that runs into its own timeout is one that failed.
var gatewayEndings = map[ending]targets.Fault{
	threw:       targets.FaultThrown,
	misreturned: targets.FaultMalformed,
	timedOut:    targets.FaultThrown,
	overRate:    targets.FaultConcurrency,
	overLimit:   targets.FaultConcurrency,
	overScaling: targets.FaultConcurrency,
}

// buildREST makes d a REST API with a stage, routes and, where configured, a
// usage plan and a cache.
func buildREST(d *door, now time.Time) {
	d.API, d.Stage = d.Name, d.config.Stage
	d.URL += "/" + d.Stage
	d.endings, d.traced = gatewayEndings, true
	var plan map[string]*bucket
	if p := d.config.UsagePlan; p != nil {
		d.APIKey = p.Keys[0]
		plan = make(map[string]*bucket, len(p.Keys))
		for _, key := range p.Keys {
			plan[key] = newBucket(p.Throttle, now)
		}
	}
	if d.config.Cache != nil {
		d.cache = newResponseCache(*d.config.Cache)
	}
	d.rule = func(x *exchange) {
		path, known := below(d.Stage, x.request.URL.Path)
		switch {
		case !known || routes[path] != x.request.Method:
			d.fail(x, targets.FaultNoRoute)
		case d.admit(x, plan):
			d.lookUp(x, path)
		}
	}
}

// below returns what follows a stage in a path.
func below(stage, path string) (rest string, known bool) {
	rest, known = strings.CutPrefix(path, "/"+stage)
	if rest == "" {
		return "/", known
	}
	return rest, known && rest[0] == '/'
}

// admit checks the key and takes a token from the usage plan, then from the
// account: the order in which API Gateway applies its limits.
func (d *door) admit(x *exchange, plan map[string]*bucket) bool {
	if plan != nil {
		limit, valid := plan[x.request.Header.Get("X-Api-Key")]
		if !valid {
			d.refuse(x, targets.FaultForbidden, noKey)
			return false
		}
		if !limit.take(x.ready) {
			d.refuse(x, targets.FaultThrottled, byPlan)
			return false
		}
	}
	return d.withinAccount(x)
}

// withinAccount takes a token from the bucket that all APIs of an account share.
func (d *door) withinAccount(x *exchange) bool {
	if !d.account.take(x.ready) {
		d.refuse(x, targets.FaultThrottled, byAccount)
		return false
	}
	return true
}

// lookUp answers from the cache or else by the function. Only GET requests are
// kept, and only answers that are no errors.
func (d *door) lookUp(x *exchange, path string) {
	if d.cache == nil || x.request.Method != http.MethodGet {
		d.call(x, path)
		return
	}
	key := cacheKey(path, x.request.URL.Query(), d.config.Cache.Params)
	if x.answer = d.cache.get(key, x.ready); x.answer != nil {
		x.cache = cacheHit
		return
	}
	x.cache = cacheMiss
	d.call(x, path)
	if x.fault == "" && x.answer.status == http.StatusOK {
		x.keep = key
	}
}

// cacheKey is the path with the parameters that count. Others are not looked
// at, as in API Gateway: requests that differ in them share an answer.
func cacheKey(path string, query url.Values, params []string) string {
	if len(params) == 0 {
		return path
	}
	counted := url.Values{}
	for _, p := range params {
		if values, given := query[p]; given {
			counted[p] = values
		}
	}
	return path + "?" + counted.Encode()
}
