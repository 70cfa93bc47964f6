package doors

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"

	"tollgate/targets/lab/function/runtime"
)

// invocationID makes up the id of an invocation.
func invocationID() (id runtime.RequestID) {
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// requestID makes up a request id as Lambda and REST APIs write it: a UUID.
func requestID() string { return invocationID().String() }

// gatewayID makes up a request id as API Gateway's own: 11 bytes in base64.
func gatewayID() string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], rand.Uint64())
	return base64.StdEncoding.EncodeToString(raw[:11])
}

// The parts of a tracing header around its id.
const (
	traceRoot       = "Root="
	traceSampled    = ";Sampled=1"
	traceNotSampled = ";Sampled=0"
)

// traceID makes up what X-Ray calls a trace: a version, the second, 96 bits.
// Source: X-Ray developer guide, "Tracing header".
func traceID(now time.Time, sampled bool) string {
	const prefix = traceRoot + "1-"
	suffix := traceNotSampled
	if sampled {
		suffix = traceSampled
	}
	var raw [20]byte
	binary.BigEndian.PutUint32(raw[:4], uint32(now.Unix()))
	binary.LittleEndian.PutUint64(raw[4:12], rand.Uint64())
	binary.LittleEndian.PutUint64(raw[12:20], rand.Uint64())
	text := make([]byte, 0, len(prefix)+8+1+24+len(suffix))
	text = append(text, prefix...)
	text = hex.AppendEncode(text, raw[:4])
	text = append(text, '-')
	text = hex.AppendEncode(text, raw[4:16])
	return string(append(text, suffix...))
}
