package engines

import (
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// What deviates from HTTP/1.1 and is tolerated is said once for each target, by
// name, with both engines.
func TestDeviationsAreNotedOnce(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, answer, says string }{
		{"nothing", sized(200, "ok"), ""},
		{"a blank in a name", "HTTP/1.1 200 OK\r\nX Bad: 1\r\nContent-Length: 2\r\n\r\nok", "a header's name holds a character that no name may hold"},
		{"a blank before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok", "a blank between a header's name and its colon"},
		{"a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", "Content-Length is given more than once"},
		{"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "bare line feed"},
		{"no reason phrase", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "the status line ends right after the status code"},
		{"a folded field", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok", "folded"},
		{"a line without a colon", "HTTP/1.1 200 OK\r\nwhat is this\r\nContent-Length: 2\r\n\r\nok", "no name or no colon"},
		{"two framings", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "both Content-Length and Transfer-Encoding"},
		{"a status without a class", "HTTP/1.1 999 No\r\nContent-Length: 2\r\n\r\nok", "not within 100 to 599"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r := newRig("http://"+vacant(t), "http://"+listen(t, func(c net.Conn) { answerEach(c, row.answer, func() {}) }))
				var mu sync.Mutex
				var notes []string
				r.job.Note = func(target uint16, words string) {
					mu.Lock()
					defer mu.Unlock()
					if target == 1 && strings.Contains(words, "deviate") { // a busy machine may fill the connection
						notes = append(notes, words)
					}
				}
				r.job.Options.MaxConnections = 1
				turn := every(time.Millisecond, 20)
				turn.Target = 1
				for _, s := range r.drive(t, e, turn) {
					if s.Err != results.ErrNone || s.Body != 2 || s.In != int64(len(row.answer)) {
						t.Errorf("request %d: %v, %d bytes with a body of %d", s.Seq, s.Err, s.In, s.Body)
					}
				}
				switch {
				case row.says == "" && len(notes) == 0:
				case row.says == "" || len(notes) != 1 || !strings.Contains(notes[0], row.says):
					t.Errorf("notes %q, want one with %q", notes, row.says)
				}
			})
		})
	}
}
