package formats

import (
	"bufio"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tollgate/scenarios/sources"
)

// vegetaMethod matches the first word of a target's line.
// Source: vegeta v12.13.0, lib/targets.go.
var vegetaMethod = regexp.MustCompile(`^[A-Z]+\s`)

// vegetaTarget is a target of vegeta's JSON format. Its body is base64.
// Source: vegeta v12.13.0, README, "-format".
type vegetaTarget struct {
	Method string              `json:"method"`
	URL    string              `json:"url"`
	Body   []byte              `json:"body"`
	Header map[string][]string `json:"header"`
}

// A vegetaFile is a file of targets as it is read.
type vegetaFile struct {
	in    Input
	text  *bufio.Scanner
	line  int
	ahead *string
	found unique
}

// readVegeta reads targets in both formats: HTTP, and JSON with one target a line.
func readVegeta(in Input, _ *sources.Request) (sources.Collection, error) {
	f := &vegetaFile{in: in, text: bufio.NewScanner(withoutMark(in.Data))}
	f.text.Buffer(nil, largest)
	for f.next() {
		line := strings.TrimSpace(f.text.Text())
		var err error
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "{"):
			err = f.object(line)
		default:
			err = f.target(line)
		}
		if err != nil {
			return sources.Collection{}, err
		}
	}
	if err := f.text.Err(); err != nil {
		return sources.Collection{}, in.at(f.line+1, "%v", err)
	}
	c := sources.Collection{What: "the targets of vegeta in " + in.Name, Found: f.found.all}
	if len(c.Found) == 0 {
		return c, in.at(0, "there is no target: write one such as GET https://api.example.com/items")
	}
	if f.found.more {
		c.Unseen = append(c.Unseen, f.found.unread())
	}
	return c, nil
}

// next goes on to the next line.
func (f *vegetaFile) next() bool {
	if f.ahead != nil {
		f.ahead = nil
		return true
	}
	f.line++
	return f.text.Scan()
}

func (f *vegetaFile) object(line string) error {
	var t vegetaTarget
	d := json.NewDecoder(strings.NewReader(line))
	if err := d.Decode(&t); err != nil {
		return f.in.at(f.line, "this is no target in JSON: %v", err)
	}
	one, err := f.request(t.Method, t.URL)
	if err != nil {
		return err
	}
	if len(t.Body) > 0 {
		one.Body = t.Body
		if one.Raw = !isText(t.Body); !one.Raw {
			one.Body = []byte(sources.Literal(string(t.Body)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Header)) {
		for _, value := range t.Header[name] {
			one.Headers = append(one.Headers, sources.Header{Name: name, Value: sources.Literal(value)})
		}
	}
	f.found.add(one)
	return nil
}

// target reads a target of the HTTP format: its line, headers, and the file of its body.
func (f *vegetaFile) target(line string) error {
	method, address, found := strings.Cut(line, " ")
	if !found || !vegetaMethod.MatchString(line) {
		return f.in.at(f.line, "METHOD URL belongs here, such as GET https://api.example.com/items")
	}
	one, err := f.request(method, strings.TrimSpace(address))
	if err != nil {
		return err
	}
	for f.next() {
		text := f.text.Text()
		line := strings.TrimSpace(text)
		name, value, isHeader := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "@"):
			err = f.body(&one, line[1:])
		case line == "":
		case vegetaMethod.MatchString(line):
			f.ahead = &text
		case !isHeader || name == "" || value == "":
			err = f.in.at(f.line, "a header (Name: value), @FILE or an empty line belongs here")
		default:
			one.Headers = append(one.Headers, sources.Header{Name: name, Value: sources.Literal(value)})
			continue
		}
		break
	}
	if err == nil {
		f.found.add(one)
	}
	return err
}

func (f *vegetaFile) request(method, address string) (one sources.Found, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return one, f.in.at(f.line, "the address of the target cannot be read: http://HOST/PATH or https://HOST/PATH belongs here")
	}
	return sources.Found{Where: f.in.where(f.line), Method: method, Origin: u.Scheme + "://" + u.Host, Path: sources.Literal(pathOf(address)), Weight: 1}, nil
}

func (f *vegetaFile) body(one *sources.Found, name string) error {
	data, err := f.in.File(name)
	if err != nil {
		return f.in.at(f.line, "%v", err)
	}
	one.Body = data
	if one.Raw = !isText(data); !one.Raw {
		one.Body = []byte(sources.Literal(string(data)))
	}
	return nil
}
