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
// on a fake clock (see play_test.go), and what a probe concluded can be
// concluded again from the samples that were kept.
//
// One probe is a file with its plan and its conclusion side by side, and a line
// in the table [Probes]; where the arithmetic is long it has files of its own
// beside (usageplan_estimate.go). Its options go into scenario.schema.json.
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
