//go:build linux

package wire

import (
	"tollgate/scenarios/load/http2"
	"tollgate/targets"
)

// A body is what an exchange sends after its text: a file, in parts. Reading one from
// the disk holds up the loop, which a file that was read before hardly does.
type body struct {
	file *targets.UploadBody // nil: text is all
	held bool                // until the server has said "100 Continue"
	part []byte              // that was read last
	off  int                 // how much of part was sent
	sent int64               // of the parts before
}

const (
	partSize  = 64 << 10
	fairParts = 16 // are sent in a row before other connections have their turn
)

// begin starts with the first byte.
func (b *body) begin(r *encodedRequest) {
	b.end()
	if r.Request.Upload != nil {
		b.file, b.held = r.Request.Upload.Open(), r.asks
	}
}

// end forgets the file, and what was sent.
func (b *body) end() {
	if b.file != nil {
		_ = b.file.Close() // it was only read
	}
	*b = body{part: b.part[:0]}
}

// left reports whether some of the body is still to be sent.
func (b *body) left() bool {
	return b.file != nil && (b.off < len(b.part) || b.file.Left() > 0)
}

// out is how much was sent.
func (b *body) out() int64 { return b.sent + int64(b.off) }

// source is the body as HTTP/2 draws it, nil where text is all.
func (b *body) source() http2.Source {
	if b.file == nil {
		return nil
	}
	return b
}

// Left implements http2.Source.
func (b *body) Left() int64 { return b.file.Left() }

// More appends the next bytes of the body to a text, at most so many. The error is a
// targets.UploadError.
func (b *body) More(text []byte, most int) ([]byte, error) {
	from := len(text)
	if cap(text) < from+most {
		text = append(make([]byte, 0, from+most), text...)
	}
	n, err := b.file.Read(text[from : from+most])
	return text[:from+n], err
}

// next reads the next part.
func (b *body) next() (err error) {
	b.sent += int64(len(b.part))
	b.off = 0
	b.part, err = b.More(b.part[:0], partSize)
	return err
}

// writeBody sends what the socket takes of a body.
func (c *conn) writeBody(b *body) error {
	for n := 0; b.left(); n++ {
		if n == fairParts {
			c.unsent = true
			return nil
		}
		if b.off == len(b.part) {
			if err := b.next(); err != nil {
				return err
			}
		}
		n, err := c.put(b.part[b.off:])
		if b.off += n; err != nil || b.off < len(b.part) || !c.flushed() {
			return err
		}
	}
	return nil
}
