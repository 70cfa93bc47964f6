package lab

import (
	"encoding/binary"
	"math/rand/v2"

	"tollgate/targets/lab/runtime"
)

// Logs are the logs of the functions, in the order of the doors. Modelled
// functions report as real ones do.
func (l *Lab) Logs() []*runtime.Log {
	var logs []*runtime.Log
	for _, d := range l.doors {
		if d.FunctionName != "" {
			logs = append(logs, d.log)
		}
	}
	return logs
}

// report writes what the log of a modelled function says about an invocation.
func (d *door) report(in *invocation) {
	if in.ending.refused() {
		return
	}
	r := runtime.Report{
		Time: in.at.Add(in.took()), Duration: in.duration, InitDuration: in.init,
		MemorySize: d.config.Function.Memory, MaxMemoryUsed: min(modelledMemory, d.config.Function.Memory),
	}
	binary.LittleEndian.PutUint64(r.RequestID[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(r.RequestID[8:], rand.Uint64())
	r.RequestID[6] = r.RequestID[6]&0x0f | 0x40
	r.RequestID[8] = r.RequestID[8]&0x3f | 0x80
	switch in.ending {
	case threw:
		r.Status, r.ErrorType = runtime.Errored, "Error"
	case timedOut:
		r.Status = runtime.TimedOut
	}
	d.log.Add(r)
}
