package lab

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"
)

// requestID makes up a request id as Lambda and REST APIs write it: a UUID.
func requestID() string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], rand.Uint64())
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[0:8], raw[0:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:], raw[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// gatewayID makes up a request id as API Gateway's own: 11 bytes in base64.
func gatewayID() string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], rand.Uint64())
	return base64.StdEncoding.EncodeToString(raw[:11])
}

// traceID makes up what X-Ray calls a trace: a version, the second, 96 bits.
// Source: X-Ray developer guide, "Tracing header".
func traceID(now time.Time) string {
	const prefix, suffix = "Root=1-", ";Sampled=0"
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
