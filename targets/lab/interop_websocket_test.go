//go:build interop

package lab

import (
	"encoding/json"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
)

// TestForeignClientsOfAWebSocketAPI needs Node, and what "npm ci" installs in
// testdata/websocket-js. The function behind the API is one of Node, too, which answers by
// route responses and by the @connections API.
func TestForeignClientsOfAWebSocketAPI(t *testing.T) {
	const rig = "testdata/websocket-js"
	routes := []SocketRoute{{Key: "$connect"}, {Key: "$disconnect"}, {Key: "whoami", TwoWay: true}, {Key: "tell"}, {Key: "$default", TwoWay: true}}
	l := open(t, Config{
		Function: Function{Command: []string{"node", "function.mjs"}, Dir: rig},
		Doors:    []DoorConfig{{Kind: targets.WebSocketAPI.Name, Sockets: &Sockets{Routes: routes}}},
	})
	url := l.Doors()[0].URL
	t.Run("ws and the AWS SDK", func(t *testing.T) {
		run := exec.Command("node", "clients.mjs", url)
		run.Dir = rig
		run.Env = append(run.Environ(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID="+targets.LabKeys.ID, "AWS_SECRET_ACCESS_KEY="+targets.LabKeys.Secret.Reveal())
		out, err := run.Output()
		var seen struct {
			Echo, Pong, Pushed, Source   string
			Large, Closed, Binary, Frame int
			Age                          float64
			Told                         []string
			Gone                         []any
		}
		if json.Unmarshal(out, &seen) != nil || err != nil {
			t.Fatalf("%v: %s; the function's log is %v", err, out, l.Logs()[0].Lines(time.Time{}, time.Now()))
		}
		if seen.Echo != `{"action":"other","n":1}` || seen.Pong != "alive" || seen.Large != 128<<10 || seen.Pushed != "pushed" || seen.Source != "127.0.0.1" || seen.Age > 60_000 {
			t.Errorf("%s", out)
		}
		if !reflect.DeepEqual(seen.Told, []string{"all", "all"}) || !reflect.DeepEqual(seen.Gone, []any{"GoneException", 410.0}) {
			t.Errorf("%s", out)
		}
		if seen.Closed != 1000 || seen.Binary != 1003 || seen.Frame != 1009 {
			t.Errorf("%s", out)
		}
	})
	t.Run("wscat", func(t *testing.T) {
		run := exec.Command("node_modules/.bin/wscat", "--connect", url, "--execute", `{"n":7}`, "--wait", "1")
		run.Dir = rig
		stdin, err := run.StdinPipe() // at its end wscat would leave
		if err != nil {
			t.Fatal(err)
		}
		defer stdin.Close()
		if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), `{"n":7}`) {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("the truth", func(t *testing.T) {
		for end := time.Now().Add(5 * time.Second); l.Truth().Doors[0].Sockets.Open > 0 && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond) // the last clients are leaving
		}
		s := l.Truth().Doors[0].Sockets
		if s.Opened != 5 || s.Open != 0 || s.MessagesIn != 6 || s.MessagesOut != 8 || s.UnitsIn != 9 || s.UnitsOut != 11 || s.Pushed != 3 || s.Gone != 1 {
			t.Errorf("%+v", s)
		}
	})
}
