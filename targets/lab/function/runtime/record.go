package runtime

import "time"

// A record is a Report as a log keeps it: small, and without pointers that a
// garbage collection would have to follow.
type record struct {
	at, duration, init int64 // nanoseconds
	id                 RequestID
	memory, used       int32
	status             Status
	errorType          uint8 // place in the log's table of error types
}

// pack makes r small. What is billed follows from the rest.
func (l *Log) pack(r Report) record {
	return record{
		at: r.Time.UnixNano(), duration: int64(r.Duration), init: int64(r.InitDuration), id: r.RequestID,
		memory: int32(r.MemorySize), used: int32(r.MaxMemoryUsed), status: r.Status, errorType: l.place(r.ErrorType),
	}
}

// place finds an error type in the table. A function that makes up ever new
// ones finds it full: the first place then says so.
func (l *Log) place(errorType string) uint8 {
	if errorType == "" {
		return 0
	}
	if place, known := l.places[errorType]; known {
		return place
	}
	const full = 255
	if len(l.errorTypes) == full {
		l.errorTypes = append(l.errorTypes, "Function.Error")
	}
	if len(l.errorTypes) > full {
		return full
	}
	if l.places == nil {
		l.places, l.errorTypes = map[string]uint8{}, []string{""}
	}
	place := uint8(len(l.errorTypes))
	l.places[errorType], l.errorTypes = place, append(l.errorTypes, errorType)
	return place
}

func (l *Log) unpack(r *record) Report {
	report := Report{
		Time: time.Unix(0, r.at), RequestID: r.id, Duration: time.Duration(r.duration), InitDuration: time.Duration(r.init),
		BilledDuration: Billed(time.Duration(r.init), time.Duration(r.duration)),
		MemorySize:     int(r.memory), MaxMemoryUsed: int(r.used), Status: r.status,
	}
	if r.errorType > 0 {
		report.ErrorType = l.errorTypes[r.errorType]
	}
	return report
}
