package load

import (
	"strconv"

	"tollgate/scenarios/values"
	"tollgate/targets"
)

// HTTP1 is a message that is not signed at each sending as it goes on the wire: the
// bytes of AppendHTTP1, with places for its values.
func (m *Message) HTTP1() values.Template {
	text := []values.Template{values.Literal(m.Request.Method + " "), values.Literal(m.Request.SchemeAndHost()), m.target, values.Literal(" HTTP/1.1\r\n")}
	for _, f := range fields(m.fullest()) {
		value := values.Literal(f.value)
		if f.i >= 0 && f.i < len(m.header[f.name]) {
			value = m.header[f.name][f.i]
		}
		switch {
		case f.i < 0 && f.name == contentLength && m.bodyOf().Varies():
			value = values.Place(line{f.name, lengthOf{m.bodyOf()}, saysLength(m.Request.Method)})
		case f.name == userAgentField && value.Varies():
			value = values.Place(line{f.name, value, false})
		default:
			value = values.Join(values.Literal(f.name+": "), value.Trim(), values.Literal("\r\n"))
		}
		text = append(text, value)
	}
	return values.Join(append(text, values.Literal("\r\n"), m.bodyOf())...)
}

// fullest is the message as it is sent first, with every field that a sending may have.
func (m *Message) fullest() *targets.Request {
	r := m.Request
	r.Header = r.Header.Clone()
	for name, templates := range m.header {
		if len(templates) > 0 && templates[0].Varies() && name == userAgentField {
			r.Header[name] = []string{"varies"}
		}
	}
	if m.bodyOf().Varies() {
		r.Body = []byte("varies")
	}
	return &r
}

// A line is a line of a header that is left out where there is nothing to say: net/http
// sends no empty User-Agent, and no Content-Length of 0 unless the method has a body.
type line struct {
	name   string
	value  values.Value
	always bool
}

func (l line) Append(b []byte, s *values.Sending) ([]byte, error) {
	from := len(b)
	b = append(append(b, l.name...), ": "...)
	at := len(b)
	b, err := l.value.Append(b, s)
	if said := b[at:]; !l.always && (len(said) == 0 || l.name == contentLength && len(said) == 1 && said[0] == '0') {
		return b[:from], err
	}
	return append(values.TrimBlanks(b, at), '\r', '\n'), err
}

type lengthOf struct{ body values.Template }

func (l lengthOf) Append(b []byte, s *values.Sending) ([]byte, error) {
	from := len(b)
	b, err := l.body.Append(b, s)
	return strconv.AppendInt(b[:from], int64(len(b)-from), 10), err
}
