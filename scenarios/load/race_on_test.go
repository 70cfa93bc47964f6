//go:build race

package load

const raceEnabled = true // the race detector allocates on its own account
