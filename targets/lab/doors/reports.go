package doors

import "tollgate/targets/lab/function/runtime"

// Logs are the logs of the functions, in the order of the doors. Modelled
// functions report as real ones do.
func (s *Set) Logs() []*runtime.Log {
	var logs []*runtime.Log
	for _, d := range s.doors {
		if d.FunctionName != "" {
			logs = append(logs, d.log)
		}
	}
	return logs
}

// report writes what the log of a modelled function says about the invocation
// of x.
func (d *door) report(x *exchange) {
	in := &x.invocation
	if in.ending.refused() {
		return
	}
	x.invoked = invocationID()
	r := runtime.Report{
		Time: in.at.Add(in.took()), RequestID: x.invoked, Duration: in.duration, InitDuration: in.init,
		MemorySize: d.config.Function.Memory, MaxMemoryUsed: min(modelledMemory, d.config.Function.Memory),
	}
	switch in.ending {
	case threw:
		r.Status, r.ErrorType = runtime.Errored, "Error"
	case timedOut:
		r.Status = runtime.TimedOut
	}
	d.log.Add(r)
}
