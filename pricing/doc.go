// Package pricing says what a month of traffic at a front door costs.
//
// It is pure arithmetic: it knows nothing of targets, runs or reports, reads no
// clock and no file, and its results depend on its arguments alone. A bill is made
// in five steps, each of which is a plain value:
//
//  1. [Traffic] is a month at one front door: counts, and distributions of sizes
//     and durations. It comes from a run, or from a stated [Workload].
//  2. A [Dimension] is one thing that is billed. Its [Meter] reads a [Quantity]
//     off the traffic (requests, GB-seconds, LCU-hours) and derives it in words that
//     can be followed with a pocket calculator. [Measure] reads many.
//  3. A [Book] holds, by region, a [Rate] for every dimension: tiers, free
//     allowances, the source of the numbers and their date. Books are data, and are
//     validated when they are read.
//  4. [Book.Price] puts quantities through tiers and makes a [Bill] of [Line]s,
//     each with its derivation and with the [Basis] of its weakest input.
//  5. [Book.Curve] is the same as a function of requests a month, piecewise
//     linear; [BreakEvens] finds every point where two curves cross.
//
// A [Door] is a front door, and [Doors] is the only table of them: its name,
// features and limits, what it is billed for, and what it makes of a workload.
// A run's target and a workload are billed by the same value, so that the same
// usage has the same bill. [Book.Compare] ranks the front doors that can serve a
// workload, finds where the cheaper one changes over each of the [Axes], and what
// would save money; [Book.Map] shows the cheapest over two variables, and a
// [CostSurface] does so for traffic that was measured.
//
// # Why
//
// Exact rationals. A bill is a sum of products of decimals, and break-even points
// divide; a rational holds all of that exactly. Tests can demand the very cent of a
// published example, tiers are continuous by construction, and the order of the
// lines cannot change their sum. Rejected: float64, which is off by a cent in large
// bills; integers of nano-dollars, which cannot hold a third of a request; a decimal
// library, which must round every division.
//
// Distributions instead of averages. Metering rounds each request up by itself:
// to 512 KiB at an HTTP API, to 1 ms of function time. Of a thousand responses of
// which ten have 1 MiB and the rest 1 KiB, the mean has 11 KiB and seems to be one
// unit each, but 1,010 units are billed. [Dist] keeps counted values, and
// [Dist.Expect] takes the exact expectation of any metering step over them.
//
// Tiers are data. A [Rate] is a list of tiers, and one loop prices every service in
// every region. Tiers in code would change with each region that has other steps.
//
// Curves are traced, not derived. Costs over response size, memory or connection
// reuse follow from meters that are plain functions of traffic, each linear between
// few bends. A curve asks a meter for some values and finds every stretch and bend
// exactly, so a new dimension needs no formula of its slope. Connection reuse is
// traced by its inverse, in which costs are linear. Rejected: a grid of values,
// which misses pairs of crossings.
//
// Ranges are drawn, with the same months at every front door. The interval of one
// bill may be wide where the order of two is certain, so a comparison gives the share
// of months in which each is the cheapest. Numbers without a range have no interval.
//
// Limits before prices. A front door that cannot serve a workload has no price: its
// [Limits], and Lambda's behind it, stand in the same table, and a size or time that
// exceeds one rules it out. A limit that fewer than half of the requests exceed leaves
// a price, and a note of the share that would fail. A month that was drawn from ranges
// and exceeds a limit has no price in the comparison either, rather than none to pay.
//
// Outcomes. Preflights, refusals and errors have sizes of their own ([Outcome]).
// Billing them the usual response would count transfer that never happened.
//
// Percentiles do not determine a mean, which almost every bill depends on. A fit through them
// does, with bounds: see percentile.go for the fit and what was rejected.
//
// Assumptions are values with a basis. What is not stated has one default, in the
// file of its service, and its line says that it is assumed. Rejected: nothing in
// its place, which made load balancers look cheap; and a range for each default,
// which would give every bill an interval that says nothing of the workload.
//
// No free tier unless asked for. Free allowances belong to accounts, and another
// workload may have used them. [Book.Granting] subtracts them. Several dimensions may
// share an allowance, each with what those before it on the bill have left.
//
// Accounts. A bill that has the tiers and allowances for itself is wrong next to other
// workloads, so a workload states what they have used ([Account]), and [Book.For] moves
// where each rate begins. Rejected: subtracting one bill from another, which needs a
// second pass for every curve and draw, and bends where neither does.
//
// Several APIs. Their usage is added up before it is priced ([Book.BillAPIs]): tiers and
// allowances are the account's. Of a line that several share, each has the part that its
// usage has: no request is the one that reached the lower tier. An API is compared with
// the usage of the others on the same bill, so that curves, crossings and drawn months
// are the account's. Rejected: a bill for each, behind what the others used, since the
// order would decide who pays; and a free combination of all front doors, whose number
// grows beyond every bound (few are tried in full, more by single changes).
//
// A distribution in front. A meter of the front door behind CloudFront is the same meter
// over what passes the cache, so that each such pair is two lists put together.
//
// The hours of a month. Load balancer capacity is billed per hour by the largest of
// four measures. A [Profile] spreads a month's traffic over its hours; the largest
// measure is taken in each and then summed. Hours that are alike are computed once.
package pricing
