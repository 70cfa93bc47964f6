//go:build !probes

package websocket

// rounds are few where every change is tested; "make probes" has many.
const rounds = 6
