// Package simulate runs probes in tests against simulated targets on a fake clock:
// [Play] drives a question's stages, and [Bucket] and [Pool] decide about requests
// as their descriptions say (a token bucket; Erlang's loss system). They are written
// from those descriptions and share nothing with the estimators that they test.
package simulate
