//go:build linux

package wire

import (
	"time"

	"tollgate/scenarios/load"
)

// presigned are requests that were signed while the loop had nothing else to
// do, in the order of their due times. Their memory is used again and again.
type presigned struct {
	texts [32]signedText
	first int
	count int
}

type signedText struct {
	seq  uint64
	text []byte
	err  error
}

func (p *presigned) at(i int) *signedText { return &p.texts[(p.first+i)%len(p.texts)] }

// find drops the requests before the one with this number and returns it, nil
// if it was not signed.
func (p *presigned) find(seq uint64) *signedText {
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

// signPause is the shortest pause that is used to sign: several times what a
// signature takes.
const signPause = 200 * time.Microsecond

// ahead signs one of the next requests, if there is time for it during a
// pause, and says whether it has.
func (l *loop) ahead(now, pause time.Duration) bool {
	p := &l.signed
	if !l.pool.endpoint.signs || pause >= 0 && pause < signPause || p.count == len(p.texts) {
		return false
	}
	o, ok := l.queue.later(p.count)
	if !ok || o.due-now > load.SignAhead {
		return false
	}
	t := p.at(p.count)
	p.count++
	t.seq, t.err = o.seq, nil
	if x := &l.pool.endpoint.requests[l.engine.job.Pick(o.seq)]; x.Sign != nil {
		t.text, t.err = x.signed(t.text, o.seq)
	}
	return true
}

// signed writes the seq'th encodedRequest with a new signature into the memory of b.
func (l *encodedRequest) signed(b []byte, seq uint64) ([]byte, error) {
	r, err := l.Render(seq)
	if err != nil {
		return b, err
	}
	return load.AppendHTTP1(b[:0], r), nil
}

func (l *loop) write(x *exchange, seq uint64) (err error) {
	switch {
	case x.request.text != nil:
		x.text = x.request.text
		return nil
	case x.request.Sign == nil:
		x.own = x.request.values.Append(x.own[:0], seq)
		x.text = x.own
		return nil
	}
	if t := l.signed.find(seq); t != nil {
		x.own, t.text = t.text, x.own
		err = t.err
	} else {
		x.own, err = x.request.signed(x.own, seq)
	}
	x.text = x.own
	if err != nil {
		x.text = nil
	}
	return err
}
