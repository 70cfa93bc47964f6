package doors

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
	threw:        targets.FaultThrown,
	misreturned:  targets.FaultMalformed,
	timedOut:     targets.FaultThrown,
	overSize:     targets.FaultMalformed,
	notPermitted: targets.FaultPermission,
	overRate:     targets.FaultConcurrency,
	overLimit:    targets.FaultConcurrency,
	overScaling:  targets.FaultConcurrency,
}

// buildREST makes d a REST API with a stage, routes and, where configured, a
// usage plan and a cache.
func buildREST(d *door, now time.Time) {
	d.API, d.Stage = d.Name, d.config.Stage
	d.URL += "/" + d.Stage
	d.endings, d.traced = gatewayEndings, true
	d.unproven = targets.FaultNoRoute
	if plans := d.config.plans(); len(plans) > 0 {
		d.APIKey = plans[0].Keys[0]
		d.plan = newPlanKeys(plans, now)
	}
	if d.config.Cache != nil {
		d.cache = newResponseCache(*d.config.Cache)
	}
	routes := newRouter(d)
	d.rule = func(x *exchange) {
		path, known := below(d.Stage, x.request.URL.Path)
		it := routes.find(x.request.Method, path)
		x.route = it
		switch {
		case known && d.config.CORS != nil && preflight(x.request):
			d.answerPreflight(x, http.StatusOK)
		case !known || it == nil:
			d.fail(x, targets.FaultNoRoute)
		case d.authorized(x, it) && d.admit(x, it) && d.valid(x, it):
			d.lookUp(x, it, path)
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

// authorized asks the route's authorizer.
func (d *door) authorized(x *exchange, it *route) bool {
	if it.authorize == nil {
		return true
	}
	fault := it.authorize(x)
	switch fault {
	case "":
		return true
	case faultUnproven:
		fault = d.unproven
	}
	d.refuse(x, fault, byAuthorizer)
	return false
}

// admit checks the key and takes a token from the usage plan, then from the
// stage's method, then from the account: the order in which API Gateway applies
// its limits. Source: API Gateway developer guide, "Throttle requests to your
// REST APIs".
func (d *door) admit(x *exchange, it *route) bool {
	if it.keyed {
		key, valid := d.plan[x.request.Header.Get("X-Api-Key")]
		if !valid {
			d.refuse(x, targets.FaultForbidden, noKey)
			return false
		}
		if !key.admit(d, x, it) {
			return false
		}
	}
	return d.withinStage(x, it) && d.withinAccount(x)
}

// withinStage takes a token from the method's own bucket.
func (d *door) withinStage(x *exchange, it *route) bool {
	if it.limit != nil && !it.limit.take(x.ready) {
		d.refuse(x, targets.FaultThrottled, byStage)
		return false
	}
	return true
}

// valid checks what the route asks of its requests.
func (d *door) valid(x *exchange, it *route) bool {
	if it.validate == nil {
		return true
	}
	fault, said := it.validate(x)
	if fault != "" {
		x.fault, x.answer = fault, said
	}
	return fault == ""
}

// withinAccount takes a token from the bucket that all APIs of an account share.
func (d *door) withinAccount(x *exchange) bool {
	if !d.account.take(x.ready) {
		d.refuse(x, targets.FaultThrottled, byAccount)
		return false
	}
	return true
}

// lookUp answers from the cache or else by what stands behind the route. Only
// answers that are no errors are kept.
func (d *door) lookUp(x *exchange, it *route, path string) {
	if d.cache == nil || !it.keeps(x.request.Method) {
		it.integrate(x, path)
		return
	}
	wish := d.wished(x, it)
	if wish == wishRefused {
		d.refuse(x, targets.FaultForbidden, byCache)
		return
	}
	key := it.key(x.request, path)
	if wish != wishFresh {
		if x.answer = d.cache.get(key, x.ready); x.answer != nil {
			x.cache = cacheHit
			return
		}
	}
	x.cache = cacheMiss
	it.integrate(x, path)
	if x.fault == "" && x.answer.status == http.StatusOK {
		x.keep, x.keepFor = key, it.ttl
	}
}

// cacheKey is the method and the path with the parameters and headers that
// count. Others are not looked at, as in API Gateway: requests that differ in
// them share an answer.
func cacheKey(r *http.Request, path string, params, heads []string) string {
	key := r.Method + " " + path
	if len(params) == 0 && len(heads) == 0 {
		return key
	}
	counted, query := url.Values{}, r.URL.Query()
	for _, p := range params {
		if values, given := query[p]; given {
			counted["query."+p] = values
		}
	}
	for _, h := range heads {
		if values := r.Header.Values(h); len(values) > 0 {
			counted["header."+h] = values
		}
	}
	return key + "?" + counted.Encode()
}
