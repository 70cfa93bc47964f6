package doors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/s3"
	"tollgate/targets/lab/aws/xray"
	"tollgate/targets/lab/identity"
	"tollgate/targets/lab/timer"
)

// A Set is the front doors of one lab at work. It must be closed.
type Set struct {
	doors     []*door
	domains   []*domain
	functions []*lambda // those of the doors in their order, then the others
	config    Config
	made      time.Time
	store     *cloudwatch.Store
	traces    *xray.Traces
	timer     *timer.Timer
	authority *authority
	injector  *injector
	issuer    *identity.Issuer
	templates map[string]string // of stacks
	objects   *s3.Bucket
	end       context.CancelFunc // of the doors

	addresses []string // of all listeners
	servers   []*http.Server
	serving   sync.WaitGroup // listeners
	live      sync.WaitGroup // connections
}

// Start serves the doors of c, and returns once every one is listening.
func Start(c Config) (*Set, error) {
	c = c.filled()
	if err := c.check(); err != nil {
		return nil, err
	}
	templates, err := c.readTemplates()
	if err != nil {
		return nil, err
	}
	ca, err := newAuthority(time.Now())
	if err != nil {
		return nil, err
	}
	s := &Set{
		config: c, made: time.Now(), templates: templates, timer: timer.New(), authority: ca, injector: &injector{seed: c.Seed}, issuer: c.UserPool.issuer(time.Now),
		store: cloudwatch.New(time.Now, time.Duration(c.MetricDelay)), traces: xray.New(time.Now, region, account),
	}
	if err := s.open(c); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Set) open(c Config) error {
	life, end := context.WithCancel(context.Background())
	s.end = end
	listener, server, err := s.openObjects(c)
	if err != nil {
		return err
	}
	now := time.Now()
	if err := s.openDoors(c, life, now); err != nil {
		return errors.Join(err, listener.Close())
	}
	s.serve(listener, server)
	s.injector.doors = s.doors
	s.store.Distort(s.injector.distortion)
	_, err = s.injector.inject(c.Faults, now)
	return err
}

func (s *Set) openDoors(c Config, life context.Context, now time.Time) error {
	account, functions := newBucket(*c.Account, now), s.makeFunctions(c, life, now)
	s.doors = make([]*door, len(c.Doors))
	open := func(i int, gate *acceptGate) *door {
		d := newDoor(c.Doors[i], c.Seed, dialled(gate.address), account, s.timer, s.issuer, functions, now)
		d.metrics = newMetrics(d, s.store)
		d.gate, d.life = gate, life
		d.shop.objects, d.shop.folder = s.objects, c.Doors[i].Name
		s.doors[i] = d
		return d
	}
	firsts, err := s.listenAtDoors(c)
	for i, gate := range firsts {
		open(i, gate)
	}
	for i, config := range c.Doors {
		if first := c.stageOf(config); first >= 0 && err == nil {
			s.doors[first].adds(open(i, firsts[first]))
		}
	}
	if err == nil {
		err = s.startFunctions(c.Seed)
	}
	if err != nil {
		s.doors = slices.DeleteFunc(s.doors, func(d *door) bool { return d == nil })
		for _, gate := range firsts {
			err = errors.Join(err, gate.Close())
		}
		return err
	}
	for _, d := range s.doors {
		d.putBehind(s.doors, s.authority)
	}
	for i, d := range s.doors {
		if gate := firsts[i]; gate != nil {
			server := s.server(d, d.patience())
			d.listen(server, s.authority)
			s.serve(countedListener{gate, d}, server)
		}
	}
	return s.openDomains(c)
}

// listenAtDoors opens a listener for each door that is no further stage of another one's
// API, by its position.
func (s *Set) listenAtDoors(c Config) (map[int]*acceptGate, error) {
	gates := map[int]*acceptGate{}
	for i, config := range c.Doors {
		if c.stageOf(config) >= 0 {
			continue
		}
		gate, err := newGate(config.Listen)
		if err != nil {
			return gates, cannotListen(fmt.Sprintf("the lab's door %q", config.Name), err)
		}
		gates[i] = gate
		s.addresses = append(s.addresses, gate.address)
	}
	return gates, nil
}

// openDomains serves the custom domain names. Each has HTTP/2 where the stages behind it
// have it, and a certificate for its name.
func (s *Set) openDomains(c Config) error {
	for i, config := range c.Domains {
		listener, err := net.Listen("tcp", config.Listen)
		if err != nil {
			return cannotListen(fmt.Sprintf("the lab's domain %q", config.Name), err)
		}
		s.addresses = append(s.addresses, listener.Addr().String())
		m := newDomain(config, dialled(listener.Addr().String()), s.doors)
		s.domains = append(s.domains, m)
		server := s.server(m, m.patience())
		if err := m.listen(server, s.authority, int64(firstDomain+i)); err != nil {
			return errors.Join(err, listener.Close())
		}
		s.serve(listener, server)
	}
	return nil
}

// startFunctions readies what is behind the functions, which is when all doors know their
// addresses.
func (s *Set) startFunctions(seed uint64) error {
	for _, f := range s.functions {
		if err := f.start(s.store, s.traces, seed); err != nil {
			return err
		}
	}
	for _, d := range s.doors {
		if err := d.accessLog.open(); err != nil {
			return err
		}
		if d.kind.start != nil {
			if err := d.kind.start(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeFunctions makes every function of c.
func (s *Set) makeFunctions(c Config, life context.Context, now time.Time) map[string]*lambda {
	all := functionsOf(c, now)
	for _, name := range c.functionNames() {
		f := all[name]
		f.timer, f.life, f.secret = s.timer, life, c.keysAreSecret()
		s.functions = append(s.functions, f)
	}
	return all
}

// Config is the configuration that is served, with a figure in every place.
func (s *Set) Config() Config { return s.config }

// Serve serves a handler besides the doors, until the set closes, and returns its
// URL. What names it in an error.
func (s *Set) Serve(what, address string, h http.Handler) (url string, err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", cannotListen(what, err)
	}
	s.addresses = append(s.addresses, listener.Addr().String())
	s.serve(listener, s.server(h, time.Minute))
	return "http://" + dialled(listener.Addr().String()), nil
}

// Bounds on what a client may take up, where no documented limit is tighter.
const (
	mostHeaderBytes = 128 << 10 // above every documented limit, so that doors send their own error responses
	idleTime        = 5 * time.Minute
	slack           = time.Minute
)

// patience is how long a request may take at most: net/http counts its
// deadlines from the first byte, modelled waiting included.
func (d *door) patience() time.Duration {
	longest := d.function.longest() + d.overhead.longest()
	for _, f := range d.functions {
		longest = max(longest, f.longest()+d.overhead.longest())
	}
	return max(longest, time.Duration(d.config.Timeout)) + slack
}

// server bounds what clients may take up. A head has no tighter deadline than
// the idle timeout: net/http counts it from the moment a connection is open,
// and would end those that are opened beforehand and wait for their first
// request, which no front door does.
func (s *Set) server(handler http.Handler, patience time.Duration) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: idleTime,
		ReadTimeout:       patience,
		WriteTimeout:      patience,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    mostHeaderBytes,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnState:         s.follow,

		DisableGeneralOptionsHandler: true, // doors answer OPTIONS * too
	}
}

func (s *Set) serve(listener net.Listener, server *http.Server) {
	s.servers = append(s.servers, server)
	s.serving.Go(func() { // either ends with ErrServerClosed
		if server.TLSConfig != nil {
			_ = server.ServeTLS(listener, "", "")
		} else {
			_ = server.Serve(listener)
		}
	})
}

// follow lets Close wait for what is under way.
func (s *Set) follow(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.live.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.live.Done()
	}
}

// Doors are the doors' addresses and names, in the order of the configuration.
func (s *Set) Doors() []Door {
	doors := make([]Door, len(s.doors))
	for i, d := range s.doors {
		doors[i] = d.Door
	}
	return doors
}

// Issuer issues the tokens that the doors' own authorizers accept.
func (s *Set) Issuer() *identity.Issuer { return s.issuer }

// CA is the certificate of the set's own test CA, as PEM.
func (s *Set) CA() string { return s.authority.pem() }

// FlushCaches empties the cache of a door, or of all where the name is "". It
// returns false where there is none.
func (s *Set) FlushCaches(door string) (flushed bool) {
	for _, d := range s.doors {
		if d.cache != nil && (door == "" || door == d.Name) {
			d.cache.flush()
			flushed = true
		}
		if d.edge != nil && (door == "" || door == d.Name) {
			d.edge.flush()
			flushed = true
		}
	}
	return flushed
}

// Close ends every connection, abandons what is under way and returns when
// nothing of the set runs any more. The truth can still be read.
func (s *Set) Close() error {
	var errs []error
	hangUp := func() {
		for _, server := range s.servers {
			errs = append(errs, server.Close())
		}
	}
	s.end()
	hangUp()
	s.injector.close()
	errs = append(errs, s.timer.Close())
	s.serving.Wait()
	hangUp() // on connections that came in between
	s.live.Wait()
	s.endFunctions()
	for _, d := range s.doors {
		errs = append(errs, d.accessLog.close())
	}
	return errors.Join(errs...)
}

// endFunctions ends what is behind the doors, and waits for what is under way there.
func (s *Set) endFunctions() {
	for _, f := range s.functions {
		f.end()
	}
	for _, d := range s.doors {
		d.background.Wait()
		for _, end := range d.closers {
			end()
		}
	}
	for _, f := range s.functions {
		for _, end := range f.rest {
			end()
		}
	}
}

func cannotListen(what string, err error) error {
	remedy := ""
	if errors.Is(err, syscall.EADDRINUSE) {
		remedy = ": another program listens there; choose another port, or leave listen out for a free one"
	}
	return fmt.Errorf("%s cannot listen: %w%s", what, err, remedy)
}

// Exposed lists the addresses of the lab that other machines can reach.
func (s *Set) Exposed() (addresses []string) {
	for _, address := range s.addresses {
		if ip, err := netip.ParseAddrPort(address); err != nil || !ip.Addr().IsLoopback() {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// dialled is where clients on this machine find a listener: one at all of its
// addresses, which Go opens for IPv4 and IPv6 alike, is at loopback as well.
func dialled(address string) string {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsUnspecified() {
		return address
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port()).String()
}
