package doors

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tollgate/targets"
)

// Validate says everything that is wrong with c, each with the way out.
func (c Config) Validate() error { return c.filled().check() }

func (c Config) check() error {
	faults := &faultList{}
	faults.listen("listen", c.Listen, c.Beyond)
	faults.span("metric_delay", c.MetricDelay, 0, time.Hour)
	faults.throttle("account", *c.Account)
	c.Function.check("function", faults)
	for i, k := range c.Credentials {
		k.check(fmt.Sprintf("credentials[%d]", i), faults)
	}
	names, groups, listening := map[string]int{}, map[string]int{}, map[string]string{c.Listen: "listen"}
	for i, d := range c.Doors {
		at := fmt.Sprintf("doors[%d].listen", i)
		faults.listen(at, d.Listen, c.Beyond)
		if before := listening[d.Listen]; before != "" && !strings.HasSuffix(d.Listen, ":0") {
			faults.add("%s: %s is the address of %s already", at, d.Listen, before)
		}
		listening[d.Listen] = at
		d.check(fmt.Sprintf("doors[%d]", i), faults)
		if !reflect.DeepEqual(*d.Function, c.Function) { // what it shares is checked
			d.Function.check(fmt.Sprintf("doors[%d].function", i), faults)
		}
		if before, taken := names[d.Name]; taken {
			faults.add("doors[%d].name: %q is the name of doors[%d] already; give each door its own", i, d.Name, before)
		}
		names[d.Name] = i
		if before, taken := groups[d.Function.LogGroup]; taken && d.Function.LogGroup != "" {
			faults.add("doors[%d].function.log_group: %q is that of doors[%d] already; give each function its own", i, d.Function.LogGroup, before)
		}
		groups[d.Function.LogGroup] = i
	}
	for i, in := range c.Faults {
		in.check(fmt.Sprintf("faults[%d]", i), c.Doors, faults)
	}
	return errors.Join(*faults...)
}

var (
	plainName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`) // as targets are named
	planMethod = regexp.MustCompile(`^/.*/[A-Z]{1,16}$`)
	plainStage = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
)

func (d DoorConfig) check(at string, faults *faultList) {
	if _, served := builders[d.Kind]; !served {
		faults.add("%s.kind: the lab has no %q; it serves %s", at, d.Kind, servedKinds())
	}
	if !plainName.MatchString(d.Name) {
		faults.add("%s.name: %q must be 1 to 64 letters, digits, _, . or -, the first a letter or digit", at, d.Name)
	}
	faults.distribution(at+".overhead", *d.Overhead)
	faults.span(at+".timeout", d.Timeout, 0, longestFunction)
	rest := d.Kind == targets.RESTAPI.Name
	staged := rest || d.Kind == targets.HTTPAPI.Name
	switch {
	case d.Stage != "" && !staged:
		faults.add("%s.stage: only REST and HTTP APIs have stages", at)
	case staged && !plainStage.MatchString(d.Stage) && (rest || d.Stage != defaultStage):
		faults.add("%s.stage: %q must be 1 to 128 letters, digits, - or _", at, d.Stage)
	}
	d.checkPlans(at, rest, faults)
	if d.Cache != nil {
		d.Cache.check(at+".cache", rest, faults)
	}
	d.checkRoutes(at, faults)
	d.checkRules(at, faults)
	d.checkFunctionURL(at, faults)
	d.checkEvents(at, faults)
	if d.Throttle != nil {
		if !staged {
			faults.add("%s.throttle: only REST and HTTP APIs have stages to throttle", at)
		}
		faults.throttle(at+".throttle", *d.Throttle)
	}
	if d.CORS != nil {
		if !staged {
			faults.add("%s.cors: only REST and HTTP APIs answer for pages", at)
		}
		d.CORS.check(at+".cors", faults)
	}
	if d.Detailed && !staged {
		faults.add("%s.detailed_metrics: only REST and HTTP APIs have metrics of each route", at)
	}
	if d.Edge && !rest {
		faults.add("%s.edge: only REST APIs are edge-optimised", at)
	}
}

func (k Cache) check(at string, rest bool, faults *faultList) {
	if !rest {
		faults.add("%s: only REST APIs have a cache", at)
	}
	faults.span(at+".ttl", k.TTL, time.Nanosecond, longestTTL)
	if k.Invalidation != nil {
		k.Invalidation.check(at+".invalidation", faults)
	}
	if k.Bytes < largestCached {
		faults.add("%s.bytes: %d is less than one response may have; give at least %d", at, k.Bytes, largestCached)
	}
}

func (f Function) check(at string, faults *faultList) {
	f.checkProcess(at, faults)
	faults.distribution(at+".init", *f.Init)
	faults.distribution(at+".duration", *f.Warm)
	faults.span(at+".timeout", f.Timeout, time.Nanosecond, longestFunction)
	faults.span(at+".idle", f.Idle, time.Nanosecond, 24*time.Hour)
	if *f.Concurrency < 0 || *f.Concurrency > 100_000 {
		faults.add("%s.concurrency: %d must be 0 to 100000", at, *f.Concurrency)
	}
	if f.Provisioned < 0 || f.Provisioned > *f.Concurrency {
		faults.add("%s.provisioned: %d must be 0 to the concurrency, %d", at, f.Provisioned, *f.Concurrency)
	}
	if !(f.Proactive >= 0 && f.Proactive <= 1) {
		faults.add("%s.proactive: %v is a share; it must be 0 to 1", at, f.Proactive)
	}
	faults.throttle(at+".scaling", *f.Scaling)
	f.Tracing.check(at+".tracing", faults)
	if !(f.Thrown >= 0 && f.Malformed >= 0 && f.Thrown+f.Malformed <= 1) {
		faults.add("%s: thrown and malformed are shares; they must be 0 to 1, also together", at)
	}
}

// A faultList gathers what is wrong, so that it is all said at once.
type faultList []error

func (l *faultList) add(format string, args ...any) { *l = append(*l, fmt.Errorf(format, args...)) }

func (l *faultList) span(at string, d Duration, from, to time.Duration) {
	if time.Duration(d) < from || time.Duration(d) > to {
		l.add("%s: %v must be from %v to %v", at, d, from, to)
	}
}

func (l *faultList) distribution(at string, d LogNormal) {
	l.span(at+".median", d.Median, 0, longestFunction)
	if !(d.Sigma >= 0 && d.Sigma <= 3) {
		l.add("%s.sigma: %v must be from 0 to 3", at, d.Sigma)
	}
}

func (l *faultList) throttle(at string, t Throttle) {
	if !(t.Rate >= 0.001 && t.Rate <= 1e6) {
		l.add("%s.rate_per_s: %v must be from 0.001 to 1000000", at, t.Rate)
	}
	if t.Burst < 1 || t.Burst > 1e6 {
		l.add("%s.burst: %d must be from 1 to 1000000", at, t.Burst)
	}
}

// listen refuses what is no address, and every one that another machine could
// reach unless that is wanted.
func (l *faultList) listen(at, address string, beyond bool) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		l.add("%s: %q is not host:port, such as 127.0.0.1:8080", at, address)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		l.add("%s: the port %q must be a number from 0, for any that is free, to 65535", at, port)
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case err == nil && ip.IsLoopback():
	case !beyond:
		l.add("%s: the lab serves this machine only; %q must be 127.0.0.1 or ::1, unless beyond_loopback is true", at, host)
	case err != nil:
		l.add("%s: %q must be an address of this machine, such as 0.0.0.0 for all", at, host)
	}
}

func servedKinds() string {
	var names []string
	for _, k := range targets.Kinds {
		if _, served := builders[k.Name]; served {
			names = append(names, k.Name)
		}
	}
	return strings.Join(names, ", ")
}
