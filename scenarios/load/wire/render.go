//go:build linux

package wire

import (
	"net/url"
	"time"

	"tollgate/scenarios/load"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// prerendered are requests that were rendered while the loop had nothing else to do, in
// the order of their due times: those that stand alone, and the first ones of flows. Their
// memory is used again and again. Further steps of flows are rendered for their walks.
type prerendered struct {
	texts [32]renderedText
	first int
	count int
}

type renderedText struct {
	seq   uint64
	text  []byte
	until time.Time // its proof serves; zero: for long
	to    *url.URL  // as in exchange
	err   error
}

// serves reports whether what was rendered is good to be sent now.
func (t *renderedText) serves() bool {
	return t.err == nil && (t.until.IsZero() || time.Now().Before(t.until))
}

func (p *prerendered) at(i int) *renderedText { return &p.texts[(p.first+i)%len(p.texts)] }

// find drops the requests before the one with this number and returns it, nil
// if it was not rendered.
func (p *prerendered) find(seq uint64) *renderedText {
	for p.count > 0 {
		t := p.at(0)
		if t.seq > seq {
			return nil
		}
		p.first, p.count = (p.first+1)%len(p.texts), p.count-1
		if t.seq == seq {
			return t
		}
	}
	return nil
}

// renderPause is the shortest pause that is used to render: several times what a
// signature takes.
const renderPause = 200 * time.Microsecond

// ahead renders one of the next requests, if there is time for it during a
// pause, and says whether it has.
func (l *loop) ahead(now, pause time.Duration) bool {
	p := &l.rendered
	if !l.pool.endpoint.renders || pause >= 0 && pause < renderPause {
		return false
	}
	if l.flows.ahead(now) {
		return true
	}
	if p.count == len(p.texts) {
		return false
	}
	o, ok := l.queue.later(p.count)
	if !ok || o.due-now > load.SignAhead {
		return false
	}
	t := p.at(p.count)
	p.count++
	l.renderInto(t, &o)
	return true
}

// renderInto renders an arrival that is not due yet.
func (l *loop) renderInto(t *renderedText, o *arrival) {
	t.seq, t.err = o.seq, nil
	if x := &l.pool.endpoint.requests[l.requestOf(o)]; x.text == nil {
		l.sending = l.sendingOf(o, o.due)
		x.render(t, &l.sending)
	}
}

// render makes the text of a request with its values and with a new proof, which serves until
// a time, and says to which other host it goes, if to any.
func (l *encodedRequest) render(t *renderedText, s *values.Sending) {
	t.until, t.to = time.Time{}, nil
	if l.Sign == nil && !l.Elsewhere() {
		s.Until = time.Time{}
		t.text, t.err = l.values.Append(t.text[:0], s)
		t.until = s.Until
		return
	}
	r, err := l.Render(s)
	if t.err = err; err != nil {
		return
	}
	t.text, t.until = load.AppendHTTP1(t.text[:0], r), r.Until
	if l.Elsewhere() {
		t.to = r.URL
	}
}

// write makes the text of an exchange.
func (l *loop) write(x *exchange) (err error) {
	x.until = time.Time{}
	x.to = nil
	if x.request.text != nil {
		if x.text = x.request.text; x.request.Elsewhere() {
			x.to = x.request.Request.URL
		}
		return nil
	}
	if x.arrival.asked.first { // it was rendered to see whether it is needed
		x.text = x.own
		return nil
	}
	if t := l.findRendered(x); t != nil && t.serves() {
		x.own, t.text, x.until, x.to = t.text, x.own, t.until, t.to
	} else {
		err = x.render()
	}
	x.text = x.own
	if err != nil {
		x.text = nil
	}
	return err
}

// render makes the text of an exchange now.
func (x *exchange) render() error {
	t := renderedText{text: x.own}
	x.request.render(&t, &x.sending)
	x.own, x.until, x.to = t.text, t.until, t.to
	return t.err
}

// findRendered is the text of an exchange if it was rendered ahead, else nil.
func (l *loop) findRendered(x *exchange) *renderedText {
	if x.arrival.walk != nil && !x.arrival.walk.AtStart() {
		return l.steps.find(x.sending.Seq)
	}
	return l.rendered.find(x.sending.Seq)
}

// renew makes a request anew whose proof expired while it waited for its connection.
func (x *exchange) renew() (err error) {
	if x.until.IsZero() || time.Now().Before(x.until) {
		return nil
	}
	if err = x.render(); err != nil {
		return err
	}
	x.text, x.bare = x.own, nil
	x.upTo = x.request.first(x.text)
	return nil
}

// secrets are those in an exchange that differ from one sending to the next.
func (x *exchange) secrets() []string {
	if x.request.text != nil && !x.request.Cookies {
		return nil
	}
	all := x.request.Secrets(&x.sending)
	if x.request.Sign != nil || x.request.Cookies {
		all = append(all, load.SecretsIn(x.text)...)
	}
	return all
}

// mask knows the secrets of an exchange.
func (x *exchange) mask() *targets.Mask {
	return x.request.Mask(x.secrets()...)
}
