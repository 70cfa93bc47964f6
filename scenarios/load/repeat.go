package load

import "time"

// MostRefusals is how often a request is sent again that the server refused unseen: as
// often as net/http does it. A connection that the server ended after it had taken other
// requests is no refusal: what was sent behind those is sent again until its timeout.
const MostRefusals = 6

// RefusalPause is how long a request waits before it is sent again that was refused so
// often before. The first repeat is sent at once. A server that still winds up streams
// whose responses are complete needs a moment, and an overloaded one is not to be sent six
// times the load at once.
func RefusalPause(refusals int) time.Duration {
	if refusals == 0 {
		return 0
	}
	return time.Millisecond << min(refusals-1, MostRefusals)
}
