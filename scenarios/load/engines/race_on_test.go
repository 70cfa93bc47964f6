//go:build race

package engines

const raceEnabled = true // the race detector allocates on its own account
