package accesslog

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

const report = "REPORT RequestId: "

// reportLabels are those of a REPORT line. Source: Lambda developer guide, "Viewing logs in
// CloudWatch Logs". Duration is the first label that ends so.
var reportLabels = []struct {
	label, unit string
	set         setter
}{
	{"\tDuration: ", " ms", length(backendOf, time.Millisecond)},
	{"Billed Duration: ", " ms", length(billedOf, time.Millisecond)},
	{"Memory Size: ", " MB", setMemory},
	{"Max Memory Used: ", " MB", setUsed},
	{"Init Duration: ", " ms", length(initOf, time.Millisecond)},
	{"Restore Duration: ", " ms", length(initOf, time.Millisecond)}, // of SnapStart
}

var lambdaReports = Format{
	Name: "lambda", Title: "log of a Lambda function, REPORT lines",
	is: func(line []byte) bool {
		return startsWith(line, report, "START RequestId: ", "END RequestId: ", "INIT_START ")
	},
	open: func() decoder { return reported },
}

// reported reads REPORT lines. Everything else in the log is the function's own.
func reported(e *Entry, line []byte) (bool, error) {
	i := bytes.Index(line, []byte(report))
	if i < 0 {
		return false, nil
	}
	e.clear(Invocation)
	line = bytes.Replace(line[i:], []byte("  Duration: "), []byte("\tDuration: "), 1)
	for n, l := range reportLabels {
		at := bytes.Index(line, []byte(l.label))
		if at < 0 {
			if n < 3 {
				return false, fmt.Errorf("REPORT line without %q", l.label)
			}
			continue
		}
		v := line[at+len(l.label):]
		end := bytes.Index(v, []byte(l.unit))
		if end < 0 {
			return false, errors.New("REPORT line is cut off")
		}
		if end == 0 {
			return false, errNumber
		}
		if err := l.set(e, v[:end]); err != nil {
			return false, fmt.Errorf("%q %w", l.label, err)
		}
	}
	e.Took = e.Backend
	return true, nil
}

// lambdaFields are keys of platform.report in JSON. Source: Lambda developer guide,
// "Telemetry API schema reference". time is when the invocation ended.
var lambdaFields = map[string]setter{
	"time":              setEndedISO,
	"durationMs":        length(backendOf, time.Millisecond),
	"billedDurationMs":  length(billedOf, time.Millisecond),
	"memorySizeMB":      setMemory,
	"maxMemoryUsedMB":   setUsed,
	"initDurationMs":    length(initOf, time.Millisecond),
	"restoreDurationMs": length(initOf, time.Millisecond),
}

var lambdaJSON = Format{
	Name: "lambda-json", Title: "log of a Lambda function, JSON",
	is: func(line []byte) bool { return isObject(line) && has(line, `"platform.`) },
	open: func() decoder {
		d := objects(Invocation, lambdaFields)
		return func(e *Entry, line []byte) (bool, error) {
			if !isObject(line) || !has(line, `"platform.report"`) {
				return false, nil
			}
			ok, err := d(e, line)
			if ok && err == nil && (e.Backend == Unknown || e.MemoryMB == 0) {
				return false, errors.New("platform.report without durationMs or memorySizeMB")
			}
			e.Took = e.Backend
			return ok, err
		}
	},
}
