package logs

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A record is a line with the fields that were found in it.
type record struct {
	at     time.Time
	fields map[string]string
}

// stampForm is how timestamps are written.
const stampForm = "2006-01-02 15:04:05.000"

func newRecord(group string, n int, line Line) record {
	r := record{at: line.Time, fields: map[string]string{
		"@timestamp": line.Time.UTC().Format(stampForm), "@ingestionTime": line.Time.UTC().Format(stampForm),
		"@message": line.Message, "@logStream": line.Stream, "@log": "123456789012:" + group,
		"@ptr": base64.RawStdEncoding.EncodeToString(fmt.Appendf(nil, "%s %d %d", group, line.Time.UnixNano(), n)),
	}}
	if strings.HasPrefix(line.Message, "{") {
		r.discoverJSON(line.Message)
	} else {
		r.discoverLambda(line.Message)
	}
	return r
}

// discoverLambda finds what Lambda's own lines say: their type, and by name and
// unit whatever fields follow, apart by tabs.
// Source: CloudWatch Logs user guide, "Supported logs and discovered fields".
func (r record) discoverLambda(message string) {
	kind, rest, _ := strings.Cut(strings.TrimRight(message, "\r\n\t"), " ")
	switch kind {
	case "START", "END", "REPORT", "INIT_START":
		r.fields["@type"] = kind
	default:
		return
	}
	for field := range strings.SplitSeq(rest, "\t") {
		name, text, found := strings.Cut(field, ": ")
		if !found {
			continue
		}
		text, _, _ = strings.Cut(text, " Version:")
		switch name {
		case "RequestId":
			r.fields["@requestId"] = text
		case "XRAY TraceId":
			r.fields["@xrayTraceId"] = text
		default:
			r.measure(name, text)
		}
	}
}

// measure takes in a field with a unit, such as "Billed Duration: 4 ms".
func (r record) measure(name, text string) {
	digits, unit, _ := strings.Cut(text, " ")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return
	}
	if unit == "MB" { // in bytes, of 10^6 to the megabyte
		n *= 1e6
	}
	words := strings.Fields(name)
	if len(words) == 0 {
		return
	}
	words[0] = strings.ToLower(words[0])
	r.fields["@"+strings.Join(words, "")] = number(n)
}

// Bounds on what a JSON line may bring.
// Source: CloudWatch Logs user guide, "Supported logs and discovered fields":
// at most 200 fields of a JSON line.
const mostFields = 200

func (r record) discoverJSON(message string) {
	var v any
	if json.Unmarshal([]byte(message), &v) == nil {
		r.flatten("", v)
	}
}

func (r record) flatten(name string, v any) {
	if len(r.fields) > mostFields {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if name != "" {
				key = name + "." + key
			}
			r.flatten(key, inner)
		}
	case []any:
		for i, inner := range v {
			r.flatten(name+"."+strconv.Itoa(i), inner)
		}
	case string:
		r.fields[name] = v
	case float64:
		r.fields[name] = number(v)
	case bool:
		r.fields[name] = strconv.FormatBool(v)
	}
}
