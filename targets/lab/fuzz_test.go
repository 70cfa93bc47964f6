package lab

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// FuzzDoors sends any bytes to a door of each kind. Whatever comes back is HTTP,
// the door goes on to serve, and what it counted is what it answered.
func FuzzDoors(f *testing.F) {
	for _, seed := range []string{
		"GET /prod/ HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 31\r\n\r\n{\"features\":[5.1,3.5,1.4,0.2]} ",
		"POST /prod/predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"fea\r\n0\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n",
		"GET /%2e%2e/prod?a=1&a=2;%zz HTTP/1.1\r\nHost: x\r\nX-Api-Key: \x7f\r\n\r\n",
		"HEAD /prod/predict HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT x:1 HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "",
	} {
		f.Add([]byte(seed))
	}
	c := quick()
	for i := range c.Doors {
		c.Doors[i].Overhead, c.Doors[i].Function = exactly(0), &Function{Init: exactly(0), Warm: exactly(0)}
	}
	c.Doors[0].UsagePlan, c.Doors[0].Cache = &UsagePlan{Throttle: Throttle{1, 1}}, &Cache{}
	l, err := Start(c)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = l.Close() })
	f.Fuzz(func(t *testing.T, sent []byte) {
		for _, d := range l.doors {
			before := d.truth()
			answered := exchangeBytes(t, strings.TrimSuffix(d.URL, "/prod"), sent)
			after := d.truth()
			if after.Requests-before.Requests > int64(answered) {
				t.Errorf("%s counted %d requests and answered %d", d.Kind, after.Requests-before.Requests, answered)
			}
		}
	})
}

// exchangeBytes sends bytes and the end of the stream, and counts the responses.
func exchangeBytes(t *testing.T, address string, sent []byte) (answered int) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = c.Write(sent) // the door may hang up before the end
	_ = c.(*net.TCPConn).CloseWrite()
	all, err := io.ReadAll(c)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the door neither answers nor hangs up")
	}
	const line = "HTTP/1." // which no body of the lab holds
	if len(all) > 0 && !bytes.HasPrefix(all, []byte(line)) {
		t.Fatalf("not HTTP: %q", all)
	}
	return bytes.Count(all, []byte(line))
}
