// Package cache is the probe that finds what a cache in front of an API does: its
// hit ratio, how long it keeps entries, how many it holds, and from which hit ratio
// it pays.
//
//  1. A control, before and after the next stage, asks new keys and each of them again a
//     moment later, in an order that chance decides.
//  2. If a key asked again was not always a hit, keys are asked sixteen times in quick
//     succession (repeats.go).
//  3. A steady stage over a key space shows the hit ratio.
//  4. For the TTL, many keys are stored over a second and each is requested again at an
//     age of its own, first over the whole range, then around the age that entries
//     live to.
//  5. For the capacity, ever more keys are stored one after the other and requested
//     again from the last to the first.
//  6. Where it is asked for, entries are renewed by Cache-Control: max-age=0, and the cache is
//     flushed (changes.go).
//
// # Is there a cache?
//
// Latencies with two modes are no evidence: a backend may have two speeds. Keys are
// salted for each run, so a key's first request cannot be a hit, if the cache keeps the
// keys apart. Null model: how long a response takes is independent of whether its key
// was asked before, given when it was sent. The alternative: some requests of a key
// that was asked before are faster. The control decides by a randomisation test within
// blocks of a tenth of a second ([estimate.Lowers]), with a false-positive rate of
// 0.01 %. A backend that is faster for some keys, or whose speed changes, satisfies the
// null model: each key is asked once as a new one and once again, and within a block
// both kinds are sent under the same conditions. Blocks are short, since second requests
// echo the first ones after the gap: in blocks of a quarter of a second a speed that
// swings every two gaps passed for a cache in 2 of 300 systems.
//
// That the control shows nothing is not enough for "no cache": a cache may have many parts,
// so that a second request seldom finds the part of the first, store only what was asked
// for several times, hold a few entries, or forget sooner than the control asks. So a second
// randomised experiment asks keys sixteen times: the last request of a key is compared with
// the first of another next to it, in an order that chance decides. Three keys are asked at
// a time: fewer would come to parts that are taken in turn (round robin) in lockstep, and
// more would evict each other from a cache of three entries. Nor may the hit ratio stage
// depend on history (history.go). What that shows is not enough to call it a cache, since its
// requests are not randomised: then it cannot be told.
//
// Where the responses' headers say hit or miss, they are believed, unless they say hit
// for keys that were never asked: then the cache ignores the part of the request that
// holds the key, and nothing about keys can be measured. Without headers such a cache
// looks like none, since all requests are alike; the finding says so where latencies
// have one mode. (To ask for a path that does not exist would distinguish them only if
// errors took as long as answers.)
//
// # Which requests are hits?
//
// Without headers a cut distinguishes fast from slow responses. The shares of hits and
// of misses below it are known from the control: keys asked again are hits, new keys are
// misses. So the shape of the distributions, outliers, and a backend's own modes do not
// matter ([estimate.Learn], [estimate.Adjusted]). A fitted mixture of two log-normals,
// which this probe had before, called the faster mode of a backend hits. If the keys
// asked again are slow more often than noise explains (several caches behind one
// address, a TTL below the gap), the interval allows for all that they may be.
//
// Responses may be neither hits nor misses as the control knows them: those of a second
// cache behind the first, or those of a target whose speed changed. Then cuts disagree
// about the share of hits, and the finding gives the bracket of all cuts (mixed.go).
// Where hits follow no rule and fast responses come together in time, there is no hit
// ratio by latency: they may be misses while the target was fast.
//
// # The steady hit ratio
//
// In the beginning the cache is empty. Which requests belong to the warm-up follows from
// how entries leave: the requests are replayed against caches with a TTL, with evictions
// of what was used longest ago, with both and with neither, and the likelihood decides
// (with the Bayesian information criterion). With a TTL the steady state begins when the
// first entry expires; with evictions when the cache is full. Keys that were stored in
// the warm-up expire together, so hits come in waves. A stage does not hold whole
// waves: the difference between the replay of these requests and the expectation of
// random ones is taken off. If no rule explains the hits, the second half of the stage
// counts, and the finding says so; where a key asked again is not always a hit either, parts
// may still fill, and there is no steady hit ratio. If no entry leaves during the stage, its lower bound is that of entries that live for three
// quarters of the stage.
//
// Where a key asked again is not always a hit, two more rules are tried: entries are stored at
// a later request, or the cache has several parts. In parts that chance decides between, the
// chance of a hit grows with the number of requests (parts.go). Their number is good to a
// factor of four, since how requests are spread is not known.
//
// # How long do entries live?
//
// The oldest hit and the youngest miss bound the TTL, for a key that is asked twice. This
// takes for granted that a miss means age. A key may also be missed because it is not stored
// at its first request (nginx with proxy_cache_min_uses), is in another part, or was evicted.
// So where fewer than 95 of 100 keys that the control asked again were hits, no ages and no
// capacity are asked for. If keys are stored late, the steady stage gives the TTL, by hits
// and by misses that follow a hit. Else headers give a lower bound: the longest time between
// two requests of a key of which the second was a hit.
//
// A cache with a clock of whole seconds, as nginx has, keeps entries for its TTL and up to
// a second more. The ages that the probe happens to ask for lie somewhere within: if the
// steady stage shows such a clock, the interval is the whole second.
//
// # Error rates
//
// Tests with the build tag probes measure them on systems that are written from the
// description of Varnish, nginx and backends (package simulate), with 0, 0.5 and 2 % of
// outliers, and latencies that drift:
//
//   - Of 1000 backends of two speeds none is said to have a cache, and of 44 it cannot be
//     told. Of 700 whose speed swings every 0.05 to 4 s none was either, which was counted
//     before keys were asked many times.
//   - The intervals of all 200 TTLs that are read from latencies hold the truth, with a
//     median width of 1.0 %.
//   - Of 600 caches with modes of three spreads apart or more, most of them with hit ratios of
//     10 to 90 %, all were found. The intervals of 97.8 % of the steady hit ratios held the
//     truth, with a median width of 5.1 points: 94.0 % where the cache evicts, 99.1 % where
//     a TTL decides. There misses of a key are at least a TTL apart, and what the draws of the
//     keys do is taken off by the replay, so the ratio varies less than Wilson's interval
//     assumes. Of 13 the hit ratio could not be told, most of them with two keys and misses
//     that overlap: there an entry lives from the last of their responses, and the replay
//     takes the first.
//   - Of 450 edges (edges_test.go) none that stores anything is said to have no cache: 5 to 40
//     nodes in turn, by chance or by connection; 1 to 10 entries; entries that are served stale,
//     stored late, refreshed early or in two tiers; requests that wait for another's response;
//     keys that do not exist; a cache that ignores the query. One interval of a hit ratio
//     missed the truth by a point, of an edge with ten entries. One other edge is known to be
//     wrong: 27 nodes by connection, still filling, look like evictions, and the interval
//     (68.5 to 96.4 %) misses the truth (66.5 %).
//
// Where the cache evicts, what the draws of the keys do is not taken off: with Che's
// approximation of what is expected, twice as many intervals missed the truth.
//
// The seeds of these systems are others than those that the rules were tuned with.
//
// What is not found: a cache of more parts than the finding says would have been found, about
// fifty; and, without headers, one that ignores the query before a backend whose slow responses
// come singly.
package cache

import (
	"tollgate/scenarios/probes/probe"
)

// Probe asks what share of requests a cache answers, and for how long.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "cache", Title: "Cache", Untried: "it would put a key into the cache", Parse: parse}
}
