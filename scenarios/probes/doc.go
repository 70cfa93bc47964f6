// Package probes asks a deployed API one question each: how large is its token
// bucket, how many requests does it carry, what does a cold start cost.
//
// # The design
//
//  1. [Parse] reads the probes of a scenario: each becomes a [Question] for each
//     target that it asks, with what it will send at most announced.
//  2. A session asks a Question to Plan its next [Stage] of traffic, runs it
//     through the load engine, adds what was [Measured] to the [History], and
//     asks again until the Question is done. A plan may look at all that its
//     earlier stages measured.
//  3. Conclude makes a [results.Finding] of the History: values with intervals,
//     how they were found and what was assumed, in plain words too.
//
// Plan and Conclude are pure functions of the History: a test plays any target
// on a fake clock (see usageplan_test.go), and what a probe concluded can be
// concluded again from the samples that were kept.
//
// One probe is a file with its plan and its conclusion side by side, and a line
// in the table [Probes]; where the arithmetic is long it has files of its own
// beside (usageplan_fit.go). Its options go into scenario.schema.json.
//
// A question may do more than send requests: a [Renewal] changes the
// configuration of the function behind a target. Only a scenario that says so
// gets it, it is announced with the plan, at a deployed target it needs --yes,
// the record of the run tells of it before it happens, and the finding after.
//
// # Trials
//
// A session tries each request of a scenario once before its load. Where probes
// are all that a scenario has, a trial could change what they measure, so each
// says whether one may come before it ([Probe.Untried]):
//
//	usage-plan   none: it would take a token out of the bucket
//	cold-start   none: it would warm an environment of the function
//	cache        none: it would put a key into the cache
//	limits       none: its first rows are trials themselves
//	saturation   tried: each step settles before it is judged
//	overhead     tried: it is about warm functions and opens connections of its own
//	claims       tried: it concludes from the probes before it, and from steady load
//
// To have each model account for the trial was rejected: a token or a key is
// back, or gone, after a time that the probe is about to find out.
//
// # Evidence of cold starts
//
// Each response is sorted by the best evidence that there is of it, and the
// finding says which: the REPORT line under its request id; an instance that it
// names for the first time; its trace in X-Ray; on which side of a mixture of
// two latency distributions it lies. The REPORT line goes before the instance,
// although both are certain, since it also says how long INIT took and whether
// the request waited for it. X-Ray records a sample only: what it says is a share
// with an interval, never a count of all, and it overrules the latencies where
// they contradict it.
//
// # Several keys
//
// API Gateway throttles each key of a usage plan by itself. So keys are asked one
// after the other, each as the only key of a target would be, and then each
// bucket is kept empty in turn while the other keys are looked at: who is refused
// then draws on the same bucket. To send with all keys at once was rejected:
// where few of many pass nobody can say whose token each was.
//
// # Numbers one can trust
//
// Every stage is judged by how the generator fared in it ([Fitness]): where the
// generator, and not the target, set the result, the finding is invalid and
// concludes nothing else. What is announced is a promise: a Question that plans
// more than it announced is ended there.
//
// # Why
//
// Stages and not single requests are planned, so that the load engine, with its
// clocks and its verdict on itself, drives probes too. A probe that sent its own
// requests would be a second generator, which nobody has calibrated.
//
// Samples are kept whole, and not as histograms: which request was refused, and
// when, is the whole question. They are bounded by
// [results.MaxStageSamples] for each stage.
//
// Probes run after the load of a scenario and outside of its figures,
// thresholds and bill. To mix them was rejected: a probe is meant to break
// things, and a threshold must not depend on whether one was asked.
package probes
