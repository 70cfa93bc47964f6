//go:build probes

package engines

// timesOfEvents says whether gaps between events are compared with those that their server
// measured: a machine with other work delays one end of a connection and not the other.
const timesOfEvents = true
