package formats

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tollgate/scenarios/sources"
)

// Of a HAR file version 1.2 (http://www.softwareishard.com/blog/har-12-spec/), and of the
// field _resourceType that Chromium's browsers add, what a request needs.
type harEntry struct {
	Type    string `json:"_resourceType"`
	Request struct {
		Method   string
		URL      string
		Headers  []harPair
		PostData *struct {
			MimeType string
			Text     string
			Params   []struct{ Name, Value, FileName string }
			Encoding string
		}
	}
	Response struct{ Status int }
}

type harPair struct{ Name, Value string }

// A harFile is a file as it is read.
type harFile struct {
	in     Input
	found  unique
	failed int            // requests without a response, or with one that is an error
	others map[string]int // entries that are no requests by HTTP, by scheme
}

func readHAR(in Input, _ *sources.Request) (sources.Collection, error) {
	f := &harFile{in: in, others: map[string]int{}}
	s := newStream(in)
	entries := false
	err := s.keys("a HAR file, {\"log\": …},", func(key string) error {
		if key != "log" {
			return s.skip()
		}
		return s.keys("the log, a mapping,", func(key string) error {
			if key != "entries" {
				return s.skip()
			}
			entries = true
			return s.items("the list of entries", func(line int) error { return f.entry(s, line) })
		})
	})
	if err != nil {
		return sources.Collection{}, err
	}
	if !entries {
		return sources.Collection{}, in.at(0, "this is no HAR file: there is no log with entries in it")
	}
	return f.collection(), nil
}

// entry reads one request. What the response holds is not kept.
func (f *harFile) entry(s *stream, line int) error {
	var e harEntry
	if err := s.decode(&e); err != nil {
		return err
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil || u.Host == "" {
		f.others["an address that cannot be read"]++
		return nil
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		f.others[u.Scheme+"://"]++
		return nil
	}
	if e.Response.Status < 200 || e.Response.Status >= 400 {
		f.failed++
		return nil
	}
	one := sources.Found{Where: f.in.where(line), Method: strings.ToUpper(e.Request.Method), Origin: u.Scheme + "://" + u.Host, Path: sources.Literal(pathOf(e.Request.URL)), Weight: 1}
	if status := e.Response.Status; status >= 300 && status != 304 {
		one.Status = []int{status}
	}
	for _, h := range e.Request.Headers {
		one.Headers = append(one.Headers, sources.Header{Name: h.Name, Value: sources.Literal(h.Value)})
	}
	e.body(&one)
	f.found.addOf(one, e.Type)
	return nil
}

// pathOf is the path of an address with its query, as it stands there.
func pathOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		return "/"
	}
	if rest[end] != '/' {
		return "/" + rest[end:]
	}
	return rest[end:]
}

// body takes the body of a request. Browsers write parameters of forms apart, and bytes
// in base64.
func (e *harEntry) body(one *sources.Found) {
	p := e.Request.PostData
	if p == nil || p.Text == "" && len(p.Params) == 0 {
		return
	}
	if p.MimeType != "" && !has(one.Headers, "Content-Type") {
		one.Headers = append(one.Headers, sources.Header{Name: "Content-Type", Value: sources.Literal(p.MimeType)})
	}
	switch {
	case p.Text != "" && p.Encoding == "base64":
		if data, err := base64.StdEncoding.DecodeString(p.Text); err == nil {
			one.Body, one.Raw = data, true
			return
		}
		one.Body = []byte(sources.Literal(p.Text))
	case p.Text != "":
		one.Body = []byte(sources.Literal(p.Text))
	default:
		var pairs []string
		for _, field := range p.Params {
			pairs = append(pairs, field.Name+"="+field.Value)
		}
		one.Body = []byte(sources.Literal(strings.Join(pairs, "&")))
	}
}

// ofPage are the resources that make up a page. They come from a cache or a content
// delivery network, and are not what an API is measured by.
var ofPage = []string{"image", "script", "stylesheet", "font", "media", "manifest", "texttrack", "ping", "preflight"}

// collection is what was found. Where the browser says which requests are those of an
// application, the parts of its pages are left out.
func (f *harFile) collection() sources.Collection {
	c := sources.Collection{What: "the HAR file " + f.in.Name}
	var parts int
	apis := slices.ContainsFunc(f.found.kinds, func(kind string) bool { return kind == "xhr" || kind == "fetch" })
	for i, one := range f.found.all {
		if apis && slices.Contains(ofPage, f.found.kinds[i]) {
			parts += one.Weight
			continue
		}
		c.Found = append(c.Found, one)
	}
	if parts > 0 {
		c.Unseen = append(c.Unseen, fmt.Sprintf("Images, scripts, styles and the like are left out: %s.", counted(parts, "request")))
	}
	if f.failed > 0 {
		c.Unseen = append(c.Unseen, fmt.Sprintf("What had no good response (2xx or 3xx) is left out: %s.", counted(f.failed, "request")))
	}
	for _, scheme := range sortedKeys(f.others) {
		c.Unseen = append(c.Unseen, fmt.Sprintf("What is no request by HTTP is left out: %s with %s.", counted(f.others[scheme], "entry"), scheme))
	}
	if f.found.more {
		c.Unseen = append(c.Unseen, f.found.unread())
	}
	c.Unseen = append(c.Unseen, "The requests are sent in random order, by their weights. A session whose requests need each other is a flow (tollgate init --from login shows one).")
	return c
}

func sortedKeys(counts map[string]int) (all []string) {
	for key := range counts {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
