package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// An interval is one line of a histogram log.
type interval struct {
	tag      []byte
	from     time.Duration
	text     []byte        // the histogram, encoded
	complete time.Duration // a mark instead of a histogram: all before this is in the log
}

// readLog calls use for every interval and every mark of completeness.
func readLog(l *lines, use func(*interval) error) error {
	for {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var iv interval
		switch {
		case bytes.HasPrefix(line, []byte(completeMark)):
			at, _ := strings.CutPrefix(strings.TrimSuffix(string(line), "]"), completeMark)
			if iv.complete, err = parseSeconds(at); err != nil {
				return err
			}
		case len(line) == 0 || line[0] == '#' || line[0] == '"':
			continue
		default:
			if iv, err = parseInterval(line); err != nil {
				return err
			}
		}
		if err := use(&iv); err != nil {
			return err
		}
	}
}

// parseInterval splits "Tag=tag,from,length,max,histogram".
func parseInterval(line []byte) (iv interval, err error) {
	fields := bytes.SplitN(line, []byte(","), 5)
	id, tagged := bytes.CutPrefix(fields[0], []byte("Tag="))
	if len(fields) != 5 || !tagged {
		return iv, fmt.Errorf("%.60q: want Tag=…,start,length,maximum,histogram", line)
	}
	iv.tag, iv.text = id, fields[4]
	iv.from, err = parseSeconds(string(fields[1]))
	return iv, err
}

// histogram decodes a latency.
func (iv *interval) histogram(n names, d *decoder) (tag, *Histogram, error) {
	t, err := n.parseTag(string(iv.tag))
	if err != nil {
		return t, nil, err
	}
	if t.kind != tagLatency && t.kind != tagLag {
		return t, nil, fmt.Errorf("tag %.100q does not name a latency", iv.tag)
	}
	p, err := d.decode(latencies, iv.text)
	return t, &Histogram{bins: bins{p}}, err
}

// sizes decodes sizes.
func (iv *interval) sizes(n names, d *decoder) (SizeKey, *Sizes, error) {
	t, err := n.parseTag(string(iv.tag))
	if err != nil {
		return SizeKey{}, nil, err
	}
	if t.kind != tagRequest && t.kind != tagResponse {
		return SizeKey{}, nil, fmt.Errorf("tag %.100q does not name a size", iv.tag)
	}
	p, err := d.decode(sizes, iv.text)
	return SizeKey{t.Group, t.kind == tagResponse}, &Sizes{bins{p}}, err
}
