package accesslog

import (
	"bytes"
	"errors"
	"time"
)

// A setter puts a field's value into an entry. Values are never empty, and never "-",
// which stands for nothing in all of these logs.
type setter func(e *Entry, v []byte) error

// A field is a field of a log by its name in the documentation.
type field struct {
	name string
	set  setter // nil: nothing of it is wanted
}

var (
	errNumber = errors.New("is not a number")
	errStatus = errors.New("is not a status code")
)

// saysNone are the fields of which a "-" says something: no backend answered.
func saysNone(name []byte) bool {
	name = bytes.TrimPrefix(name, []byte("context."))
	switch string(name) {
	case "integration.status", "integrationStatus", "integration.integrationStatus", "upstream_status":
		return true
	}
	return false
}

// none says whether a value stands for nothing.
func none(v []byte) bool { return len(v) == 0 || (len(v) == 1 && v[0] == '-') }

func text(of func(e *Entry) *[]byte) setter {
	return func(e *Entry, v []byte) error { *of(e) = v; return nil }
}

var (
	setMethod = text(func(e *Entry) *[]byte { return &e.Method })
	setQuery  = text(func(e *Entry) *[]byte { return &e.Query })
	setRoute  = text(func(e *Entry) *[]byte { return &e.Route })
	setStage  = text(func(e *Entry) *[]byte { return &e.Stage })
	setHost   = text(func(e *Entry) *[]byte { return &e.Host })
	setUser   = text(func(e *Entry) *[]byte { return &e.User })
	setAgent  = text(func(e *Entry) *[]byte { return &e.Agent })
	setGroup  = text(func(e *Entry) *[]byte { return &e.Group })
	setEdge   = text(func(e *Entry) *[]byte { return &e.Edge })
	setEvent  = text(func(e *Entry) *[]byte { return &e.Event })
	setConn   = text(func(e *Entry) *[]byte { return &e.Conn })
	setClient = text(func(e *Entry) *[]byte { return &e.Client })
)

// setPath keeps a query apart that stands behind the path.
func setPath(e *Entry, v []byte) error {
	path, query, found := bytes.Cut(v, []byte("?"))
	e.Path = path
	if found {
		e.Query = query
	}
	return nil
}

// setAddress leaves out the port of ip:port.
func setAddress(e *Entry, v []byte) error {
	if i := bytes.LastIndexByte(v, ':'); i > 0 && (v[0] == '[' || bytes.IndexByte(v, ':') == i) {
		v = v[:i]
	}
	e.Client = v
	return nil
}

// setRequestLine reads GET https://host:443/path?query HTTP/1.1, or a path alone in place of
// the address.
func setRequestLine(e *Entry, v []byte) error {
	method, rest, ok := bytes.Cut(v, []byte(" "))
	if !ok || len(method) == 0 {
		return errors.New("is not a request line")
	}
	address := rest
	if i := bytes.LastIndexByte(rest, ' '); i >= 0 {
		address = rest[:i]
	}
	if string(method) != "-" {
		e.Method = method
	}
	if i := bytes.Index(address, []byte("://")); i > 0 && i < 8 {
		address = address[i+3:]
		slash := bytes.IndexByte(address, '/')
		if slash < 0 {
			slash = len(address)
		}
		if e.Host == nil {
			e.Host = withoutPort(bytes.TrimRight(address[:slash], "-"))
		}
		address = address[slash:]
	}
	if none(address) {
		return nil
	}
	return setPath(e, address)
}

func withoutPort(host []byte) []byte {
	if i := bytes.LastIndexByte(host, ':'); i > 0 && digits(host[i+1:]) >= 0 {
		return host[:i]
	}
	return host
}

func whole(of func(e *Entry) *int64) setter {
	return func(e *Entry, v []byte) error {
		n := digits(v)
		if n < 0 {
			return errNumber
		}
		*of(e) = n
		return nil
	}
}

var (
	setOut    = whole(func(e *Entry) *int64 { return &e.Out })
	setIn     = whole(func(e *Entry) *int64 { return &e.In })
	setMemory = whole(func(e *Entry) *int64 { return &e.MemoryMB })
	setUsed   = whole(func(e *Entry) *int64 { return &e.UsedMB })
)

// setAllIn and setAllOut are bytes that include headers.
func setAllIn(e *Entry, v []byte) error  { e.WithHeaders = true; return setIn(e, v) }
func setAllOut(e *Entry, v []byte) error { e.WithHeaders = true; return setOut(e, v) }

func readStatus(v []byte) (int64, error) {
	if n := digits(v); len(v) == 3 && n >= 0 && (n == 0 || n >= 100) {
		return n, nil
	}
	return Unknown, errStatus
}

func setStatus(e *Entry, v []byte) (err error) {
	e.Status, err = readStatus(v)
	return err
}

// setBackendStatus takes the last of several, where a server tried one after the other.
func setBackendStatus(e *Entry, v []byte) (err error) {
	if i := bytes.LastIndexAny(v, ", :"); i >= 0 {
		v = v[i+1:]
	}
	if none(v) {
		e.BackendStatus = 0
		return nil
	}
	e.BackendStatus, err = readStatus(v)
	return err
}

// decimal reads 0.086 in thousandths and smaller parts of a unit.
func decimal(v []byte, unit time.Duration) (time.Duration, error) {
	i := bytes.IndexByte(v, '.')
	if i < 0 {
		i = len(v)
	}
	whole := int64(0)
	if i > 0 {
		whole = digits(v[:i])
	}
	if whole < 0 || len(v) == 0 || whole > int64(400*24*time.Hour/unit) {
		return Unknown, errNumber
	}
	d, part := time.Duration(whole)*unit, unit
	for _, c := range v[min(i+1, len(v)):] {
		if c < '0' || c > '9' {
			return Unknown, errNumber
		}
		part /= 10
		d += time.Duration(c-'0') * part
	}
	return d, nil
}

// length sets a duration, in a unit. A negative one is none: -1 is what load balancers log
// where nothing was sent on.
func length(of func(e *Entry) *time.Duration, unit time.Duration) setter {
	return func(e *Entry, v []byte) (err error) {
		if v[0] == '-' {
			return nil
		}
		d, err := decimal(v, unit)
		*of(e) = d
		return err
	}
}

func tookOf(e *Entry) *time.Duration    { return &e.Took }
func backendOf(e *Entry) *time.Duration { return &e.Backend }
func initOf(e *Entry) *time.Duration    { return &e.Init }
func billedOf(e *Entry) *time.Duration  { return &e.Billed }

// addTook adds a part of the time that the request took.
func addTook(e *Entry, v []byte) error {
	if v[0] == '-' {
		return nil
	}
	d, err := decimal(v, time.Second)
	if err == nil {
		e.Took = max(e.Took, 0) + d
	}
	return err
}

func setEndedISO(e *Entry, v []byte) error   { return timed(e, v, readISO, (*Entry).ends) }
func setArrivedISO(e *Entry, v []byte) error { return timed(e, v, readISO, (*Entry).arrives) }
func setArrivedCLF(e *Entry, v []byte) error { return timed(e, v, readCLF, (*Entry).arrives) }
func setEndedCLF(e *Entry, v []byte) error   { return timed(e, v, readCLF, (*Entry).ends) }

func timed(e *Entry, v []byte, read func([]byte) (int64, time.Duration, error), note func(*Entry, int64, time.Duration)) error {
	at, resolution, err := read(v)
	if err == nil {
		note(e, at, resolution)
	}
	return err
}

// latest is the last moment that a number of milliseconds since 1970 may be: the year 2200.
const latest = 7_258_118_400_000

func setArrivedMS(e *Entry, v []byte) error {
	n := digits(v)
	if n <= 0 || n > latest {
		return errTime
	}
	e.arrives(n*int64(time.Millisecond), time.Millisecond)
	return nil
}

func setEndedMS(e *Entry, v []byte) error {
	n := digits(v)
	if n <= 0 || n > latest {
		return errTime
	}
	e.ends(n*int64(time.Millisecond), time.Millisecond)
	return nil
}

// setEndedSeconds reads seconds since 1970 with decimals, nginx's $msec.
func setEndedSeconds(e *Entry, v []byte) error {
	whole, _, _ := bytes.Cut(v, []byte("."))
	n := digits(whole)
	if n <= 0 || n > latest/1000 {
		return errTime
	}
	fraction, rest, resolution := readFraction(v[len(whole):])
	if len(rest) > 0 {
		return errTime
	}
	e.ends(n*int64(time.Second)+fraction, resolution)
	return nil
}

func setOpenedMS(e *Entry, v []byte) error {
	n := digits(v)
	if n <= 0 || n > latest {
		return errTime
	}
	e.Opened = n * int64(time.Millisecond)
	return nil
}
