//go:build probes

package websocket

// rounds take about three minutes.
const rounds = 1000
