package doors

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/targets/lab/timer"
)

// paceGets sends b.N requests to each address, 2,000 a second in all, on a few
// connections that take turns.
func paceGets(b *testing.B, pace *timer.Timer, urls []string) {
	const lanes = 16 // to each address; a lane is free again long before its next turn
	var all sync.WaitGroup
	begun := time.Now()
	for door, url := range urls {
		for lane := range lanes {
			all.Go(func() {
				repeat(b, url, "GET PATH/ HTTP/1.1\r\nHost: x\r\n\r\n", func(ask func() bool) {
					for n := lane; n < b.N; n += lanes {
						_ = pace.Wait(b.Context(), begun.Add(time.Duration(n*len(urls)+door)*time.Second/2000))
						if !ask() {
							return
						}
					}
				})
			})
		}
	}
	all.Wait()
}

// repeat opens a connection to an address and lets use ask it for the same
// request again and again, as cheaply as can be. PATH stands for that of the
// address.
func repeat(b *testing.B, url, request string, use func(ask func() bool)) {
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	path = strings.TrimSuffix("/"+path, "/")
	c, err := net.Dial("tcp", host)
	if err != nil {
		b.Error(err)
		return
	}
	defer c.Close()
	text, from := []byte(strings.Replace(request, "PATH", path, 1)), bufio.NewReader(c)
	use(func() bool {
		_, err := c.Write(text)
		if err == nil {
			err = skipResponse(from)
		}
		if err != nil {
			b.Error(err)
		}
		return err == nil
	})
}

// skipResponse reads a response.
func skipResponse(from *bufio.Reader) error {
	length := 0
	for {
		line, err := from.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 {
			break
		}
		if text, found := strings.CutPrefix(string(line), "Content-Length: "); found {
			for _, digit := range strings.TrimSpace(text) {
				length = length*10 + int(digit-'0')
			}
		}
	}
	_, err := from.Discard(length)
	return err
}
