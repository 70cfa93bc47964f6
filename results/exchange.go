package results

import (
	"fmt"
	"strings"
)

// BothSorts says what is compared where some targets received requests and others messages
// over WebSocket; "": all received the same sort.
func BothSorts(requests, messages []string) string {
	if len(requests) == 0 || len(messages) == 0 {
		return ""
	}
	return fmt.Sprintf("a message and its reply on an open connection (%s) against a request and its response (%s), which opens a connection where none is kept; handshakes of WebSocket, and the cold starts that these meet, are in no message, and reported apart",
		strings.Join(messages, ", "), strings.Join(requests, ", "))
}

// BothSorts is that of the run's targets.
func (d *Document) BothSorts() string {
	var requests, messages []string
	for _, t := range d.Targets {
		if t.Messages {
			messages = append(messages, t.Name)
		} else {
			requests = append(requests, t.Name)
		}
	}
	return BothSorts(requests, messages)
}
