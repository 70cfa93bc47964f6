package claims

import (
	"fmt"
	"math"

	"tollgate/scenarios/probes/limits"
)

var caching = []claim{
	{
		name: "cached", says: "a cached response takes 10 ms, an uncached one 100 to 200 ms", kinds: onlyREST,
		premise: "a cache, and a backend that takes 100 to 200 ms, under the probe cache", decide: cachedFaster,
	},
	{
		name: "ttl-default", says: "a cached response lives for 300 s unless the stage says otherwise", kinds: onlyREST,
		premise: "a stage with the default TTL, and the probe cache with ttl: {from: 290s, to: 310s}", decide: defaultTTL,
	},
	{
		name: "ttl-longest", says: "a cached response lives for an hour at most", kinds: onlyREST,
		premise: "a stage that is set to an hour, and the probe cache with ttl beyond that: longer ones are rejected in the configuration", decide: longestTTL,
	},
	{
		name: "cache-method", says: "a method may override the stage's cache", kinds: onlyREST,
		premise: "the probe cache twice before this one, with ttl: at a path whose method overrides the stage's TTL, and at one whose method does not", decide: methodOverride,
	},
	{
		name: "cache-renewed", says: "an authorised client renews an entry of the cache by Cache-Control: max-age=0", kinds: onlyREST,
		premise: "the probe cache with renew: true, and a client that the cache's settings allow it: signed, or any", decide: renewed,
	},
	{
		name: "cache-flush", says: "a flush empties the cache", kinds: onlyREST,
		premise: "the probe cache with flush: true, and permission to flush (apigateway:DELETE on the stage's cache)", decide: flushed,
	},
	{
		name: "cache-encryption", says: "a cache may be encrypted", kinds: onlyREST,
		premise: "a stage whose cache is encrypted, and permission to read its settings (apigateway:GET): no request shows it", decide: encryptedCache,
	},
	{
		name: "validation-no-invocation", says: "a request that fails validation invokes no function", kinds: onlyREST,
		premise: "a request validator at the method, a POST request with a body in the scenario, and the probe limits", decide: onRow(limits.MalformedBody, rejectedAtFrontDoor),
	},
}

// Of what a client or a flush renews, nearly all is a miss, and of the rest nearly nothing.
const (
	nearlyAll  = 0.8
	nearlyNone = 0.2
)

// renewed decides by the misses among requests with the header, and by the hits that their
// entries are afterwards. That the header is ignored does not refute the claim: where the
// client is not authorised, the cache may be set to ignore it without a word.
func renewed(e *evidence) answer {
	v, f, missing, ok := e.value("cache", "renewed")
	if refused, _, _, any := e.value("cache", "renewals_refused"); any {
		return answer{about: e.at(f), measured: fmt.Sprintf("%s were refused (403)", valueText(refused)), why: "this client is not authorised"}
	}
	if !ok {
		return missing
	}
	after := f.Values["hits_after_renewal"]
	a := answer{about: e.at(f), measured: fmt.Sprintf("with max-age=0 a share of %s misses, and afterwards %s hits", valueText(v), valueText(after))}
	switch miss, kept := intervalOf(v), intervalOf(after); {
	case miss.Low >= nearlyAll && kept.Low >= nearlyAll:
		a.holds = "yes"
	case miss.High <= nearlyNone:
		a.why = "the header is ignored, as it is where this client is not authorised and the cache is set to say nothing of that"
	default:
		a.why = "too few requests, or latencies of hits and misses that overlap, leave it open"
	}
	return a
}

// flushed decides by the misses after a flush.
func flushed(e *evidence) answer {
	v, f, missing, ok := e.value("cache", "flushed")
	if !ok {
		return missing
	}
	a := answer{about: e.at(f), measured: fmt.Sprintf("a share of %s of what was stored misses after a flush", valueText(v))}
	switch miss := intervalOf(v); {
	case miss.Low >= nearlyAll:
		a.holds = "yes"
	case miss.High <= nearlyNone:
		a.holds, a.why = "no", "what was stored is still there"
	default:
		a.why = "part of it is still there: the flush was under way, or latencies of hits and misses overlap"
	}
	return a
}

// encryptedCache decides by the stage's settings. That this stage's is not encrypted does not
// say that none may be.
func encryptedCache(e *evidence) answer {
	if e.CacheEncrypted == nil {
		return unmet("no settings of a cache of this stage could be read")
	}
	a := answer{about: "the configuration of the stage", measured: fmt.Sprintf("cacheDataEncrypted is %v", *e.CacheEncrypted)}
	if *e.CacheEncrypted {
		a.holds = "yes"
	}
	return a
}

func cachedFaster(e *evidence) answer {
	hit, f, missing, ok := e.value("cache", "hit_p50")
	if !ok {
		return missing
	}
	miss, _, missing, ok := e.value("cache", "miss_p50")
	if !ok {
		return missing
	}
	text := "hit " + valueText(hit) + ", miss " + valueText(miss)
	if within(miss, 100, 200).holds != "yes" {
		return answer{about: e.at(f), measured: text, why: "an uncached response does not take 100 to 200 ms here"}
	}
	a := within(hit, 0, 15)
	a.about, a.measured = e.at(f), text
	return a
}

func defaultTTL(e *evidence) answer {
	a := between("cache", "ttl", 294, 306)(e)
	if a.holds == "no" {
		a.holds, a.why = "", "the stage says otherwise"
	}
	return a
}

func longestTTL(e *evidence) answer {
	for _, name := range []string{"ttl", "ttl_at_least"} {
		v, f, _, ok := e.value("cache", name)
		if !ok {
			continue
		}
		a := answer{about: e.at(f), measured: valueText(v)}
		switch i := intervalOf(v); {
		case i.Low > 3600:
			a.holds, a.why = "no", "more than claimed"
		case name == "ttl" && i.Low >= 3500:
			a.holds = "yes"
		default:
			a.why = "the stage is set to less, or the probe looked no further"
		}
		return a
	}
	_, _, missing, _ := e.value("cache", "ttl")
	return missing
}

// methodOverride compares the TTLs at two paths of the target.
func methodOverride(e *evidence) answer {
	found := e.all("cache", e.target.Name)
	if len(found) < 2 {
		return answer{}
	}
	first, second := intervalOf(found[0].Values["ttl"]), intervalOf(found[1].Values["ttl"])
	a := answer{
		about:    fmt.Sprintf("two paths, %d and %d requests by the probe cache", found[0].Requests, found[1].Requests),
		measured: fmt.Sprintf("entries live for %.4g s (%.4g to %.4g) and %.4g s (%.4g to %.4g)", first.Value, first.Low, first.High, second.Value, second.Low, second.High),
	}
	switch {
	case first.Value == 0 || second.Value == 0:
		a.measured, a.why = "", "the probe cache did not find both TTLs"
	case math.Max(first.Low, second.Low) > math.Min(first.High, second.High):
		a.holds = "yes"
	default:
		a.why = "both paths have the same TTL"
	}
	return a
}

// rejectedAtFrontDoor reads the limits probe's response to a malformed body: if it
// is the front door's own, the function was not invoked.
func rejectedAtFrontDoor(row limits.Row) answer {
	if row.Own && (row.Status == 400 || row.Status == 415) {
		return answer{about: row.About, measured: row.Response + " by the front door itself", holds: "yes"}
	}
	return answer{about: row.About, measured: row.Response, why: "the API validated nothing here: the application answered"}
}

var authorization = []claim{
	{
		name: "authorizer-cache", says: "a Lambda authorizer's result is kept for 300 s", kinds: gateways, lacks: "a log of its authorizers' functions",
		premise: "the log of the authorizer's function, and requests with one token over more than 300 s", decide: never,
	},
}
