// Package control answers for Lambda, API Gateway, Elastic Load Balancing and CloudFormation what
// Tollgate asks of them besides requests: how a function is set up, a change of its variables,
// which retires its environments, the APIs with their routes, usage plans and limits, and the
// listeners and rules of load balancers.
//
// # The design
//
//  1. [Lambda] holds the settings of functions. UpdateFunctionConfiguration
//     changes what a function's environments see, which retires them all; the
//     update is InProgress for a moment, then Successful.
//  2. [Gateway] has APIs of both versions and is read only, but for a flush of a stage's
//     cache. [Balancing], and [Formation], which has the stack of the APIs, are read only.
//
// # Why
//
//   - Only the environment can be changed: memory and timeout come from the lab
//     file, and a lab whose functions change during a run would measure something
//     that no file describes. Other changes are refused.
//   - The update takes as long as a client that polls can see, and no longer; AWS
//     takes some seconds.
package control
