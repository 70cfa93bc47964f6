package http1

import (
	"slices"
	"strings"
)

// Kept is what is kept of a response while it is read, whatever the protocol: the
// size and the beginning of its content, and the fields that are asked for.
type Kept struct {
	Body    int64    // bytes of content
	Prefix  []byte   // the first cap(Prefix) bytes of content, or more of it: see Whole
	Whole   int      // of content with a content coding, so much is kept even if Prefix has to grow
	Capture *Capture // nil: no field is wanted
	Watcher Watcher  // nil: no head is noted
	Noted   *Noted   // of this head; nil: it is not noted
	Sink    Sink     // of the content as it comes; nil: none. Keep forgets it
	most    int      // Whole, of such content
}

// Keep expects the next response. The prefix of its content is kept up to the
// capacity of prefix.
func (k *Kept) Keep(prefix []byte, capture *Capture) {
	*k = Kept{Prefix: prefix[:0], Capture: capture, Watcher: k.Watcher}
	if capture != nil {
		capture.reset()
	}
}

// Begin notes the status of a final response, before its fields.
func (k *Kept) Begin(code int) {
	if k.Watcher != nil {
		k.Noted = k.Watcher.Wants(code)
	}
}

// Field notes a field of a final response.
func (k *Kept) Field(name, value []byte) {
	if k.Noted != nil {
		k.Noted.note(name, value)
	}
	if k.Capture != nil {
		k.Capture.note(name, value)
	}
	if k.Whole > 0 && equalFold(name, "content-encoding") {
		k.most = k.Whole
	}
}

// Content notes a part of the content.
func (k *Kept) Content(b []byte) {
	k.Body += int64(len(b))
	if k.Sink != nil {
		k.Sink.Content(b)
	}
	if room := max(cap(k.Prefix), k.most) - len(k.Prefix); room > 0 {
		k.Prefix = append(k.Prefix, b[:min(len(b), room)]...)
	}
}

// A Sink takes content while it is read.
type Sink interface{ Content(b []byte) }

// A Capture names fields whose values are wanted.
type Capture struct {
	Names []string   // in lower case
	Lines [][]string // at least as long as Names: the values of each field, in order
}

// Want makes c ready to capture the fields with these names.
func (c *Capture) Want(names []string) {
	c.Names = names
	for len(c.Lines) < len(names) {
		c.Lines = append(c.Lines, nil)
	}
}

// Values are the values of a field, one for each of its lines.
func (c *Capture) Values(name string) []string {
	for i, own := range c.Names {
		if strings.EqualFold(own, name) {
			return c.Lines[i]
		}
	}
	return nil
}

// Clone is a copy that keeps its values.
func (c *Capture) Clone() *Capture {
	own := &Capture{Names: c.Names, Lines: make([][]string, len(c.Names))}
	for i := range own.Lines {
		own.Lines[i] = slices.Clone(c.Lines[i])
	}
	return own
}

func (c *Capture) reset() {
	for i := range c.Lines {
		c.Lines[i] = c.Lines[i][:0]
	}
}

// A Watcher says of which heads a note is wanted. It is asked as soon as the
// status is known, perhaps twice, and returns where to note the rest, or nil.
type Watcher interface {
	Wants(code int) *Noted
}

// Noted is what is noted of a head.
type Noted struct {
	Names  []string // of all fields, as they came
	Coding string   // Content-Encoding
}

func (n *Noted) note(name, value []byte) {
	n.Names = append(n.Names, string(name))
	if equalFold(name, "content-encoding") {
		n.Coding = string(value)
	}
}

func (c *Capture) note(name, value []byte) {
	for i, wanted := range c.Names {
		if equalFold(name, wanted) {
			c.Lines[i] = append(c.Lines[i], unfold(value))
		}
	}
}
