package http1

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// An outcome is all that a reader of responses can see.
type outcome struct {
	Err       error
	Code      int
	Body      int64
	Prefix    string
	Complete  bool
	KeepAlive bool
	Rest      int // bytes that do not belong to the response
}

// read feeds text in pieces of the given lengths, the last of which holds the
// rest, as a connection would: unfinished lines are fed again with what
// follows. The connection ends after text.
func read(text string, head bool, pieces ...int) outcome {
	var r Response
	r.Reset(head, make([]byte, 0, 8), nil)
	var pending []byte
	for len(text) > 0 && !r.Done() {
		n := len(text)
		if len(pieces) > 0 {
			n, pieces = min(n, pieces[0]), pieces[1:]
		}
		pending = append(pending, text[:n]...)
		text = text[n:]
		k, err := r.Feed(pending)
		if err != nil {
			return outcome{Err: err}
		}
		pending = pending[k:]
	}
	return outcome{
		Code: r.Status(), Body: r.Body, Prefix: string(r.Prefix), Complete: r.End(), KeepAlive: r.KeepAlive(),
		Rest: len(pending) + len(text),
	}
}

func good(code int, body string) outcome {
	return outcome{Code: code, Body: int64(len(body)), Prefix: body, Complete: true, KeepAlive: true}
}

func closing(o outcome) outcome {
	o.KeepAlive = false
	return o
}

func cut(code int, body string) outcome {
	return outcome{Code: code, Body: int64(len(body)), Prefix: body}
}

func rest(o outcome, n int) outcome {
	o.Rest = n
	return o
}

func bad(m Malformed) outcome { return outcome{Err: m} }

var messages = []struct {
	name string
	text string
	head bool
	want outcome

	deviates Deviations
}{
	{name: "a body of known length", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", want: good(200, "hello")},
	{name: "an empty body", text: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", want: good(200, "")},
	{name: "no reason phrase", text: "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", want: good(200, ""), deviates: NoReason},
	{name: "a reason phrase of many words", text: "HTTP/1.1 404 No Such Thing\r\nContent-Length: 0\r\n\r\n", want: good(404, "")},
	{name: "an unknown status", text: "HTTP/1.1 999 ?\r\nContent-Length: 1\r\n\r\nx", want: good(999, "x"), deviates: OddStatus},
	{name: "names of fields in any case", text: "HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh: 2\r\n\r\nhi", want: good(200, "hi")},
	{name: "no blank after the colon", text: "HTTP/1.1 200 OK\r\nContent-Length:2\r\n\r\nhi", want: good(200, "hi")},
	{name: "blanks around a value", text: "HTTP/1.1 200 OK\r\nContent-Length: \t 2 \t\r\n\r\nhi", want: good(200, "hi")},
	{name: "bare line feeds in the head", text: "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", want: good(200, "hi"), deviates: BareLineFeed},
	{name: "the same Content-Length twice", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi"), deviates: RepeatedLength},
	{name: "a folded field", text: "HTTP/1.1 200 OK\r\nX-Long: a\r\n  b\r\n\tc\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi"), deviates: Folded},
	{name: "a folded Content-Length", text: "HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nhi", want: good(200, "hi"), deviates: Folded},
	{name: "bytes beyond ASCII in a value", text: "HTTP/1.1 200 OK\r\nX-Name: \xc3\xa9t\xe9\r\nContent-Length: 0\r\n\r\n", want: good(200, "")},
	{name: "an empty value", text: "HTTP/1.1 200 OK\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n", want: good(200, "")},
	{name: "two lengths", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", want: bad(BadLength)},
	{name: "a negative length", text: "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", want: bad(BadLength)},
	{name: "a signed length", text: "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi", want: bad(BadLength)},
	{name: "no length in Content-Length", text: "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", want: bad(BadLength)},
	{name: "a list of lengths", text: "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", want: good(200, "hi"), deviates: RepeatedLength},
	{name: "a list of different lengths", text: "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nhi", want: bad(BadLength)},
	{name: "a list of lengths and nothing", text: "HTTP/1.1 200 OK\r\nContent-Length: 2,\r\n\r\nhi", want: bad(BadLength)},
	{name: "a list of lengths after another length", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2,2\r\n\r\nhi", want: good(200, "hi"), deviates: RepeatedLength},
	{name: "a length of 2^63", text: "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n", want: bad(BadLength)},
	{name: "a length of 30 digits", text: "HTTP/1.1 200 OK\r\nContent-Length: 100000000000000000000000000000\r\n\r\n", want: bad(BadLength)},
	{name: "the largest length, cut short", text: "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nhi", want: cut(200, "hi")},
	{name: "a body cut short", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", want: cut(200, "hel")},
	{name: "a head cut short", text: "HTTP/1.1 200 OK\r\nContent-Le", want: rest(cut(0, ""), len("Content-Le"))},
	{name: "a status line cut short", text: "HTTP/1.1 2", want: rest(cut(0, ""), len("HTTP/1.1 2"))},
	{name: "nothing at all", text: "", want: cut(0, "")},
	{name: "more than the length", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi there", want: rest(good(200, "hi"), 6)},
	{name: "a second response behind the first", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n", want: rest(good(200, "hi"), 19)},

	{name: "a body up to the end of the connection", text: "HTTP/1.1 200 OK\r\n\r\nhello", want: closing(good(200, "hello"))},
	{name: "an empty body up to the end of the connection", text: "HTTP/1.1 200 OK\r\n\r\n", want: closing(good(200, ""))},
	{name: "Connection: close", text: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", want: closing(good(200, "hi"))},
	{name: "close among other options", text: "HTTP/1.1 200 OK\r\nConnection: upgrade , Close\r\nContent-Length: 2\r\n\r\nhi", want: closing(good(200, "hi"))},
	{name: "a word that contains close", text: "HTTP/1.1 200 OK\r\nConnection: enclosed\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi")},
	{name: "HTTP/1.0", text: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", want: closing(good(200, "hi"))},
	{name: "HTTP/1.0 with keep-alive", text: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi")},
	{name: "a later HTTP/1", text: "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi")},

	{name: "the answer to HEAD", head: true, text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", want: good(200, "")},
	{name: "the answer to HEAD without a length", head: true, text: "HTTP/1.1 200 OK\r\n\r\n", want: good(200, "")},
	{name: "the answer to HEAD in chunks", head: true, text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", want: good(200, "")},
	{name: "the answer to HEAD with a body all the same", head: true, text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", want: rest(good(200, ""), 2)},
	{name: "204 without a length", text: "HTTP/1.1 204 No Content\r\n\r\n", want: good(204, "")},
	{name: "204 with a body all the same", text: "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nhi", want: rest(good(204, ""), 2)},
	{name: "304 with the length of what was not sent", text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", want: good(304, "")},
	{name: "304 in chunks that are not sent", text: "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", want: good(304, "")},

	{name: "100 before the response", text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi")},
	{name: "several interim responses with fields", text: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi")},
	{name: "an interim response and no more", text: "HTTP/1.1 100 Continue\r\n\r\n", want: cut(0, "")},
	{name: "endless interim responses", text: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 11000), want: bad(HeadTooLong)},
	{name: "a switch to another protocol", text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", want: bad(BadUpgrade)},

	{name: "chunks", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", want: good(200, "hello")},
	{name: "no chunks but the last", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: good(200, "")},
	{name: "Chunked in capitals", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n", want: good(200, "x")},
	{name: "chunk sizes in both cases, with zeros", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n", want: outcome{Code: 200, Body: 20, Prefix: "01234567", Complete: true, KeepAlive: true}},
	{name: "chunk extensions", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b;c=\"d\"\r\nhi\r\n0;last\r\n\r\n", want: good(200, "hi")},
	{name: "blanks before a chunk extension", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 ; a\r\nhi\r\n0 \t;b\r\n\r\n", want: good(200, "hi")},
	{name: "blanks within a chunk size", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0 2 ; a\r\nhi\r\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "blanks after a chunk size", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 \t\r\nhi\r\n0\r\n\r\n", want: good(200, "hi")},
	{name: "trailers", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n", want: good(200, "hi")},
	{name: "folded trailers", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n 2\r\n\r\n", want: good(200, "hi"), deviates: Folded},
	{name: "a Content-Length among the trailers", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nContent-Length: 7\r\n\r\n", want: good(200, "hi")},
	{name: "chunks and a length", text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", want: closing(good(200, "hi")), deviates: TwoFramings},
	{name: "chunks under HTTP/1.0, which has none", text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: closing(good(200, "0\r\n\r\n"))},
	{name: "chunks cut short", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", want: cut(200, "hel")},
	{name: "no last chunk", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", want: cut(200, "hi")},
	{name: "no end of the trailers", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n", want: cut(200, "hi")},
	{name: "a second response behind chunks", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP", want: rest(good(200, ""), 4)},
	{name: "a bare line feed after a chunk size", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "a bare line feed after a chunk", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "a carriage return inside a chunk's line", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;\rx\r\nhi\r\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "a chunk longer than its size", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "a chunk size that is not hexadecimal", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "a negative chunk size", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "a chunk size with a prefix", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "no chunk size", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhi\r\n0\r\n\r\n", want: bad(BadChunk)},
	{name: "a chunk size that overflows", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", want: bad(BadChunk)},
	{name: "a chunk line without end", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("x", 5000), want: bad(BadChunk)},
	{name: "endless chunks of framing", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("x", 900)+"\r\ny\r\n", 40), want: bad(BadChunk)},
	{name: "trailers that are no fields", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno field\r\n\r\n", want: bad(BadField)},
	{name: "trailers that end with bare line feeds", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\n", want: bad(BadTrailer)},
	{name: "trailers without end", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("A: b\r\n", 1000), want: bad(TrailerTooLong)},
	{name: "gzip in chunks", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", want: bad(BadCoding)},
	{name: "identity", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", want: bad(BadCoding)},
	{name: "chunked twice", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: bad(BadCoding)},

	{name: "another protocol", text: "SSH-2.0-OpenSSH_9.6\r\n", want: bad(BadStatusLine)},
	{name: "HTTP/2", text: "HTTP/2.0 200 OK\r\n\r\n", want: bad(BadStatusLine)},
	{name: "the first frame of HTTP/2", text: "\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03", want: bad(AnswersHTTP2)},
	{name: "another frame of HTTP/2", text: "\x00\x00\x08\x07\x00\x00\x00\x00\x00", want: bad(BadStatusLine)},
	{name: "a frame of HTTP/2 on a stream", text: "\x00\x00\x12\x04\x00\x00\x00\x00\x01", want: bad(BadStatusLine)},
	{name: "a TLS alert", text: "\x15\x03\x01\x00\x02\x02\x16", want: bad(BadStatusLine)},
	{name: "HTTP/0.9", text: "<html>hello</html>", want: bad(BadStatusLine)},
	{name: "a blank line first", text: "\r\nHTTP/1.1 200 OK\r\n\r\n", want: bad(BadStatusLine)},
	{name: "a status of two digits", text: "HTTP/1.1 20 OK\r\n\r\n", want: bad(BadStatusLine)},
	{name: "a status of four digits", text: "HTTP/1.1 2000 OK\r\n\r\n", want: bad(BadStatusLine)},
	{name: "a status that is no number", text: "HTTP/1.1 2x0 OK\r\n\r\n", want: bad(BadStatusLine)},
	{name: "a status below 100", text: "HTTP/1.1 099 Low\r\n\r\n", want: bad(BadStatusLine)},
	{name: "no status", text: "HTTP/1.1\r\n\r\n", want: bad(BadStatusLine)},
	{name: "a line without a colon", text: "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi"), deviates: NotAField},
	{name: "a line without a colon that goes on with one", text: "HTTP/1.1 200 OK\r\nno colon\r\n Content-Length: 3\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi"), deviates: NotAField | Folded},
	{name: "a field without a name", text: "HTTP/1.1 200 OK\r\n: value\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi"), deviates: NotAField},
	{name: "a blank in a name", text: "HTTP/1.1 200 OK\r\nX Bad: 1\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi"), deviates: OddName},
	{name: "a blank in the name of a length, which then is none", text: "HTTP/1.1 200 OK\r\nContent Length: 3\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi"), deviates: OddName},
	{name: "brackets in a name", text: "HTTP/1.1 200 OK\r\nX(1): 1\r\nContent-Length: 2\r\n\r\nhi", want: good(200, "hi"), deviates: OddName},
	{name: "a blank before the colon", text: "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi", want: good(200, "hi"), deviates: BlankBeforeColon},
	{name: "a blank before the colon of a coding", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", want: good(200, "hi"), deviates: BlankBeforeColon},
	{name: "a blank before the colon of a coding beside a length", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\nhi", want: bad(BadFraming)},
	{name: "a length with a blank before its colon that another length contradicts", text: "HTTP/1.1 200 OK\r\nContent-Length : 2\r\nContent-Length: 3\r\n\r\nhi!", want: bad(BadLength)},
	{name: "a line without a colon of control characters", text: "HTTP/1.1 200 OK\r\nno\x00colon\r\n\r\n", want: bad(BadField)},
	{name: "a line among the trailers without a name", text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n: x\r\n\r\n", want: bad(BadField)},
	{name: "a blank before the first field", text: "HTTP/1.1 200 OK\r\n Content-Length: 2\r\n\r\nhi", want: bad(BadField)},
	{name: "a zero byte in a value", text: "HTTP/1.1 200 OK\r\nX-Nul: a\x00bcdefghij\r\n\r\n", want: bad(BadField)},
	{name: "a control byte in a folded value", text: "HTTP/1.1 200 OK\r\nX-Nul: abc\r\n d\x01\r\n\r\n", want: bad(BadField)},
	{name: "DEL in a value", text: "HTTP/1.1 200 OK\r\nX-Del: abcdefgh\x7f\r\n\r\n", want: bad(BadField)},
	{name: "a carriage return in a value", text: "HTTP/1.1 200 OK\r\nX-Cr: a\rb\r\n\r\n", want: bad(BadField)},
	{name: "a header of 1 MB in one field", text: "HTTP/1.1 200 OK\r\nX-Big: " + strings.Repeat("x", 1<<20), want: bad(HeadTooLong)},
	{name: "a header of 1 MB in many fields", text: "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Field: value\r\n", 1<<16), want: bad(HeadTooLong)},
	{name: "a header of 1 MB in one folded field", text: "HTTP/1.1 200 OK\r\nX-Fold: a\r\n" + strings.Repeat(" b\r\n", 1<<18), want: bad(HeadTooLong)},
	{name: "a status line without end", text: "HTTP/1.1 200 " + strings.Repeat("O", 1<<20), want: bad(HeadTooLong)},
}

func TestResponse(t *testing.T) {
	for _, m := range messages {
		t.Run(m.name, func(t *testing.T) {
			if got := read(m.text, m.head); got != m.want {
				t.Errorf("got  %+v\nwant %+v", got, m.want)
			}
		})
	}
}

// Each deviation that is tolerated has a name, however the response is cut and
// whether or not its head is remembered.
func TestDeviationsAreNoted(t *testing.T) {
	for _, m := range messages {
		if m.want.Err != nil {
			continue
		}
		r := Response{Memo: &Memo{}}
		for cut := range min(len(m.text), 300) {
			r.Reset(m.head, nil, nil)
			n, err := r.Feed([]byte(m.text[:cut]))
			if err == nil && !r.Done() {
				_, err = r.Feed([]byte(m.text[n:]))
			}
			if err != nil || r.Deviations != m.deviates {
				t.Errorf("%s, cut after %d bytes: %v, deviations %b, want %b", m.name, cut, err, r.Deviations, m.deviates)
				break
			}
		}
	}
	var all []string
	for name := range Deviations(1<<len(deviationNames) - 1).Each() {
		all = append(all, name)
	}
	if len(all) != len(deviationNames) || ConnectionField != 1<<(len(deviationNames)-1) {
		t.Errorf("%d deviations have names", len(all))
	}
}

// A response means the same wherever the network cuts it: in two at every
// byte, and byte by byte.
func TestResponseCutAnywhere(t *testing.T) {
	for _, m := range messages {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for at := 1; at < min(len(m.text), 400); at++ {
				if got := read(m.text, m.head, at); got != m.want {
					t.Fatalf("cut after %d bytes: got  %+v\nwant %+v", at, got, m.want)
				}
			}
			ones := make([]int, min(len(m.text), MaxHead+1000))
			for i := range ones {
				ones[i] = 1
			}
			if got := read(m.text, m.head, ones...); got != m.want {
				t.Errorf("byte by byte: got  %+v\nwant %+v", got, m.want)
			}
		})
	}
}

func TestCaptureKeepsEachLineOfTheFinalResponse(t *testing.T) {
	c := new(Capture)
	c.Want([]string{"x-id", "x-cache"})
	var r Response
	for range 2 { // a second response forgets the first
		r.Reset(false, nil, c)
		text := "HTTP/1.1 103 Early Hints\r\nX-Id: early\r\n\r\nHTTP/1.1 200 OK\r\nX-ID: one\r\nx-id: two\r\nContent-Length: 0\r\n\r\n"
		if _, err := r.Feed([]byte(text)); err != nil || !r.Done() {
			t.Fatal(r.Done(), err)
		}
		if got := c.Values("X-Id"); !slices.Equal(got, []string{"one", "two"}) || len(c.Values("x-cache")) != 0 || c.Values("x-other") != nil {
			t.Errorf("captured %q, want two lines of the one field", c.Lines)
		}
		c.Lines[1] = append(c.Lines[1], "left over")
	}
}

func TestMalformedSaysWhy(t *testing.T) {
	var m Malformed
	_, err := new(Response).Feed([]byte("garbage"))
	if !errors.As(err, &m) || m != BadStatusLine || !strings.HasPrefix(fmt.Sprint(err), "malformed response: ") {
		t.Errorf("got %v", err)
	}
}

// A head that is remembered is read as if it were not, whatever stands before
// and behind it.
func TestMemoChangesNothing(t *testing.T) {
	var memo Memo
	for range 2 {
		for _, m := range messages {
			var r Response
			r.Memo = &memo
			for range 2 {
				r.Reset(m.head, make([]byte, 0, 8), nil)
				n, err := r.Feed([]byte(m.text))
				got := outcome{Err: err}
				if err == nil {
					got = outcome{Code: r.Status(), Body: r.Body, Prefix: string(r.Prefix), Complete: r.End(), KeepAlive: r.KeepAlive(), Rest: len(m.text) - n}
				}
				if got != m.want {
					t.Errorf("%s: got  %+v\nwant %+v", m.name, got, m.want)
				}
			}
		}
	}
}

var typical = []byte("HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 22 Nov 2026 19:20:00 GMT\r\nContent-Type: application/json\r\n" +
	"Content-Length: 199\r\nLast-Modified: Sun, 22 Nov 2026 19:00:00 GMT\r\nConnection: keep-alive\r\nETag: \"65600000-c7\"\r\nAccept-Ranges: bytes\r\n\r\n" +
	strings.Repeat("x", 199))

func BenchmarkResponse(b *testing.B) {
	for name, memo := range map[string]*Memo{"parsed": nil, "remembered": {}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := Response{Memo: memo}
			for b.Loop() {
				r.Reset(false, nil, nil)
				if n, err := r.Feed(typical); n != len(typical) || err != nil || !r.Done() {
					b.Fatal(n, err)
				}
			}
		})
	}
}
