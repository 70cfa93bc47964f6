// Package foreign holds the probes against systems that others wrote: limiters, caches,
// queues and functions whose set-up is known. It has tests only, for Linux (build tag
// foreign).
//
//  1. A system starts a program on loopback, such as nginx, and says what a finding
//     about it may state (statements).
//  2. A session runs a scenario with one probe at it, as `tollgate run` does.
//  3. The finding is read for what it claims (claimOf) and evaluated (evaluate): right, knows
//     that it does not know, or WRONG. A wrong one fails the suite, and so does a
//     machine that disturbs more than half of the systems.
//
// `make foreign` runs all of them and ends with a table: system, truth, answer, verdict.
// `make interop` runs those of nginx that are quick.
//
// What whatif predicts of a cache is held against Varnish, too (whatif_test.go).
//
// # What is wrong
//
// A finding is wrong if it claims another rule than the one that is in force, or states
// an interval that is far from the truth, or not around its own value. One interval in twenty may miss the truth by
// a little: of a system with two such values that would fail one night in ten. So an
// interval that is off by no more than its own half width is counted as a miss, and all
// misses together must be no more than intervals of 95 % have by chance (unlikely).
//
// A finding that is wrong and suspect says itself that something disturbed it: it is
// measured again, and is wrong if it stays so. A system that must be named (sure) is
// measured again where the answer was that it cannot be told.
//
// # Why
//
// The simulators of package simulate are faster, and cover more set-ups. But they were
// written from the descriptions that the probes were written from, too. The programs have
// clocks, queues and connections that no description mentions.
//
// Findings are evaluated by their values, and by their words only where no value tells rules
// apart: words change more often.
package foreign
