package load

import (
	"strconv"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/extract"
	"tollgate/scenarios/values"
)

// A Walk is one user's way through a flow. Both engines walk flows with it, so that they
// send the same. Its memory is used again for further walks.
type Walk struct {
	Flow    *scenarios.PlannedFlow
	Sending values.Sending // what the values of the request at hand depend on
	Block   uint32
	Due     time.Duration // of the first request, as that of the step at hand afterwards
	Jar     Jar           // of the user, in the open model
	User    uint32        // of the closed model, among those of this machine
	begins  results.Sample

	step, sent int // the step at hand, and how often it was sent before
	following  int // the step that comes next
	nth        uint64
	memory     [][]byte
}

// extractsOf are what later steps of a flow take from the response to a request.
func (j *Job) extractsOf(request int) []extract.Extract {
	for i := range j.Flows {
		for _, step := range j.Flows[i].Steps {
			if step.Request == request {
				return step.Extract
			}
		}
	}
	return nil
}

// leaves says what is taken from the response for later steps.
func (m *Message) leaves(all []extract.Extract) {
	m.extracts, m.Extracts = all, len(all) > 0
	m.readsBody = m.readsBody || extract.ReadsBody(all)
}

// Begin puts a walk before the first step of a flow.
func (w *Walk) Begin(j *Job, iteration uint64, user, block uint32, due time.Duration) {
	w.Flow, w.Block, w.Due, w.User = &j.Flows[j.Pick(iteration)], block, due, user
	w.step, w.sent, w.nth = 0, 0, 0
	w.begins = results.Sample{}
	w.Jar.Empty()
	w.Sending = values.Sending{Seq: iteration * j.Stride, Iteration: iteration, User: j.Part.User(user), Extracted: w.Sending.Extracted[:0]}
	for len(w.memory) < w.Flow.Slots {
		w.memory = append(w.memory, nil)
	}
	for range w.Flow.Slots {
		w.Sending.Extracted = append(w.Sending.Extracted, nil)
	}
	for i := range w.Flow.Steps {
		step := &w.Flow.Steps[i]
		for k := range step.Extract {
			if d := step.Extract[k].Default; d != nil {
				w.keep(step.Slot+1+k, *d)
			}
		}
	}
}

// secrets are the values that the walk has extracted and that are not to be shown.
func (w *Walk) secrets() (all []string) {
	for i := range w.Flow.Steps {
		step := &w.Flow.Steps[i]
		for k := range step.Extract {
			if v := w.Sending.Extracted[step.Slot+1+k]; step.Extract[k].Secret && v != nil {
				all = append(all, string(v))
			}
		}
	}
	return all
}

// keep leaves a value for later steps.
func (w *Walk) keep(slot int, value string) {
	if w.memory[slot] == nil {
		w.memory[slot] = make([]byte, 0, max(64, len(value))) // an empty value is one, too
	}
	w.memory[slot] = append(w.memory[slot][:0], value...)
	w.Sending.Extracted[slot] = w.memory[slot]
}

// SendingAt is what the values of the request at hand depend on, due at a time.
func (w *Walk) SendingAt(j *Job, due time.Duration) values.Sending {
	s := w.Sending
	s.At = j.Sending(0, due).At
	return s
}

// Request is the request at hand, among those of the job.
func (w *Walk) Request() uint16 { return uint16(w.Flow.Steps[w.step].Request) }

// AtStart reports whether no request was sent yet.
func (w *Walk) AtStart() bool { return w.nth == 0 }

// HasBegun reports whether a request was begun.
func (w *Walk) HasBegun() bool { return w.begins.Begun > 0 }

// Begun notes when a request was begun. The first one's is the walk's.
func (w *Walk) Begun(s *results.Sample) {
	if w.nth == 0 {
		w.begins = *s
	}
}

// Leave keeps what the request at hand leaves for later ones, the status of a good response
// and what the step extracts, and decides what comes next. It returns what of that was not
// possible, nil if all was: the step has failed then.
func (w *Walk) Leave(s *results.Sample, r *check.Response) *check.Failure {
	step := &w.Flow.Steps[w.step]
	w.memory[step.Slot] = strconv.AppendInt(w.memory[step.Slot][:0], int64(s.Code), 10)
	w.Sending.Extracted[step.Slot] = w.memory[step.Slot]
	if len(step.Extract) > 0 {
		body := check.BodyOf(r)
		for i := range step.Extract {
			value, err := step.Extract[i].From(body)
			if err != nil {
				return Unexpected(s, "extract "+step.Extract[i].Name, err.Error())
			}
			w.keep(step.Slot+1+i, value)
		}
	}
	if err := w.decide(); err != nil {
		return Unexpected(s, "condition", err.Error())
	}
	return nil
}

// Unexpected makes the outcome of a good response that of one that the scenario does not
// expect.
func Unexpected(s *results.Sample, what, saw string) *check.Failure {
	s.Wanted, s.Err, s.Check = false, results.ErrUnexpected, what
	return check.Failed(what, saw)
}

// decide chooses the step that comes next. It fails where a condition cannot be decided.
func (w *Walk) decide() error {
	step := &w.Flow.Steps[w.step]
	w.following = w.step
	if w.sent+1 < step.Repeat.Most {
		again, err := step.Repeat.While.Holds(w.Sending.Extracted)
		if again || err != nil {
			return err
		}
	}
	for w.following++; w.following < len(w.Flow.Steps); w.following++ {
		sends, err := w.Flow.Steps[w.following].When.Holds(w.Sending.Extracted)
		if sends || err != nil {
			return err
		}
	}
	return nil
}

// Next moves on from a request whose good response has ended at a time (see Leave). It
// reports whether another one is to be sent, which is then due at w.Due.
func (w *Walk) Next(j *Job, end time.Duration) (more bool) {
	switch {
	case w.following == len(w.Flow.Steps):
		return false
	case w.following == w.step:
		w.sent++
		w.due(j, end, w.Flow.Steps[w.step].Repeat.Think)
	default:
		w.step, w.sent = w.following, 0
		w.due(j, end, w.Flow.Steps[w.step].Think)
	}
	return true
}

// due numbers the next request and says when it is due.
func (w *Walk) due(j *Job, end time.Duration, think scenarios.Distribution) {
	w.nth++
	w.Sending.Seq, w.Sending.Nth = w.Sending.Iteration*j.Stride+w.nth, uint32(w.nth)
	w.Due = end + think.After(j.Seed, w.Sending.Seq)
}

// Ended is the sample of a whole walk that ended at a time: with the request that failed,
// or nil; cut off or not.
func (w *Walk) Ended(j *Job, end time.Duration, failed *results.Sample, cut bool) *results.Sample {
	s := w.begins
	s.Request, s.Seq = j.FlowNumber+uint16(w.Flow.Number), w.Sending.Iteration
	s.DNS, s.Connect, s.TLS, s.FirstByte, s.Reused = 0, 0, 0, 0, true
	s.Code, s.Out, s.In, s.Body, s.Wanted, s.Err, s.Check, s.Mark, s.ErrorType, s.Cached, s.Excerpt = 0, 0, 0, 0, false, results.ErrNone, "", results.Mark{}, "", 0, nil
	s.Sent, s.Service = s.Begun, max(end-s.Begun, 0)
	switch {
	case cut:
		s.Err = results.ErrCancelled
	case failed != nil:
		s.Code, s.Err, s.Check = failed.Code, failed.Err, failed.Check
	}
	return &s
}

// EndOf is when a request had ended.
func EndOf(s *results.Sample) time.Duration { return s.Sent + s.Service }
