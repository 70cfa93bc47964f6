package engines

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// proves signs with the time, and for so long.
func proves(serves time.Duration) targets.Signer {
	return func(r *targets.Request) error {
		now := time.Now()
		r.Header.Set("Authorization", strconv.FormatInt(now.UnixNano(), 10))
		r.Until = now.Add(serves)
		return nil
	}
}

// provedAt is when proves signed.
func provedAt(r *http.Request) time.Time {
	n, _ := strconv.ParseInt(r.Header.Get("Authorization"), 10, 64)
	return time.Unix(0, n)
}

// Requests are rendered up to a second before they are due. A proof that serves for 40 ms
// is made again when they are sent.
func TestAProofThatExpiredBeforeItsRequestWasDueIsMadeAgain(t *testing.T) {
	t.Parallel()
	const serves, old, n = 40 * time.Millisecond, 150 * time.Millisecond, 12
	eachEngine(t, func(t *testing.T, e load.Kind) {
		retried(t, func() string {
			var late atomic.Int64
			r := newRig(serve(t, func(_ http.ResponseWriter, req *http.Request) {
				if time.Since(provedAt(req)) > old {
					late.Add(1)
				}
			}).URL)
			r.job.Stamps[0] = targets.Stamp{PerRequest: true, Sign: proves(serves)}
			if got := r.drive(t, e, every(50*time.Millisecond, n)); len(got) != n {
				t.Fatalf("%d samples", len(got))
			}
			if late.Load() > 0 {
				return fmt.Sprintf("%d of %d proofs were older than %v when they arrived", late.Load(), n, old)
			}
			return ""
		})
	})
}

// Steps are rendered while their users think, for longer than the proof serves.
func TestAProofThatExpiredWhileAUserThoughtIsMadeAgain(t *testing.T) {
	t.Parallel()
	const serves, old, think = 40 * time.Millisecond, 150 * time.Millisecond, 300 * time.Millisecond
	for name, turn := range map[string]scenarios.Turn{"open": every(20*time.Millisecond, 5), "closed": closed(3, 100*time.Millisecond, 0)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				retried(t, func() string {
					var late atomic.Int64
					flow := scenarios.Flow{Name: "think", Steps: steps(2)}
					flow.Steps[1].Think = scenarios.Always(think)
					f := flowsAt(t, good, flow)
					u, err := url.Parse(serve(t, func(_ http.ResponseWriter, req *http.Request) {
						if time.Since(provedAt(req)) > old {
							late.Add(1)
						}
					}).URL)
					if err != nil {
						t.Fatal(err)
					}
					f.job.Targets[0].URL = u
					f.job.Stamps[0] = targets.Stamp{PerRequest: true, Sign: proves(serves)}
					f.run(t, f.open(t, e), turn)
					if sent, _ := f.apart(); len(sent) < 6 {
						t.Fatalf("%d requests", len(sent))
					}
					if late.Load() > 0 {
						return fmt.Sprintf("%d proofs were older than %v when they arrived", late.Load(), old)
					}
					return ""
				})
			})
		})
	}
}

// What could not be signed ahead is signed when it is due.
func TestARequestThatCouldNotBeSignedAheadIsSignedWhenDue(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
		expired := time.Now().Add(300 * time.Millisecond)
		sign := proves(time.Minute)
		r.job.Stamps[0] = targets.Stamp{PerRequest: true, Sign: func(r *targets.Request) error {
			if time.Now().Before(expired) {
				return errors.New("expired, and being renewed")
			}
			return sign(r)
		}}
		turn := every(10*time.Millisecond, 5)
		if err := r.open(t, e).Run(t.Context(), turn, time.Since(r.job.Epoch)+400*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		for _, s := range r.sorted() {
			if s.Err != results.ErrNone || s.Code != 200 {
				t.Errorf("request %d: %v", s.Seq, s.Err)
			}
		}
	})
}

// A proof that expires while the connection is opened is made again, or its request is not
// sent.
func TestAProofThatExpiresWhileTheConnectionIsOpened(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
		for _, again := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, signed again %v", protocol, again), func(t *testing.T) {
				t.Parallel()
				eachEngine(t, func(t *testing.T, e load.Kind) { slowHandshake(t, e, protocol == "HTTP/2", again) })
			})
		}
	}
}

func slowHandshake(t *testing.T, e load.Kind, http2, again bool) {
	var open, served, signed atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		served.Add(1)
		if provedAt(r).UnixNano() < open.Load() {
			t.Error("the proof was made before the connection was open, and has expired")
		}
		if (r.ProtoMajor == 2) != http2 {
			t.Errorf("it came over %s", r.Proto)
		}
	}))
	s.EnableHTTP2 = http2
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		time.Sleep(100 * time.Millisecond) // a handshake that takes longer than the proof serves
		open.Store(time.Now().UnixNano())
		return nil, nil
	}}
	s.StartTLS()
	defer s.Close()
	r := newRig(s.URL)
	r.job.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
	r.job.TLS.RootCAs.AddCert(s.Certificate())
	sign := proves(20 * time.Millisecond)
	r.job.Stamps[0] = targets.Stamp{PerRequest: true, Sign: func(r *targets.Request) error {
		if signed.Add(1) > 1 && !again {
			return errors.New("expired")
		}
		return sign(r)
	}}
	got := r.drive(t, e, every(time.Millisecond, 1))
	if len(got) == 0 {
		t.Fatal("nothing was sent")
	}
	switch first := got[0]; {
	case again && (first.Err != results.ErrNone || first.Code != 200):
		t.Errorf("it ended with %v, code %d", first.Err, first.Code)
	case !again && (first.Err != results.ErrGenerator || served.Load() > 0):
		t.Errorf("it ended with %v, and %d were served", first.Err, served.Load())
	}
}
