package otlp

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// rejectedOf is what a receiver that took a message says it did not take of it; "" where
// it took all, or does not say so in the protocol's words.
func rejectedOf(reply []byte) string {
	var r collector.ExportMetricsServiceResponse
	if proto.Unmarshal(reply, &r) != nil || r.PartialSuccess == nil {
		return ""
	}
	n, said := r.PartialSuccess.RejectedDataPoints, oneLine(r.PartialSuccess.ErrorMessage)
	switch {
	case n <= 0:
		return said // a warning
	case said == "":
		said = "it does not say why"
	}
	return fmt.Sprintf("%d data points were rejected: %s", n, said)
}

// saidBy is what a receiver says of a message that it did not take: a google.rpc.Status,
// whose field 2 is its message, or text.
func saidBy(contentType string, reply []byte) string {
	switch media, _, _ := strings.Cut(contentType, ";"); strings.TrimSpace(strings.ToLower(media)) {
	case "application/x-protobuf":
		return oneLine(statusMessage(reply))
	case "text/plain", "application/json":
		return oneLine(string(reply))
	}
	return ""
}

func statusMessage(reply []byte) string {
	for len(reply) > 0 {
		field, kind, n := protowire.ConsumeTag(reply)
		if n < 0 {
			return ""
		}
		reply = reply[n:]
		if field == 2 && kind == protowire.BytesType {
			message, _ := protowire.ConsumeBytes(reply)
			return string(message)
		}
		if n = protowire.ConsumeFieldValue(field, kind, reply); n < 0 {
			return ""
		}
		reply = reply[n:]
	}
	return ""
}

// mostSaid is how much of a receiver's words is repeated, in bytes.
const mostSaid = 300

// oneLine is a text of others as the part of a sentence.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(s) > mostSaid {
		cut := mostSaid
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}
