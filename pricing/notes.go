package pricing

import "strings"

// notesOn are what a bill of the workload must say besides its lines.
func (d Door) notesOn(w *Workload) (notes []string) {
	likely := w.likely()
	notes = append(notes, w.Given...)
	if d.Experimental != "" {
		notes = append(notes, d.Experimental)
	}
	if w.Direct {
		notes = append(notes, "this bill leaves out what the service behind the front door charges, which is the same behind every front door")
	}
	if w.Requests.High.Sign() > 0 && !w.ResponseBytes.stated() && (d.Bills(DataOut) || d.Bills(EndpointBytes)) {
		notes = append(notes, "the workload states no response_bytes, so the transfer of responses is not in this bill")
	}
	notes = append(notes, d.limitNotes(likely)...)
	if d.notes != nil {
		notes = append(notes, d.notes(w)...)
	}
	if w.mixed() && !d.has("websocket") {
		notes = append(notes, "WebSocket traffic goes through a WebSocket API next to the front door, which is in this bill")
		notes = append(notes, w.reconnectNotes()...)
	}
	if d.NoAccessLogs != "" && w.Watching.AccessLog.stated() {
		notes = append(notes, d.NoAccessLogs)
	}
	notes = append(notes, w.accountNotes()...)
	notes = append(notes, w.outcomeNotes()...)
	notes = append(notes, w.percentileNotes()...)
	return append(notes, w.provisionedNotes(d.Traffic(likely))...)
}

// outcomeNotes say which sizes of responses are assumed.
func (w *Workload) outcomeNotes() (notes []string) {
	for _, o := range w.traffic().Others {
		if o.ResponseBytes.Basis == Assumed {
			notes = append(notes, derivation("%s are assumed to have responses of %s bytes", o.What, o.ResponseBytes.Mean()))
		}
	}
	return notes
}

func (s SocketUse) stated() bool {
	return s.Connections.Likely.Sign() > 0 || s.Messages.Likely.Sign() > 0
}

// percentileNotes name what has no known mean.
func (w *Workload) percentileNotes() []string {
	var names []string
	for _, s := range []struct {
		of   Shape
		name string
	}{
		{w.RequestBytes, "request_bytes"},
		{w.ResponseBytes, "response_bytes"},
		{w.Function.Duration, "function.duration"},
		{w.Function.Init, "function.init"},
		{w.Authorizer.Duration, "authorizer.duration"},
		{w.WebFunction.CPU, "web_function.cpu"},
		{w.Sockets.Bytes, "websocket.message_bytes"},
		{w.CDN.Edge.Duration, "cloudfront.lambda_edge.duration"},
		{w.Watching.AccessLog, "watching.access_log_bytes"},
		{w.Watching.FunctionLog, "watching.function_log_bytes"},
		{w.RefusedBytes, "refused_bytes"},
		{w.ErrorBytes, "error_bytes"},
	} {
		if s.of.Assumed {
			names = append(names, s.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{"percentiles do not determine a mean, which the bill depends on: log-normal fits are used for " + strings.Join(names, ", ") + "; state mean: with the percentiles"}
}
