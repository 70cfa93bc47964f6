package targettest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"tollgate/targets"
)

// A Response is one response with its header as it was on the wire.
type Response struct {
	Status int
	Header []string // lines, in order, names spelt as they were sent
	Body   string
}

// Value returns what a header of exactly that spelling says.
func (r Response) Value(name string) (value string, sent bool) {
	for _, line := range r.Header {
		if value, sent = strings.CutPrefix(line, name+": "); sent {
			return value, true
		}
	}
	return "", false
}

// Has says whether a header is there in any spelling.
func (r Response) Has(name string) bool {
	for _, line := range r.Header {
		if got, _, _ := strings.Cut(line, ":"); strings.EqualFold(got, name) {
			return true
		}
	}
	return false
}

// patience is how long one response may take.
const patience = 60 * time.Second

// Send sends one request to t, below its URL, on a connection of its own. A
// Content-Length or Transfer-Encoding among the headers replaces the right
// length, so that a body can be announced and not sent, and a Host the right
// one. Targets without TLS only.
func Send(t targets.Target, method, path, body string, headers ...string) (Response, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s%s HTTP/1.1\r\nConnection: close\r\n", method, strings.TrimSuffix(t.URL.Path, "/"), path)
	host, length := "Host: "+t.URL.Host+"\r\n", fmt.Sprintf("Content-Length: %d\r\n", len(body))
	if key := t.Auth.APIKey; !key.IsZero() {
		headers = append(headers, "x-api-key: "+key.Reveal())
	}
	for _, h := range headers {
		if strings.HasPrefix(h, "Content-Length:") || strings.HasPrefix(h, "Transfer-Encoding:") {
			length = ""
		}
		if strings.HasPrefix(h, "Host:") {
			host = ""
		}
		b.WriteString(h + "\r\n")
	}
	b.WriteString(host + length + "\r\n" + body)
	return exchange(t.URL.Host, method, b.Bytes())
}

func exchange(host, method string, request []byte) (Response, error) {
	c, err := net.DialTimeout("tcp", host, patience)
	if err != nil {
		return Response{}, err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return Response{}, err
	}
	if _, err := c.Write(request); err != nil {
		return Response{}, err
	}
	raw, err := io.ReadAll(c)
	if err != nil && len(raw) == 0 { // a door that refuses a body may reset the connection after its answer
		return Response{}, err
	}
	parsed, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(raw)), &http.Request{Method: method})
	if err != nil {
		return Response{}, fmt.Errorf("not an HTTP response: %w", err)
	}
	defer parsed.Body.Close()
	content, err := io.ReadAll(parsed.Body)
	if err != nil {
		return Response{}, err
	}
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	return Response{Status: parsed.StatusCode, Header: strings.Split(head, "\r\n")[1:], Body: string(content)}, nil
}
