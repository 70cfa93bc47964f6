// Package probe is what a probe is made of: a [Probe] parses its options into a
// [Question] about one target, the Question plans [Stage] after Stage of traffic
// and concludes with a [results.Finding].
//
// Plan and Conclude are pure functions of the [History]: a test runs a probe
// against a simulated target on a fake clock (package simulate), and a finding can
// be recomputed from the recorded samples.
//
// Package probes lists the probes and each probe is a package of its own, so the
// interface between them stands here, below both. It is not part of package
// estimate, which is arithmetic and knows nothing of scenarios or results.
//
// Every stage is checked for how the generator performed in it ([Fitness]). Where
// the generator, and not the target, set the result, the finding is invalid and
// concludes nothing.
//
// A Question may also change the target: a [Renewal] changes the configuration of
// the function behind it, so that Lambda replaces its execution environments. Only
// a scenario that asks for it gets it. The plan announces it, a deployed target
// needs --yes, the run records it before it happens, and the finding reports it.
//
// # Why
//
// Probes plan stages, not single requests, so that the load engine drives them,
// with its clocks and its own verdict. A probe that sent its own requests would be
// a second generator that was never calibrated. (The limits probe is the exception:
// it sends malformed requests, which no load engine can send.)
//
// Samples are kept whole rather than as histograms, since the question is often
// which request was throttled, and when. [results.MaxStageSamples] bounds them.
package probe
