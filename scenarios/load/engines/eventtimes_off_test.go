//go:build !probes

package engines

const timesOfEvents = false // see eventtimes_on_test.go
