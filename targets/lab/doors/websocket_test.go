package doors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"golang.org/x/net/websocket"

	"tollgate/targets"
)

// A chatLab is a lab with a WebSocket API, and clients of golang.org/x/net/websocket.
type chatLab struct {
	t   *testing.T
	set *Set
}

// startChat starts one that takes no modelled time.
func startChat(t *testing.T, sockets Sockets, change ...func(*Config)) chatLab {
	t.Helper()
	at := LogNormal{Median: Duration(time.Millisecond)}
	c := Config{
		Function: Function{Init: &at, Warm: &at},
		Doors:    []DoorConfig{{Kind: webSocketAPI.Name, Overhead: &at, Sockets: &sockets}},
	}
	for _, f := range change {
		f(&c)
	}
	set, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = set.Close() })
	return chatLab{t, set}
}

func (l chatLab) url() string { return l.set.Doors()[0].URL }

// dial opens a connection; header are names and values.
func (l chatLab) dial(header ...string) (*websocket.Conn, error) {
	config, err := websocket.NewConfig(l.url(), "http://localhost/")
	if err != nil {
		l.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		config.Header.Set(header[i], header[i+1])
	}
	return websocket.DialConfig(config)
}

func (l chatLab) open() *websocket.Conn {
	l.t.Helper()
	c, err := l.dial()
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = c.Close() })
	return c
}

func (l chatLab) truth() DoorTruth { return l.set.Truth().Doors[0] }

// eventually waits for something that follows a message without an answer.
func (l chatLab) eventually(what string, is func(DoorTruth) bool) {
	l.t.Helper()
	for end := time.Now().Add(5 * time.Second); !is(l.truth()); time.Sleep(time.Millisecond) { // nothing says when it has happened
		if time.Now().After(end) {
			l.t.Fatalf("%s does not happen: %+v", what, *l.truth().Sockets)
		}
	}
}

func say(t *testing.T, c *websocket.Conn, text string) {
	t.Helper()
	if err := websocket.Message.Send(c, text); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, c *websocket.Conn) (text string) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	if err := websocket.Message.Receive(c, &text); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMessagesGoToTheirRoutes(t *testing.T) {
	mock := func(body string) *Integration { return &Integration{Type: "mock", Body: body} }
	l := startChat(t, Sockets{Selection: "$request.body.to.kind", Routes: []SocketRoute{
		{Key: "a", TwoWay: true, Integration: mock("from a")},
		{Key: "3", TwoWay: true, Integration: mock("from 3")},
		{Key: "silent", Integration: mock("never seen")},
		{Key: "$default", TwoWay: true, Integration: mock("from default")},
	}})
	c := l.open()
	for _, row := range []struct{ message, want string }{
		{`{"to":{"kind":"a"}}`, "from a"},
		{`{"to":{"kind":3}}`, "from 3"},
		{`{"to":{"kind":"b"}}`, "from default"},
		{`{"to":{"kind":"$connect"}}`, "from default"},
		{`{"to":"a"}`, "from default"},
		{`{"kind":"a"}`, "from default"},
		{`no JSON`, "from default"},
		{`[]`, "from default"},
	} {
		say(t, c, row.message)
		if got := hear(t, c); got != row.want {
			t.Errorf("%s: %q, want %q", row.message, got, row.want)
		}
	}
	say(t, c, `{"to":{"kind":"silent"}}`)
	l.eventually("a message without an answer", func(d DoorTruth) bool { return d.Sockets.MessagesIn == 9 })
	if got := l.truth().Sockets; got.MessagesOut != 8 {
		t.Errorf("%d messages went out", got.MessagesOut)
	}
}

// The frame is as it was recorded on AWS, and the connection stays.
func TestAMessageWithoutARouteIsForbidden(t *testing.T) {
	l := startChat(t, Sockets{Routes: []SocketRoute{{Key: "a"}}})
	c := l.open()
	for range 2 {
		say(t, c, `{"action":"b"}`)
		got := hear(t, c)
		if !strings.HasPrefix(got, `{"message": "Forbidden", "connectionId":"`) || !strings.Contains(got, `", "requestId":"`) {
			t.Errorf("the client is told %s", got)
		}
	}
	if n := l.truth().Sockets.Unrouted; n != 2 {
		t.Errorf("%d messages without a route", n)
	}
}

func TestAFunctionThatFailsIsAnInternalServerError(t *testing.T) {
	l := startChat(t, Sockets{Routes: []SocketRoute{{Key: "$default"}}}, func(c *Config) { c.Function.Thrown = 1 })
	c := l.open()
	say(t, c, "x")
	if got := hear(t, c); !strings.HasPrefix(got, `{"message": "Internal server error", "connectionId":"`) {
		t.Errorf("the client is told %s", got)
	}
}

// The sample chat: what one sends, everyone gets.
// A response to $connect may have headers, as those to other front doors have.
func TestHeadersOfAFunctionAreNotThoseOfMessages(t *testing.T) {
	routes := []SocketRoute{{Key: connectRoute}, {Key: defaultRoute, TwoWay: true}}
	l := startChat(t, Sockets{Routes: routes}, func(c *Config) { c.Function = real(t, "parrot") })
	c := l.open()
	say(t, c, "hello")
	if got := hear(t, c); !strings.Contains(got, `"body":"hello"`) {
		t.Errorf("it is answered by %s", got)
	}
}

func TestABroadcastReachesEveryClient(t *testing.T) {
	l := startChat(t, Sockets{})
	var all []*websocket.Conn
	for range 5 {
		all = append(all, l.open())
	}
	l.eventually("five connections", func(d DoorTruth) bool { return d.Sockets.Open == 5 })
	say(t, all[0], `{"action":"sendMessage","data":"hello"}`)
	for i, c := range all {
		if got := hear(t, c); got != "hello" {
			t.Errorf("client %d gets %q", i, got)
		}
	}
	s := l.truth().Sockets
	if s.Pushed != 5 || s.MessagesIn != 1 || s.MessagesOut != 5 {
		t.Errorf("%+v", s)
	}
}

// A prediction is the same work as behind other doors; its reply has the id of its message.
func TestAMessageMayAskForAPrediction(t *testing.T) {
	l := startChat(t, Sockets{})
	c := l.open()
	for message, want := range map[string]string{
		`{"action":"predict","id":"a\"1","features":[5.1,3.5,1.4,0.2]}`: `{"id":"a\"1","prediction":0,"class_name":"setosa"}`,
		`{"action":"predict","features":[6.5,3,5.5,2]}`:                 `{"prediction":2,"class_name":"virginica"}`,
		`{"action":"predict","id":7}`:                                   `{"id":7,"error":"the body must be JSON with a list named features"}`,
		`{"action":"health","id":7}`:                                    `{"action":"health","id":7}`,
	} {
		say(t, c, message)
		if got := hear(t, c); got != want {
			t.Errorf("%s is answered with %s, want %s", message, got, want)
		}
	}
}

func TestWhoMayNotConnectGetsTheStatusOfTheHandshake(t *testing.T) {
	guard := &Authorizer{Type: "token", Tokens: map[string]string{"good": "allow", "bad": "deny", "ugly": "throw"}}
	for _, row := range []struct {
		name    string
		sockets Sockets
		change  func(*Config)
		header  []string
		want    int
	}{
		{name: "anyone where nothing is behind $connect", want: 101, sockets: Sockets{Routes: []SocketRoute{{Key: "$default"}}}},
		{name: "a good token", want: 101, header: []string{"Authorization", "good"}, sockets: Sockets{Routes: []SocketRoute{{Key: "$connect", Authorizer: guard}}}},
		{name: "no token", want: 401, sockets: Sockets{Routes: []SocketRoute{{Key: "$connect", Authorizer: guard}}}},
		{name: "a token that is denied", want: 403, header: []string{"Authorization", "bad"}, sockets: Sockets{Routes: []SocketRoute{{Key: "$connect", Authorizer: guard}}}},
		{name: "an authorizer that fails", want: 500, header: []string{"Authorization", "ugly"}, sockets: Sockets{Routes: []SocketRoute{{Key: "$connect", Authorizer: guard}}}},
		{name: "a key of the usage plan", want: 101, change: keyed, header: []string{"X-Api-Key", "our-key"}},
		{name: "no key", want: 403, change: keyed},
		{name: "another key", want: 403, change: keyed, header: []string{"X-Api-Key", "their-key"}},
		{name: "no key where $connect asks for none", want: 101, change: keyed, sockets: Sockets{Routes: []SocketRoute{{Key: "$connect", KeyRequired: new(bool)}}}},
		{name: "the status of what is behind $connect", want: 418, sockets: Sockets{Routes: []SocketRoute{{Key: "$connect", Integration: &Integration{Type: "mock", Status: 418}}}}},
		{name: "a function that throws", want: 502, change: func(c *Config) { c.Function.Thrown = 1 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := startChat(t, row.sockets, func(c *Config) {
				if row.change != nil {
					row.change(c)
				}
			})
			if _, err := l.dial(row.header...); (err == nil) != (row.want == 101) {
				t.Errorf("the handshake ends with %v", err)
			}
			if got := l.truth().Status; got[fmt.Sprint(row.want)] != 1 {
				t.Errorf("statuses %v, want %d", got, row.want)
			}
		})
	}
}

func keyed(c *Config) {
	c.Doors[0].UsagePlan = &UsagePlan{Throttle: Throttle{Rate: 0.001, Burst: 2}, Quota: &Quota{Limit: 100, Period: "DAY"}, Keys: []string{"our-key"}}
}

func TestHandshakesAreLimitedByTheUsagePlanOfTheirKey(t *testing.T) {
	l := startChat(t, Sockets{}, keyed)
	opened := 0
	for range 5 {
		if c, err := l.dial("X-Api-Key", "our-key"); err == nil {
			opened++
			_ = c.Close()
		}
	}
	d := l.truth()
	if opened != 2 || d.Status["429"] != 3 || d.Refused[string(byPlan)] != 3 || d.Plans[0].Requests != 5 || d.Plans[0].Throttled != 3 {
		t.Errorf("%d were opened; %v, %v, %+v", opened, d.Status, d.Refused, d.Plans)
	}
	if key := l.set.Doors()[0].APIKey; key != "our-key" {
		t.Errorf("the key is %q", key)
	}
}

func TestWhatAUsagePlanOfAWebSocketAPICannotHave(t *testing.T) {
	for want, change := range map[string]func(*DoorConfig){
		"has limits of methods": func(d *DoorConfig) { d.UsagePlan.Methods = map[string]Throttle{"/a/GET": {Rate: 1, Burst: 1}} },
		"no route $connect":     func(d *DoorConfig) { d.Sockets = &Sockets{Routes: []SocketRoute{{Key: "$default"}}} },
		"only $connect asks for a key": func(d *DoorConfig) {
			d.Sockets = &Sockets{Routes: []SocketRoute{{Key: "$connect"}, {Key: "x", KeyRequired: new(bool)}}}
		},
	} {
		c := Config{Doors: []DoorConfig{{Kind: webSocketAPI.Name, Sockets: &Sockets{}}}}
		keyed(&c)
		change(&c.Doors[0])
		if set, err := Start(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
			if err == nil {
				_ = set.Close()
			}
		}
	}
}

func TestNewConnectionsAreThrottled(t *testing.T) {
	l := startChat(t, Sockets{Connects: &Throttle{Rate: 0.001, Burst: 3}})
	opened := 0
	for range 5 {
		if c, err := l.dial(); err == nil {
			opened++
			_ = c.Close()
		}
	}
	d := l.truth()
	if opened != 3 || d.Status["429"] != 2 || d.Refused[string(byConnects)] != 2 {
		t.Errorf("%d were opened; %v, %v", opened, d.Status, d.Refused)
	}
}

// raw is a connection on which any bytes can be sent.
func (l chatLab) raw() net.Conn {
	l.t.Helper()
	address := strings.TrimPrefix(l.url(), "ws://")
	host, path, _ := strings.Cut(address, "/")
	c, err := net.Dial("tcp", host)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path)
	head := make([]byte, 0, 200)
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		var b [1]byte
		if _, err := io.ReadFull(c, b[:]); err != nil {
			l.t.Fatalf("%v after %q", err, head)
		}
		head = append(head, b[0])
	}
	if !bytes.Contains(head, []byte("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
		l.t.Fatalf("the handshake is answered by %q", head)
	}
	return c
}

// zeroMasked is a frame with a key of zeros.
func zeroMasked(first byte, size int) []byte {
	head := []byte{first, 0x80 | byte(size)}
	switch {
	case size > 0xffff:
		head = []byte{first, 0x80 | 127, 0, 0, 0, 0, byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size)}
	case size > 125:
		head = []byte{first, 0x80 | 126, byte(size >> 8), byte(size)}
	}
	return append(append(head, 0, 0, 0, 0), bytes.Repeat([]byte("x"), size)...)
}

func TestAConnectionClosesWithItsStatusCode(t *testing.T) {
	const kb = 1 << 10
	message := append(zeroMasked(0x01, 32*kb), bytes.Repeat(zeroMasked(0x00, 32*kb), 3)...)
	for _, row := range []struct {
		name    string
		sockets Sockets
		wire    []byte
		want    int // the status code that the client is sent
		counted string
	}{
		{"a frame above 32 KB", Sockets{}, zeroMasked(0x81, 32*kb+1), 1009, "1009"},
		{"a message above 128 KB", Sockets{}, append(bytes.Clone(message), zeroMasked(0x80, 1)...), 1009, "1009"},
		{"a binary frame", Sockets{}, zeroMasked(0x82, 1), 1003, "1003"},
		{"a frame without a mask", Sockets{}, []byte("\x81\x01x"), 1002, "1002"},
		{"a client that closes", Sockets{}, []byte("\x88\x82\x00\x00\x00\x00\x03\xe8"), 1000, "1000"},
		{"a connection without traffic", Sockets{Idle: Duration(20 * time.Millisecond)}, nil, 1001, "1001"},
		{"a connection at the end of its life", Sockets{Life: Duration(20 * time.Millisecond)}, nil, 1001, "1001"},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := startChat(t, row.sockets)
			c := l.raw()
			_, _ = c.Write(row.wire) // an error shows at the read
			var frame [4]byte
			if _, err := io.ReadFull(c, frame[:]); err != nil || frame[0] != 0x88 {
				t.Fatalf("%x, %v", frame, err)
			}
			if got := int(frame[2])<<8 | int(frame[3]); got != row.want {
				t.Errorf("closed with %d, want %d", got, row.want)
			}
			l.eventually("the end of the connection", func(d DoorTruth) bool { return d.Sockets.Closed[row.counted] == 1 && d.Sockets.Open == 0 })
		})
	}
	t.Run("a message of 128 KB", func(t *testing.T) {
		l := startChat(t, Sockets{})
		c := l.raw()
		last := len(message) - 32*kb - 8
		whole := bytes.Clone(message)
		whole[last] |= 0x80
		_, _ = c.Write(whole)
		var first [4]byte
		if _, err := io.ReadFull(c, first[:]); err != nil || first != [4]byte{0x01, 126, 0x80, 0x00} {
			t.Fatalf("the echo begins with %x, %v: want a frame of 32 KB", first, err)
		}
		if s := l.truth().Sockets; s.UnitsIn != 4 || s.UnitsOut != 4 || s.MessagesIn != 1 || s.MessagesOut != 1 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("a client that is gone", func(t *testing.T) {
		l := startChat(t, Sockets{})
		_ = l.raw().Close()
		l.eventually("the end of the connection", func(d DoorTruth) bool { return d.Sockets.Closed["1006"] == 1 })
	})
}

func TestAPingIsAnswered(t *testing.T) {
	l := startChat(t, Sockets{})
	c := l.raw()
	_, _ = c.Write([]byte("\x89\x83\x00\x00\x00\x00abc"))
	var pong [5]byte
	if _, err := io.ReadFull(c, pong[:]); err != nil || string(pong[:]) != "\x8a\x03abc" {
		t.Errorf("%q, %v", pong, err)
	}
}

func TestWhatIsNoHandshakeGetsNoConnection(t *testing.T) {
	l := startChat(t, Sockets{})
	base := strings.Replace(l.url(), "ws", "http", 1)
	for path, want := range map[string]int{"": 426, "/other": 403, "/../nostage": 403} {
		r, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, r.StatusCode, want)
		}
	}
}

// Invocations, messages, units and CloudWatch's metrics are the same numbers.
func TestTheTruthOfAConversation(t *testing.T) {
	l := startChat(t, Sockets{})
	c := l.open()
	for i := range 10 {
		text := fmt.Sprintf(`{"n":%d,"pad":"%s"}`, i, strings.Repeat("x", i*3000))
		say(t, c, text)
		if got := hear(t, c); got != text {
			t.Fatalf("%d bytes came back as %d", len(text), len(got))
		}
	}
	_ = c.Close()
	l.eventually("the function behind $disconnect", func(d DoorTruth) bool { return d.Invocations == 12 })
	d := l.truth()
	s := d.Sockets
	if s.Opened != 1 || s.Open != 0 || s.MessagesIn != 10 || s.MessagesOut != 10 || s.UnitsIn != 10 || s.UnitsOut != 10 || d.Billable != 20 || s.ConnectedMS <= 0 {
		t.Errorf("%+v, billable %d", s, d.Billable)
	}
	sums := map[string]float64{}
	for _, m := range l.set.Truth().Metrics {
		sums[m.Metric] += m.Sum
	}
	for metric, want := range map[string]float64{"ConnectCount": 1, "MessageCount": 20, "ClientError": 0, "IntegrationError": 0, "ExecutionError": 0, "Invocations": 12} {
		if sums[metric] != want {
			t.Errorf("%s is %v, want %v (of %v)", metric, sums[metric], want, slices.Sorted(maps.Keys(sums)))
		}
	}
}

func TestALabThatClosesLeavesNoConnection(t *testing.T) {
	l := startChat(t, Sockets{})
	c := l.raw()
	if err := l.set.Close(); err != nil {
		t.Error(err)
	}
	got, _ := io.ReadAll(c)
	if !bytes.Equal(got, []byte("\x88\x0c\x03\xe9Going away")) {
		t.Errorf("the client gets %q", got)
	}
}

// call asks the @connections API, as the AWS SDKs do.
func (l chatLab) call(method, id, body, secret string) (status int, header http.Header, text string) {
	l.t.Helper()
	address := strings.Replace(l.url(), "ws", "http", 1) + "/@connections/" + strings.ReplaceAll(id, "=", "%3D")
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	if secret != "" {
		sum := sha256.Sum256([]byte(body))
		keys := aws.Credentials{AccessKeyID: targets.LabKeys.ID, SecretAccessKey: secret}
		if err := v4.NewSigner().SignHTTP(l.t.Context(), keys, r, hex.EncodeToString(sum[:]), "execute-api", region, time.Now()); err != nil {
			l.t.Fatal(err)
		}
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer got.Body.Close()
	all, err := io.ReadAll(got.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return got.StatusCode, got.Header, string(all)
}

func TestTheConnectionsAPI(t *testing.T) {
	l := startChat(t, Sockets{Routes: []SocketRoute{{Key: "a"}}})
	c := l.open()
	say(t, c, `{"action":"nothing"}`)
	var told struct{ ConnectionID string }
	if err := json.Unmarshal([]byte(hear(t, c)), &told); err != nil || told.ConnectionID == "" {
		t.Fatal(err)
	}
	id, secret := told.ConnectionID, targets.LabKeys.Secret.Reveal()
	if status, _, text := l.call("POST", id, "hello", secret); status != 200 || text != "" {
		t.Fatalf("POST: %d, %s", status, text)
	}
	if got := hear(t, c); got != "hello" {
		t.Errorf("the client gets %q", got)
	}
	status, _, text := l.call("GET", id, "", secret)
	var described struct {
		ConnectedAt, LastActiveAt time.Time
		Identity                  struct{ SourceIP string }
	}
	if err := json.Unmarshal([]byte(text), &described); status != 200 || err != nil || described.Identity.SourceIP != "127.0.0.1" || described.LastActiveAt.Before(described.ConnectedAt) {
		t.Errorf("GET: %d, %s, %v", status, text, err)
	}
	for _, row := range []struct {
		what, method, id, body, secret string
		want                           int
		kind                           string
	}{
		{"without a signature", "POST", id, "x", "", 403, "ForbiddenException"},
		{"with a wrong signature", "POST", id, "x", "wrong", 403, "ForbiddenException"},
		{"to a connection that is not open", "POST", "AAAAAAAAAAAAAAA=", "x", secret, 410, "GoneException"},
		{"to what is no id", "POST", "?", "x", secret, 400, "BadRequestException"},
		{"with more than 128 KB", "POST", id, strings.Repeat("x", 128<<10+1), secret, 413, "PayloadTooLargeException"},
		{"that ends the connection", "DELETE", id, "", secret, 204, ""},
		{"that ends it again", "DELETE", id, "", secret, 410, "GoneException"},
	} {
		if row.want == 410 {
			l.eventually("the end of the connection", func(d DoorTruth) bool { return row.method == "POST" || d.Sockets.Open == 0 })
		}
		if status, header, _ := l.call(row.method, row.id, row.body, row.secret); status != row.want || header.Get("x-amzn-ErrorType") != row.kind {
			t.Errorf("a call %s: %d %s, want %d %s", row.what, status, header.Get("x-amzn-ErrorType"), row.want, row.kind)
		}
	}
	if s := l.truth().Sockets; s.Gone != 2 || s.Pushed != 1 || s.Closed["1000"] != 1 {
		t.Errorf("%+v", s)
	}
}
