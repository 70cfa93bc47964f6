package session

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// writable makes the folder for run directories, and checks that a file can be made
// in it.
func writable(out string) error {
	err := os.MkdirAll(out, 0o755)
	if err == nil {
		const tried = "writable"
		results.RemoveLeft(out, func(file string) bool { return file == tried })
		var f *os.File
		if f, err = os.CreateTemp(out, "."+tried+"-*"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("cannot write results to %s: %w; choose another folder with --out", out, err)
	}
	return nil
}

// reachTimeout is how long a target may take to accept one connection before any
// load is sent.
const reachTimeout = 10 * time.Second

// patience is the longest timeout of any request, and reachTimeout at most.
func patience(s *scenarios.Scenario) time.Duration {
	var longest time.Duration
	for _, r := range s.Requests {
		longest = max(longest, cmp.Or(r.Timeout, reachTimeout))
	}
	return min(cmp.Or(longest, reachTimeout), reachTimeout)
}

func stamps(ctx context.Context, c *Config, ts []targets.Target) ([]targets.Stamp, error) {
	all := make([]targets.Stamp, len(ts))
	if c.Stamp == nil {
		return all, nil
	}
	var problems []error
	for i, t := range ts {
		var err error
		if all[i], err = c.Stamp(ctx, t); err != nil {
			problems = append(problems, fmt.Errorf("target %q: %w", t.Name, err))
		}
	}
	return all, errors.Join(problems...)
}

// A preflight is how targets are tried before any load.
type preflight struct {
	wording
	patience time.Duration
}

func preflightOf(s *scenarios.Scenario) preflight {
	return preflight{wordingOf(s), patience(s)}
}

// reach opens one connection to each target, and closes it again: if a target is
// unreachable, no load is sent to the others either.
func (p preflight) reach(ctx context.Context, ts []targets.Target) error {
	problems := make([]error, len(ts))
	var all sync.WaitGroup
	for i, t := range ts {
		all.Go(func() { problems[i] = p.reachOne(ctx, t) })
	}
	all.Wait()
	return errors.Join(problems...)
}

func (p preflight) reachOne(ctx context.Context, t targets.Target) error {
	if t.URL == nil || t.URL.Hostname() == "" {
		return fmt.Errorf("target %q has no address: give it a url in %s", t.Name, p.file)
	}
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	_, addr := t.Dials()
	remedy, why := p.unreachable(ctx, t)
	if why == nil {
		return nil
	}
	return fmt.Errorf("target %q cannot be reached at %s: %w; %s (no load was sent)", t.Name, addr, why, remedy)
}

// unreachable says why no connection can be opened to a target, and what to do.
func (p preflight) unreachable(ctx context.Context, t targets.Target) (remedy string, why error) {
	conn, err := load.Connect(ctx, t)
	if err != nil {
		return p.unconnected(t, err), p.plainly(t, err)
	}
	defer func() { _ = conn.Close() }()
	if t.URL.Scheme != "https" {
		return "", nil
	}
	err, remedy = load.Handshake(ctx, conn, t, p.http), "correct that at the server, or "+p.address()
	switch r := p.certificate(load.Distrust(err)); {
	case r != "":
		remedy = r
	case load.NoProtocol(err) && p.http == scenarios.HTTP2:
		remedy = p.withoutHTTP2()
	}
	if load.Untrusted(err) {
		remedy = "name the file with that authority's certificate, or with the server's own if it is self-signed (" + p.either("--cacert ca.pem", "tls: {ca: ca.pem}") +
			"), let this machine trust it (on Linux also SSL_CERT_FILE=ca.pem), or correct " + p.address()
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		remedy = "write http:// in place of https:// in " + p.address()
	}
	return remedy, inHandshake(err, p.patience)
}

// unconnected is what helps where no connection can be opened.
func (w wording) unconnected(t targets.Target, err error) string {
	where := w.address()
	switch c := t.Connection; {
	case c.Source != "" && (load.FromHere(err) || noAddress(err)):
		return "correct " + w.key("source_address")
	case c.IP != targets.AnyIP && noAddress(err):
		return w.either(fmt.Sprintf("leave out -%d", c.IP), "correct ip")
	case c.Proxy != nil && load.Untrusted(err):
		return w.either("name a file with that authority for the proxy (--proxy-cacert ca.pem)", "name a file with that authority for the proxy (proxy_tls: {ca: ca.pem})")
	case c.Proxy != nil:
		return "correct " + w.key("proxy") + ", or ask those who run the proxy"
	case c.UnixSocket != "":
		where = w.key("unix_socket")
	case c.ConnectTo != "":
		where = w.key("connect_to")
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "check the host name in " + where
	}
	return "start it, or correct " + where
}

// noAddress reports whether a name has no address of the version of IP that is asked for.
func noAddress(err error) bool {
	_, ok := errors.AsType[*net.AddrError](err)
	return ok
}

func inHandshake(err error, patience time.Duration) error {
	op, known := errors.AsType[*net.OpError](err)
	switch why := load.Distrust(err); {
	case err == nil:
		return nil
	case why != "":
		return errors.New(why)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer in the TLS handshake within %v", patience)
	case known && op.Op == "remote error":
		return fmt.Errorf("the server refused the TLS handshake: %w", op.Err)
	case known, errors.Is(err, io.EOF):
		return fmt.Errorf("the server ended the connection in the TLS handshake: %w", plainly(err))
	default:
		return err
	}
}

// plainly is why no connection could be opened to a target, in the words of people.
func (p preflight) plainly(t targets.Target, err error) error {
	_, unnamed := errors.AsType[*net.DNSError](err)
	switch c := t.Connection; {
	case errors.Is(err, context.DeadlineExceeded) && !unnamed:
		return fmt.Errorf("no answer within %v", p.patience)
	case noAddress(err) && c.Source != "":
		return fmt.Errorf("it has no address of the version of IP of source_address, %s", c.Source)
	case noAddress(err) && c.IP != targets.AnyIP:
		return fmt.Errorf("it has no IPv%d address", c.IP)
	}
	return plainly(err)
}

func plainly(err error) error {
	if through, ok := errors.AsType[*load.ProxyError](err); ok {
		return through
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		return op.Err
	}
	return err
}

func atLab(ts []targets.Target) bool {
	return slices.ContainsFunc(ts, func(t targets.Target) bool { return t.Lab })
}
