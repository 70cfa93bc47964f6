//go:build race

package compare

// raceEnabled says that error rates are counted over a few repetitions only:
// the race detector makes arithmetic ten times slower and finds nothing in it.
const raceEnabled = true
