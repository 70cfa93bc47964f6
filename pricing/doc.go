// Package pricing says what a month of traffic at a front door costs.
//
// It is pure arithmetic: it knows nothing of targets, runs or reports, reads no
// clock and no file, and its answer depends on its arguments alone. A bill is
// made in five steps, and each of them is a plain value that can be looked at:
//
//  1. [Traffic] is a month at one door: counts, and distributions of sizes and
//     durations. It comes from a run, or from what somebody states.
//  2. A [Dimension] is one thing that is billed. Its [Meter] reads a [Quantity]
//     off the traffic (requests, GB-seconds, LCU-hours) and says how, in words
//     that a person can follow with a pocket calculator. [Measure] reads many.
//  3. A [Book] holds, region by region, a [Rate] for every dimension: tiers,
//     free allowances, the source of the numbers, their date, and whether they
//     were read in a source at all. Books are data; they are validated when read.
//  4. [Book.Price] puts quantities through tiers and gives a [Bill] of [Line]s,
//     each with its derivation and with the [Basis] of its weakest input.
//  5. [Book.Curve] is the same as a function of requests a month, piecewise
//     linear; [BreakEven] finds every point where two curves cross.
//
// Where nothing was measured, a [Workload] states a month at any door: numbers,
// ranges, distributions and a profile over the month's hours. A [Front] makes
// traffic of it, and [Book.Compare] ranks the doors that can serve it, finds
// where the cheaper one changes over each of the [Axes], and what would save
// something; [Book.Map] shows the cheapest door over two variables. A [CostSurface]
// does so for traffic that was measured.
//
// [Regions] are all regions that AWS has, in one table: a region without prices
// is known, and told from a name that is misspelled. A region that AWS opens is
// one more line there, with its price book or without.
//
// To bill for one more thing, write one Dimension literal in the file of the
// door or service, add it to [Dimensions], and add its row to every region of
// the book. A test fails until all three are there.
//
// # Why
//
// Exact rationals. A bill is a sum of products of decimals, and break-even
// points divide; a rational holds all of that exactly, so a test can demand the
// very cent of a published example, tiers are continuous by construction, and
// the order of the lines cannot change their sum. A bill has some ten lines:
// the cost of big.Rat is not noticed. Rejected: float64, which is off by a cent
// in large bills and makes equality untestable; integers of nano-dollars, which
// cannot hold a third of a request or a price of 0.0000000309 times a fraction;
// a decimal library, which must round every division and adds a dependency for
// what math/big has.
//
// Distributions instead of averages. Metering rounds each request up by itself:
// to 512 KiB at an HTTP API, to 1 ms of function time. The mean of rounded
// numbers is not the rounded mean: of a thousand responses of which ten have
// 1 MiB and the rest 1 KiB, the mean has 11 KiB and seems to be one unit each,
// but 1,010 units are billed. [Dist] keeps counted values, and [Dist.Expect]
// takes the exact expectation of any metering step over them. Rejected: means,
// as price calculators ask for them.
//
// Tiers are data. A tier in code (an index per step, as cost tools have it)
// must be changed in code when a region has other steps. Here a [Rate] is a
// list of tiers, and one loop prices every service in every region.
//
// Curves are traced, not derived. The cost over response size, memory or
// connection reuse follows from meters that are plain functions of traffic, and
// each is linear between few bends. A curve asks a meter for some values and
// finds every stretch and bend exactly from them; a new dimension needs no word
// about its slope. Connection reuse is traced by its inverse, in which costs
// are linear. Rejected: a grid of values, which finds crossings only roughly
// and misses pairs of them; formulas written out per variable and dimension.
//
// Ranges are drawn, with the same months at every door. What a workload's
// author does not know is in all bills alike: the interval of one bill may be
// wide where the order of two is certain. So a comparison says in which share
// of months a door is the cheapest. Numbers that were stated without a range
// have no interval, rather than a made-up one.
//
// No free tier unless asked for. Free allowances belong to accounts, not to
// services: another workload may have eaten them. [Book.Granting] subtracts
// them where the user says that they apply.
//
// The hours of a month. Load-balancer capacity is billed per hour by the
// largest of four measures. A [Profile] says how a month's traffic is spread
// over its hours; the largest measure is taken in each and then summed, since
// the maximum of means is never above the mean of maxima. Hours that are alike
// are reckoned once. Without a profile every hour is taken to be alike, and the
// bill says so.
package pricing
