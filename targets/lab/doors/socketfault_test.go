package doors

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// sayWith opens a connection, injects a fault and sends a message; it returns what came of
// that, and how long it took.
func (l chatLab) sayWith(in Injection, patience time.Duration) (text string, took time.Duration, err error) {
	l.t.Helper()
	c := l.open()
	if _, err := l.set.Inject(in); err != nil {
		l.t.Fatal(err)
	}
	defer l.set.ClearFaults()
	begun := time.Now()
	say(l.t, c, `{"action":"ask"}`)
	if err := c.SetReadDeadline(begun.Add(patience)); err != nil {
		l.t.Fatal(err)
	}
	err = websocket.Message.Receive(c, &text)
	return text, time.Since(begun), err
}

func TestMessagesMeetFaults(t *testing.T) {
	t.Parallel()
	const patience = 10 * time.Second
	for _, row := range []struct {
		fault, want string // "": the connection ends
		by          time.Duration
	}{
		{"latency", `"action":"ask"`, 60 * time.Millisecond},
		{"throttle", "Too Many Requests", 0},
		{"5xx", "Internal server error", 0},
		{"reset", "", 0},
		{"garbage", "", 0},
	} {
		l := startChat(t, Sockets{})
		text, took, err := l.sayWith(Injection{Fault: row.fault, By: Duration(row.by)}, patience)
		switch {
		case row.want == "" && (err == nil || errors.Is(err, os.ErrDeadlineExceeded)):
			t.Errorf("%s: %q, %v", row.fault, text, err)
		case row.want != "" && (err != nil || !strings.Contains(text, row.want) || took < row.by):
			t.Errorf("%s: %q after %v, %v", row.fault, text, took, err)
		}
		if l.eventually(row.fault, func(d DoorTruth) bool { return d.Injected[row.fault] == 1 }); row.want == "" {
			l.eventually("the end of the connection", func(d DoorTruth) bool { return d.Sockets.Open == 0 })
		}
	}
}

func TestAStalledMessageHasNoReply(t *testing.T) {
	t.Parallel()
	l := startChat(t, Sockets{})
	if text, _, err := l.sayWith(Injection{Fault: "stall"}, 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%q, %v", text, err)
	}
	if d := l.truth(); d.Sockets.Open != 1 || d.Sockets.MessagesOut != 0 {
		t.Errorf("%+v", d.Sockets)
	}
}

func TestHandshakesMeetFaults(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"reset", "garbage", "throttle", "5xx"} {
		l := startChat(t, Sockets{})
		if _, err := l.set.Inject(Injection{Fault: fault}); err != nil {
			t.Fatal(err)
		}
		if c, err := l.dial(); err == nil {
			_ = c.Close()
			t.Errorf("%s: a connection was opened", fault)
		}
		if d := l.truth(); d.Sockets.Opened != 0 {
			t.Errorf("%s: %+v", fault, d.Sockets)
		}
	}
}

func TestFaultsOfBodiesAreNoneOfMessages(t *testing.T) {
	l := startChat(t, Sockets{})
	name := l.set.Doors()[0].Name
	for _, fault := range []string{"slow-body", "wrong-length", "truncated-chunk"} {
		by := Duration(0)
		if fault == "slow-body" {
			by = Duration(time.Second)
		}
		if _, err := l.set.Inject(Injection{Fault: fault, Door: name, By: by}); err == nil || !strings.Contains(err.Error(), "never shows") {
			t.Errorf("%s: %v", fault, err)
		}
	}
}
