// Package probes is the table of probes. Each asks one question about a deployed
// API: how large is its token bucket, how many requests does it carry, what does a
// cold start cost.
//
//  1. [Parse] reads the probes of a scenario: a question for each target that each
//     of them asks, with a limit on what it will send.
//  2. A session asks a question for its next stage of traffic, drives it through the
//     load engine, adds the results to the history, and repeats until the question
//     has seen enough.
//  3. The question concludes from the history: values with intervals, how they were
//     found, and what was assumed.
//
// A probe is a package with its options, plan and conclusion, and one line in the
// table [Probes]. Package probe is the interface, package estimate the shared
// statistics, package simulate the simulated targets of tests. The tests here run
// every probe against the lab, whose true values are known, and against nginx.
//
// # Trials
//
// A session tries each request of a scenario once before its load. If a scenario
// has probes only, the trial could change what they measure, so each says whether
// one may precede it ([probe.Probe.Untried]). To let each model account for the
// trial was rejected: when a token or a key is back is what the probe is to find.
//
// # Why
//
// Probes run after the load of a scenario and outside of its metrics, thresholds
// and bill. A probe is meant to break things, and a threshold must not depend on
// whether one ran.
package probes
