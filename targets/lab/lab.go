package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/xray"
	"tollgate/targets/lab/timer"
)

// A Lab serves front doors and a CloudWatch endpoint, on loopback unless told
// otherwise. It must be closed.
type Lab struct {
	doors   []*door
	store   *cloudwatch.Store
	traces  *xray.Traces
	wheel   *timer.Wheel
	config  Config
	watch   string
	servers []*http.Server
	serving sync.WaitGroup // listeners
	live    sync.WaitGroup // connections

	addresses []string // of all listeners

	authority *authority
	injector  *injector
	ended     context.CancelFunc // of the doors' lives
}

// Start serves what c describes, and returns once every address is listening.
func Start(c Config) (*Lab, error) {
	c = c.filled()
	if err := c.check(); err != nil {
		return nil, err
	}
	w, err := timer.New()
	if err != nil {
		return nil, err
	}
	ca, err := newAuthority(time.Now())
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	l := &Lab{config: c, wheel: w, authority: ca, injector: &injector{seed: c.Seed}, store: cloudwatch.New(time.Now, time.Duration(c.MetricDelay)), traces: xray.New(time.Now, region, account)}
	if err := l.listen(c); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Lab) listen(c Config) error {
	now := time.Now()
	account, books := newBucket(*c.Account, now), newLedger(l.store)
	life, ended := context.WithCancel(context.Background())
	l.ended = ended
	for _, config := range c.Doors {
		listener, err := newGate(config.Listen)
		if err != nil {
			return cannotListen(fmt.Sprintf("the lab's door %q", config.Name), err)
		}
		l.addresses = append(l.addresses, listener.address)
		d := newDoor(config, c.Seed, dialled(listener.address), account, l.wheel, now)
		d.meter = newMeter(d, books)
		d.gate, d.life = listener, life
		d.tracer = newTracer(d, l.traces)
		if err := d.startFunction(c.keysAreSecret()); err != nil {
			return errors.Join(err, listener.Close())
		}
		l.doors = append(l.doors, d)
		s := l.server(d, d.patience(), cmp.Or(time.Duration(d.config.Idle), idleTime))
		if d.streams > 0 {
			s.ConnContext = remember
		}
		if config.TLS {
			s.TLSConfig = d.secure(l.authority)
		}
		l.serve(countedListener{listener, d}, s)
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return cannotListen("the lab's CloudWatch endpoint", err)
	}
	l.addresses = append(l.addresses, listener.Addr().String())
	l.watch = "http://" + dialled(listener.Addr().String())
	l.injector.doors = l.doors
	l.store.Distort(l.injector.distortion)
	l.serve(listener, l.server(l.control(), time.Minute, idleTime))
	_, err = l.injector.inject(c.Faults, time.Now())
	return err
}

// Bounds on what a client may take up, where no documented limit is tighter.
const (
	headerBytes = 128 << 10 // above every documented limit, so that doors answer in their own words
	idleTime    = 5 * time.Minute
	slack       = time.Minute
)

// patience is how long a request may take at most: net/http counts its
// deadlines from the first byte, modelled waiting included.
func (d *door) patience() time.Duration {
	f := d.config.Function
	longest := time.Duration(f.Timeout) + d.function.init.longest() + d.overhead.longest()
	return max(longest, time.Duration(d.config.Timeout)) + slack
}

// server bounds what clients may take up. A head has no tighter deadline than
// the idle timeout: net/http counts it from the moment a connection is open,
// and would end those that are opened beforehand and wait for their first
// request, which no front door does.
func (l *Lab) server(handler http.Handler, patience, idle time.Duration) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: idle,
		ReadTimeout:       patience,
		WriteTimeout:      patience,
		IdleTimeout:       idle,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnState:         l.follow,

		DisableGeneralOptionsHandler: true, // doors answer OPTIONS * too
	}
}

// serve answers on listener until the lab closes.
func (l *Lab) serve(listener net.Listener, s *http.Server) {
	l.servers = append(l.servers, s)
	l.serving.Go(func() { // either ends with ErrServerClosed
		if s.TLSConfig != nil {
			_ = s.ServeTLS(listener, "", "")
		} else {
			_ = s.Serve(listener)
		}
	})
}

// follow lets Close wait for what is under way.
func (l *Lab) follow(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.live.Add(1)
	case http.StateClosed, http.StateHijacked:
		l.live.Done()
	}
}

// Opened tells all that others need in order to find the lab.
func (l *Lab) Opened() Opened {
	return Opened{Doors: l.Doors(), CloudWatch: l.CloudWatchURL(), Truth: l.TruthURL(), Faults: l.FaultsURL(), CA: l.CAURL(), Credentials: l.config.Credentials[:1]}
}

// Doors tells where the doors are, in the order of the configuration.
func (l *Lab) Doors() []Door {
	doors := make([]Door, len(l.doors))
	for i, d := range l.doors {
		doors[i] = d.Door
	}
	return doors
}

// CloudWatchURL is the endpoint to give to an AWS SDK.
func (l *Lab) CloudWatchURL() string { return l.watch }

// Monitor is the metric store behind the CloudWatch endpoint.
func (l *Lab) Monitor() *cloudwatch.Store { return l.store }

// truthPath is where the endpoint of CloudWatch tells the truth beside.
const truthPath = "/_lab/truth"

// FaultsURL is where faults can be ordered: POST an Injection or a list of
// them, GET those under way or to come, DELETE them all.
func (l *Lab) FaultsURL() string { return l.watch + faultsPath }

// CAURL is where the certificate of the lab's own test CA can be read as PEM.
func (l *Lab) CAURL() string { return l.watch + caPath }

// TruthURL is where the truth can be read as JSON.
func (l *Lab) TruthURL() string { return l.watch + truthPath }

// Truth is what really happened so far.
func (l *Lab) Truth() Truth {
	t := Truth{Seed: l.config.Seed, Account: *l.config.Account, MetricDelay: l.config.MetricDelay, Faults: l.injector.list(time.Now())}
	for _, d := range l.doors {
		t.Doors = append(t.Doors, d.truth())
	}
	t.Metrics = l.store.Truth()
	return t
}

// Close ends every connection, abandons what is under way and returns when
// nothing of the lab runs any more. The truth can still be read.
func (l *Lab) Close() error {
	var errs []error
	hangUp := func() {
		for _, s := range l.servers {
			errs = append(errs, s.Close())
		}
	}
	l.ended()
	hangUp()
	l.injector.close()
	errs = append(errs, l.wheel.Close())
	l.serving.Wait()
	hangUp() // on whoever came in between
	l.live.Wait()
	for _, d := range l.doors {
		for _, end := range d.closers {
			end()
		}
	}
	return errors.Join(errs...)
}
