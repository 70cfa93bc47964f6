package imports

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tollgate/results"
)

// A vegetaResult is what is read of one of vegeta's results. Bodies and headers are
// left out: they are large, and may hold secrets.
// Source: github.com/tsenart/vegeta v12.13.0, lib/results.go.
type vegetaResult struct {
	Attack    string        `json:"attack"`
	Code      uint16        `json:"code"`
	Timestamp time.Time     `json:"timestamp"`
	Latency   time.Duration `json:"latency"`
	BytesOut  uint64        `json:"bytes_out"`
	BytesIn   uint64        `json:"bytes_in"`
	Error     string        `json:"error"`
	Method    string        `json:"method"`
	URL       string        `json:"url"`
}

// vegetaLacks is what vegeta does not record. Its latency is from when a request was begun,
// not from when it was due, and it keeps nothing of its own state.
var vegetaLacks = []results.Lack{results.LackGenerator, results.LackDue, results.LackConnections, results.LackMachine}

func newVegeta(r *Recording) {
	r.Program, r.Keeps, r.Lacks = "vegeta", results.KeepsSamples, vegetaLacks
	r.note("vegeta counts the bytes of bodies alone, without headers")
}

// vegeta takes in one result.
func (r *Recording) vegeta(v *vegetaResult, o *Options) error {
	target, err := r.target(o.targetOr(v.Attack))
	if err != nil {
		return err
	}
	if v.BytesOut > maxSize || v.BytesIn > maxSize || v.Code > 999 {
		return fmt.Errorf("sizes of %d and %d bytes with status code %d are not those of a result", v.BytesOut, v.BytesIn, v.Code)
	}
	if y := v.Timestamp.Year(); y < 1970 || y > 2200 {
		return fmt.Errorf("the time of the result is in the year %d, and must be from 1970 to 2200", y)
	}
	s := sample{
		at: v.Timestamp.UnixNano(), took: int64(v.Latency), out: int64(v.BytesOut), in: int64(v.BytesIn),
		target: target, request: r.request(requestOf(v.Method, v.URL)), code: v.Code,
	}
	r.located(target, v.URL)
	switch {
	case v.Error == "":
	case v.Code > 0 && strings.HasPrefix(v.Error, strconv.Itoa(int(v.Code))):
		if v.Code < 400 { // it repeats the status: a check failed
			s.err = results.ErrUnexpected
		}
	default:
		s.err = classOf(v.Error)
		r.failed(&s, v.Error)
	}
	if v.Error == "" && v.Code == 0 {
		s.err = results.ErrReset // no response, and no word why
	}
	return r.add(s)
}

// readGob reads what vegeta attack writes.
func readGob(in io.Reader, r *Recording, o *Options) error {
	newVegeta(r)
	d := gob.NewDecoder(&gobFrames{from: in})
	for n := 1; ; n++ {
		var v vegetaResult
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, io.ErrUnexpectedEOF) && n > 1 {
			r.note("the file ends in the middle of a result, which is left out: the recording was cut off")
			return nil
		}
		if err == nil {
			err = r.vegeta(&v, o)
		}
		if err != nil {
			return fmt.Errorf("result %d: %w", n, err)
		}
	}
}

// readVegetaJSON reads what vegeta encode --to json writes.
func readVegetaJSON(in io.Reader, r *Recording, o *Options) error {
	newVegeta(r)
	lines := newLines(in)
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return lines.problem(err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var v vegetaResult
		if err = json.Unmarshal(line, &v); err != nil && lines.cut {
			r.note("the file ends in the middle of a line, which is left out: the recording was cut off")
			return nil
		}
		if err != nil {
			err = fmt.Errorf("not a result of vegeta in JSON: %w", err)
		} else {
			err = r.vegeta(&v, o)
		}
		if err := lines.collect(err); err != nil {
			return err
		}
	}
}

// readVegetaCSV reads what vegeta encode --to csv writes.
func readVegetaCSV(in io.Reader, r *Recording, o *Options) error {
	newVegeta(r)
	rows := newRows(in)
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return rows.end(r)
		}
		if err != nil {
			return err
		}
		rows.collect(r.vegetaRow(row, o))
	}
}

// vegetaFields is how many fields a row has.
const vegetaFields = 12

func (r *Recording) vegetaRow(row []string, o *Options) error {
	if len(row) != vegetaFields {
		return fmt.Errorf("%d fields, and vegeta writes %d", len(row), vegetaFields)
	}
	v := vegetaResult{Error: row[5], Attack: row[7], Method: row[9], URL: row[10]}
	at, err1 := strconv.ParseInt(row[0], 10, 64)
	code, err2 := strconv.ParseUint(row[1], 10, 16)
	took, err3 := strconv.ParseInt(row[2], 10, 64)
	var err4, err5 error
	v.BytesOut, err4 = strconv.ParseUint(row[3], 10, 64)
	v.BytesIn, err5 = strconv.ParseUint(row[4], 10, 64)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return fmt.Errorf("want time, status, latency and sizes as whole numbers, not %.80q", strings.Join(row[:5], ","))
	}
	v.Timestamp, v.Code, v.Latency = time.Unix(0, at), uint16(code), time.Duration(took)
	return r.vegeta(&v, o)
}
