// Package control answers for Lambda and API Gateway what probes ask of
// them beside requests: how a function is set up, and that its environments be
// retired; the usage plans, the limits and the cache of a stage.
//
// # The design
//
//  1. [Lambda] holds the settings of functions. UpdateFunctionConfiguration
//     changes what a function's environments would see, which retires them all;
//     the update is InProgress for a moment, then Successful.
//  2. [Gateway] is read only, but for flushing a stage's cache.
//
// # Why
//
//   - Only the environment and the description can be changed: memory and
//     timeout are the lab file's, and a lab whose functions change under a run
//     would measure something that no file describes. Whoever tries is refused.
//   - The update's moment is as long as a client that polls can see, and no
//     longer; AWS takes some seconds.
package control
