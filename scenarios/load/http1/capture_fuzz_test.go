package http1

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// FuzzCaptureAgainstNetHTTP looks for fields that checks see otherwise in the engine that
// reads with net/http: it is given the strict form of a response, and names and values
// are the same there.
func FuzzCaptureAgainstNetHTTP(f *testing.F) {
	for _, fields := range []string{
		"X-A: 1\r\nx-a: 2\r\n", "X-A:\r\n", "X-A: \t 1 \t\r\n", "X-A: 1\r\n 2\r\n\t3\r\n", "X-A:\r\n 2\r\n", "X-A: 1\r\n \r\n", "X-A : 1\r\n", "X A: 1\r\nX-A: 2\r\n",
		"X-A: 1\nX-A: 2\n", "X-A\n :\r\n", "no field\r\nX-A: 1\r\n", "X-A: \xe4\xff\r\n", ": 1\r\nX-A: 2\r\n", "X_A: 1\r\n", "X-A: a\rb\r\n", "Content-Encoding: gzip\r\ncontent-encoding: br\r\n",
	} {
		f.Add([]byte(fields), false)
		f.Add([]byte(fields), true)
	}
	f.Fuzz(func(t *testing.T, fields []byte, early bool) {
		text := slices.Concat([]byte("HTTP/1.1 200 OK\r\n"), fields, []byte("Content-Length: 0\r\n\r\n"))
		if early {
			text = append([]byte("HTTP/1.1 103 Early Hints\r\nX-A: early\r\n\r\n"), text...)
		}
		capture := new(Capture)
		capture.Want([]string{"content-encoding", "x-a"})
		r := Response{Strict: &Strict{}}
		r.Reset(false, nil, capture)
		if _, err := r.Feed(text); err != nil || !r.Done() || r.Code != 200 {
			return
		}
		strict := make([]byte, 2*len(text))
		strict = strict[:r.Strict.Take(strict)]
		theirs, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(strict)), nil)
		if err != nil {
			return // which FuzzAgainstNetHTTP looks into
		}
		for _, name := range capture.Names {
			want := theirs.Header.Values(name)
			for i := range want { // checks leave out the blank that it puts where a line is continued by nothing
				want[i] = strings.Trim(want[i], " \t")
			}
			if got := capture.Values(name); !slices.Equal(got, want) {
				t.Errorf("%q became %q: %s is %q, and %q to net/http", text, strict, name, got, want)
			}
		}
	})
}
