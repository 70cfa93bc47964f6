package engines

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// uploadOf is a file of so many bytes, of which the first megabytes are no zeros.
func uploadOf(t *testing.T, size int64) (u *targets.Upload, file string) {
	t.Helper()
	folder := t.TempDir()
	file = filepath.Join(folder, "big.bin")
	f, err := os.Create(file)
	if err == nil {
		_, err = io.CopyN(f, &pattern{}, min(size, 4<<20))
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		u, err = targets.NewUpload(folder, "big.bin")
	}
	if err != nil {
		t.Fatal(err)
	}
	return u, file
}

// A pattern is an endless text that repeats nowhere near.
type pattern struct{ n uint32 }

func (p *pattern) Read(b []byte) (int, error) {
	for i := range b {
		p.n = p.n*1664525 + 1013904223
		b[i] = byte(p.n >> 24)
	}
	return len(b), nil
}

// uploading is a job that sends a file.
func uploading(url string, u *targets.Upload) *rig {
	r := newRig(url)
	r.job.Requests[0] = scenarios.Request{Name: "up", Method: "PUT", Path: "/", Upload: u, Timeout: 30 * time.Second}
	return r
}

// hashing answers with the SHA-256 of what was sent to it.
func hashing(w http.ResponseWriter, r *http.Request) {
	sum := sha256.New()
	n, err := io.Copy(sum, r.Body)
	if err != nil || n != r.ContentLength || len(r.TransferEncoding) > 0 {
		w.WriteHeader(500)
	}
	_, _ = io.WriteString(w, hex.EncodeToString(sum.Sum(nil)))
}

// Files arrive as they are, on several connections at once and over TLS, whatever else
// differs from sending to sending.
func TestUploadsArriveWhole(t *testing.T) {
	t.Parallel()
	const size = 3<<20 + 17
	u, _ := uploadOf(t, size)
	digest, err := u.Digest()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name    string
		secure  bool
		request func(*scenarios.Request)
		stamp   targets.Stamp
	}{
		{name: "in the clear", request: func(*scenarios.Request) {}},
		{name: "over TLS", secure: true, request: func(*scenarios.Request) {}},
		{name: "when the server has said 100 Continue", request: func(r *scenarios.Request) { r.Header = targets.Header{"Expect": {"100-continue"}} }},
		{name: "over TLS, when the server has said so", secure: true, request: func(r *scenarios.Request) { r.Header = targets.Header{"Expect": {"100-continue"}} }},
		{name: "with a key in the path", request: func(r *scenarios.Request) { r.Path, r.Keys = "/${key}", &scenarios.Keys{Count: 9} }},
		{name: "signed at each sending", request: func(*scenarios.Request) {}, stamp: targets.Stamp{PerRequest: true, Sign: func(r *targets.Request) error {
			sum, err := r.Upload.Digest()
			r.Header.Set("X-Sum", sum)
			return err
		}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				s := httptest.NewUnstartedServer(http.HandlerFunc(hashing))
				if row.secure {
					s.StartTLS()
				} else {
					s.Start()
				}
				t.Cleanup(s.Close)
				r := uploading(s.URL, u)
				row.request(&r.job.Requests[0])
				r.job.Stamps[0] = row.stamp
				r.job.Requests[0].Expect = expecting(t, "body: {contains: "+digest+"}")
				if row.secure {
					r.job.TLS = s.Client().Transport.(*http.Transport).TLSClientConfig
				}
				const n = 6
				for _, s := range r.drive(t, e, every(time.Millisecond, n)) {
					if s.Err != results.ErrNone || s.Code != 200 || s.Out < size+50 || s.Out > size+300 {
						t.Errorf("request %d: %v, status %d, %d bytes out, %+v", s.Seq, s.Err, s.Code, s.Out, s.Excerpt)
					}
				}
				if len(r.samples) != n {
					t.Errorf("%d samples", len(r.samples))
				}
			})
		})
	}
}

// So do they over HTTP/2.
func TestUploadsArriveWholeOverHTTP2(t *testing.T) {
	t.Parallel()
	const size = 3<<20 + 17
	u, _ := uploadOf(t, size)
	digest, err := u.Digest()
	if err != nil {
		t.Fatal(err)
	}
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		s, _ := http2Server(t, false, hashing)
		r := uploading(s.URL, u)
		r.job.Options.HTTP, r.job.Options.MaxConnections = scenarios.HTTP2, 1
		r.job.Requests[0].Expect = expecting(t, "body: {contains: "+digest+"}")
		for _, s := range r.drive(t, e, every(time.Millisecond, 6)) {
			if s.Err != results.ErrNone || s.Code != 200 || s.Protocol != results.HTTP2 || s.Out < size {
				t.Errorf("request %d: %v, status %d over %v, %d bytes out, %+v", s.Seq, s.Err, s.Code, s.Protocol, s.Out, s.Excerpt)
			}
		}
	})
}

// A server whose windows hold the whole file need not say anything before its response.
func TestUploadsOverHTTP2NeedOnlyAWindow(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	u, _ := uploadOf(t, size)
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		r := uploading("http://"+scripts(t, func(c *scripted, stream uint32) {
			_ = c.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 2 * size})
			_ = c.WriteWindowUpdate(0, 2*size)
			for got := 0; ; {
				f, err := c.ReadFrame()
				if err != nil {
					return
				}
				if d, ok := f.(*http2.DataFrame); ok {
					got += len(d.Data())
					if d.StreamEnded() {
						c.head(stream, map[bool]string{true: "200", false: "400"}[got == size], true)
						return
					}
				}
			}
		}), u)
		r.job.Options.HTTP, r.job.Requests[0].Timeout = scenarios.HTTP2, 5*time.Second
		for _, s := range r.drive(t, e, every(0, 1)) {
			if s.Err != results.ErrNone || s.Code != 200 {
				t.Errorf("%v, status %d, %d bytes out", s.Err, s.Code, s.Out)
			}
		}
	})
}

// A file that changes during the run fails the requests that send it, as a fault of the
// generator, and never waits for a body that will not come.
func TestAnUploadThatChangesIsTheGeneratorsFault(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(file string) error
		want   string
	}{
		{"shorter", func(f string) error { return os.Truncate(f, 1<<20) }, "the file big.bin changed during the run, or cannot be read: it had 2097152 bytes, and has 1048576"},
		{"gone", os.Remove, "no such file or directory"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				u, file := uploadOf(t, 2<<20)
				r := uploading(serve(t, hashing).URL, u)
				r.job.Options.MaxConnections = 1
				engine := r.open(t, e)
				r.run(t, engine, every(time.Millisecond, 1))
				if err := row.change(file); err != nil {
					t.Fatal(err)
				}
				r.run(t, engine, every(time.Millisecond, 2))
				if len(r.samples) != 3 || r.samples[0].Err != results.ErrNone || r.samples[0].Code != 200 {
					t.Fatalf("%d samples, the first %+v", len(r.samples), r.samples[0])
				}
				for _, s := range r.samples[1:] {
					if s.Err != results.ErrGenerator || s.Out >= 2<<20 {
						t.Errorf("%v, %d bytes out", s.Err, s.Out)
					}
				}
				if x := r.samples[1].Excerpt; x == nil || !strings.Contains(x.Detail, row.want) {
					t.Errorf("the excerpt is %+v, want %q", x, row.want)
				}
			})
		})
	}
}

// An answer that comes while a file is being sent ends the sending.
func TestAnAnswerEndsAnUpload(t *testing.T) {
	t.Parallel()
	const size = 64 << 20
	u, _ := uploadOf(t, size)
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := uploading("http://"+listen(t, func(c net.Conn) {
			_, _ = bufio.NewReader(io.LimitReader(c, 100)).ReadString('\n')
			_, _ = io.WriteString(c, sized(413, "too large"))
			hold(c)
		}), u)
		s := r.drive(t, e, every(time.Millisecond, 1))
		if len(s) != 1 || s[0].Code != 413 || s[0].Err != results.ErrNone || s[0].Out == 0 || s[0].Out >= size {
			t.Errorf("got %+v", s)
		}
	})
}

// To send a file takes memory for a part of it, whatever its size and however slowly the
// server reads.
func TestUploadsTakeLittleMemory(t *testing.T) {
	const size, at = 64 << 20, 4
	u, _ := uploadOf(t, size)
	oneByOne(t, func(t *testing.T, e load.Kind) {
		peak := peakHeap(t)
		r := uploading("http://"+listen(t, func(c net.Conn) {
			eachRequest(c, func(io.Reader) bool {
				_, err := io.WriteString(c, sized(200, "ok"))
				return err == nil
			})
		}), u)
		for _, s := range r.drive(t, e, every(time.Millisecond, at)) {
			if s.Err != results.ErrNone {
				t.Errorf("request %d: %v, %+v", s.Seq, s.Err, s.Excerpt)
			}
		}
		if got := peak(); got > 50<<20 {
			t.Errorf("%d MB on the heap", got>>20)
		}
	})
}

// peakHeap measures how much the heap grows until what it returns is called.
func peakHeap(t *testing.T) (peak func() uint64) {
	t.Helper()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before := heap()
	stop := make(chan struct{})
	var most uint64
	var done sync.WaitGroup
	done.Go(func() {
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-tick.C:
				most = max(most, heap())
			case <-stop:
				tick.Stop()
				return
			}
		}
	})
	return func() uint64 {
		close(stop)
		done.Wait()
		t.Logf("the heap grew by %d kB", (max(most, before)-before)>>10)
		return max(most, before) - before
	}
}
