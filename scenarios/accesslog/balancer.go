package accesslog

import (
	"bytes"
	"time"
)

// accessFields are those of a load balancer's access log. Source: Application Load Balancer
// guide, "Access log entries"; from transformed_host on, the record fields of vended logs.
var accessFields = []field{
	{"type", setSocketType},
	{"time", setEndedISO},
	{"elb", nil},
	{"client:port", setAddress},
	{"target:port", nil},
	{"request_processing_time", addTook},
	{"target_processing_time", addBackend},
	{"response_processing_time", addTook},
	{"elb_status_code", setStatus},
	{"target_status_code", setBackendStatus},
	{"received_bytes", setAllIn},
	{"sent_bytes", setAllOut},
	{"request", setRequestLine},
	{"user_agent", setAgent},
	{"ssl_cipher", nil},
	{"ssl_protocol", nil},
	{"target_group_arn", setGroup},
	{"trace_id", nil},
	{"domain_name", setHost},
	{"chosen_cert_arn", nil},
	{"matched_rule_priority", nil},
	{"request_creation_time", setArrivedISO},
	{"actions_executed", nil},
	{"redirect_url", nil},
	{"error_reason", nil},
	{"target:port_list", nil},
	{"target_status_code_list", nil},
	{"classification", nil},
	{"classification_reason", nil},
	{"conn_trace_id", setConn},
	{"transformed_host", nil},
	{"transformed_uri", nil},
	{"request_transform_status", nil},
	{"ip_address", nil},
}

// connectionFields are those of its connection log. Source: Application Load Balancer guide,
// "Connection log entries".
var connectionFields = []field{
	{"timestamp", setEndedISO},
	{"client_ip", setClient},
	{"client_port", nil},
	{"listener_port", nil},
	{"tls_protocol", nil},
	{"tls_cipher", nil},
	{"tls_handshake_latency", length(func(e *Entry) *time.Duration { return &e.Handshake }, time.Second)},
	{"leaf_client_cert_subject", nil},
	{"leaf_client_cert_validity", nil},
	{"leaf_client_cert_serial_number", nil},
	{"tls_verify_status", nil},
	{"conn_trace_id", setConn},
	{"tls_keyexchange", nil},
}

// vendedFields are names that differ in logs that CloudWatch delivers.
var vendedFields = []field{
	{"request_line", setRequestLine},
	{"client_ip", setClient},
	{"client_port", nil},
}

var balancerAccess = Format{
	Name: "alb-access", Title: "access log of a load balancer",
	is:   isBalancerAccess,
	open: func() decoder { return withoutTarget(columns(Request, accessFields, 12)) },
}

var balancerConnections = Format{
	Name: "alb-connections", Title: "connection log of a load balancer",
	is:   isBalancerConnection,
	open: func() decoder { return columns(Connection, connectionFields, 4) },
}

var balancerJSON = Format{
	Name: "alb-json", Title: "access log of a load balancer from CloudWatch, JSON",
	is:   func(line []byte) bool { return isObject(line) && has(line, `"elb_status_code"`) },
	open: func() decoder { return withoutTarget(objects(Request, named(accessFields, vendedFields))) },
}

// withoutTarget: a load balancer logs a - where no target answered.
func withoutTarget(d decoder) decoder {
	return func(e *Entry, line []byte) (bool, error) {
		ok, err := d(e, line)
		if ok && e.BackendStatus == Unknown {
			e.BackendStatus = 0
		}
		return ok, err
	}
}

func setSocketType(e *Entry, v []byte) error {
	e.Socket = v[0] == 'w' // ws, wss
	return nil
}

func addBackend(e *Entry, v []byte) error {
	if err := length(backendOf, time.Second)(e, v); err != nil {
		return err
	}
	return addTook(e, v)
}

func isBalancerAccess(line []byte) bool {
	kind, rest, _ := bytes.Cut(line, []byte(" "))
	switch string(kind) {
	case "http", "https", "h2", "grpcs", "ws", "wss":
	default:
		return false
	}
	at, rest, _ := bytes.Cut(rest, []byte(" "))
	_, _, err := readISO(at)
	return err == nil && bytes.Count(rest, []byte(" ")) >= 9
}

func isBalancerConnection(line []byte) bool {
	at, rest, _ := bytes.Cut(line, []byte(" "))
	_, _, err := readISO(at)
	words := bytes.SplitN(rest, []byte(" "), 6)
	return err == nil && len(words) >= 5 && bytes.ContainsAny(words[0], ".:") && digits(words[1]) > 0 && digits(words[2]) > 0
}

func has(line []byte, text string) bool { return bytes.Contains(line, []byte(text)) }
