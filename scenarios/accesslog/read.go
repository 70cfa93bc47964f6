package accesslog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

const (
	longestLine = 256 << 10 // that is read; longer ones are malformed
	lookedAt    = 64 << 10  // bytes in which the format is looked for
	shown       = 3         // problems that are kept
)

// A Problem is a line that could not be read.
type Problem struct {
	Line int64
	What string // without what the line holds
}

// Counted says what became of a log's lines.
type Counted struct {
	Format    Format
	Lines     int64 // that are not empty
	Entries   int64
	Malformed int64 // neither entries nor what else such a log has
	Problems  []Problem
	Bytes     int64 // of the lines, unpacked
	timed     bool  // an entry says when it arrived
	sum       uint32
}

// A Content stands for the lines of a log, in whichever file: packed, unpacked or copied.
type Content struct {
	lines, bytes int64
	sum          uint32
}

// Content is the same of logs with the same lines; false where no line has a time, and lines
// may be alike by chance.
func (c *Counted) Content() (Content, bool) { return Content{c.Lines, c.Bytes, c.sum}, c.timed }

// castagnoli is the polynomial that processors compute by themselves: several GB a second.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// takes counts the bytes of a piece of the log.
func (c *Counted) takes(piece []byte) {
	c.Bytes += int64(len(piece))
	c.sum = crc32.Update(c.sum, castagnoli, piece)
}

// Read reads a log and calls see with each entry, which is see's until it returns. format
// is the one that is given, or nil to find it out. The error says why nothing, or not all,
// could be read; what was counted until then is returned with it.
func Read(r io.Reader, format *Format, see func(*Entry)) (c Counted, err error) {
	in, err := unpacked(r)
	if err != nil {
		return c, err
	}
	begin, _ := in.Peek(lookedAt)
	strip := 0
	if format == nil {
		found, words, err := find(begin)
		if err != nil {
			return c, err
		}
		format, strip = &found, words
	}
	c.Format = *format
	l := lines{in: in, strip: strip, found: format.open(), see: see, counted: &c}
	return c, l.read()
}

// unpacked is the log without compression.
func unpacked(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, longestLine)
	for range 2 { // what was compressed on the way, and before
		magic, _ := in.Peek(4)
		switch {
		case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
			z, err := gzip.NewReader(in)
			if err != nil {
				return nil, fmt.Errorf("cannot be unpacked: %w", err)
			}
			in = bufio.NewReaderSize(z, longestLine)
		case string(magic) == "PAR1":
			return nil, errors.New("is Parquet, which is not read: have the logs delivered as JSON or W3C, or export them as CSV or JSON")
		case string(magic) == "PK\x03\x04", bytes.HasPrefix(magic, []byte("BZh")), string(magic) == "\x28\xb5\x2f\xfd":
			return nil, errors.New("is an archive other than gzip: unpack it first, or pipe it here: unzip -p FILE | tollgate import logs -")
		default:
			return in, nil
		}
	}
	return in, nil
}

// find looks for the first line whose format is known, with up to two words before it that
// CloudWatch Logs has put there: the time, and the stream.
func find(begin []byte) (Format, int, error) {
	for line := range bytes.Lines(begin) {
		line = bytes.TrimRight(line, "\r\n")
		for words := range 3 {
			_, _, rest, ok := stripped(line, words)
			if !ok || len(rest) == 0 {
				break
			}
			if f, found := recognize(rest); found {
				return f, words, nil
			}
		}
	}
	switch begin = bytes.TrimSpace(begin); {
	case len(begin) == 0:
		return Format{}, 0, errors.New("is empty")
	case begin[0] == '{' && has(begin, `"events"`) && has(begin, `"message"`):
		return Format{}, 0, errors.New(`is the JSON of aws logs filter-log-events, and not lines: make them with jq -r '.events[] | (.timestamp/1000 | floor | todate) + " " + .message', or with aws logs tail`)
	}
	return Format{}, 0, fmt.Errorf("has no known format: name it by --format (%s), or give the template that it was written by", strings.Join(Names(), ", "))
}

// stripped takes words off a line, the first of which has to be a time.
func stripped(line []byte, words int) (at, stream, rest []byte, ok bool) {
	if words == 0 {
		return nil, nil, line, true
	}
	at, rest, _ = bytes.Cut(line, []byte(" "))
	if _, _, err := readISO(at); err != nil {
		return nil, nil, nil, false
	}
	if words == 2 {
		stream, rest, ok = bytes.Cut(rest, []byte(" "))
		return at, stream, rest, ok
	}
	return at, nil, rest, true
}

// lines reads a log line by line.
type lines struct {
	in      *bufio.Reader
	strip   int
	found   decoder
	see     func(*Entry)
	counted *Counted
	entry   Entry
	number  int64
}

func (l *lines) read() error {
	for {
		line, err := l.in.ReadSlice('\n')
		l.counted.takes(line)
		if errors.Is(err, bufio.ErrBufferFull) {
			l.number++
			l.malformed(fmt.Errorf("is longer than %d bytes", longestLine))
			for errors.Is(err, bufio.ErrBufferFull) {
				line, err = l.in.ReadSlice('\n')
				l.counted.takes(line)
			}
		} else if len(line) > 0 {
			l.number++
			l.line(bytes.TrimRight(line, "\r\n"))
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("is cut off after %d lines", l.number)
		case err != nil:
			return fmt.Errorf("cannot be read after %d lines: %w", l.number, err)
		}
	}
}

func (l *lines) line(line []byte) {
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	e := &l.entry
	at, stream, rest, ok := stripped(line, l.strip)
	if !ok || len(rest) == 0 {
		rest = line // a message that goes on
	}
	ok, err := l.found(e, rest)
	switch {
	case err != nil:
		l.malformed(err)
	case ok:
		l.counted.Lines++
		if e.ended == 0 && e.Arrived == 0 && at != nil {
			_ = timed(e, at, readISO, (*Entry).ends) // stripped has read it
		}
		if e.Environment == nil {
			e.Environment = stream
		}
		e.settle()
		l.counted.Entries++
		l.counted.timed = l.counted.timed || e.Arrived != 0
		l.see(e)
	default:
		l.counted.Lines++
	}
}

func (l *lines) malformed(err error) {
	l.counted.Lines++
	l.counted.Malformed++
	if len(l.counted.Problems) < shown {
		l.counted.Problems = append(l.counted.Problems, Problem{l.number, err.Error()})
	}
}
