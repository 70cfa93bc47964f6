package sources

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/scenarios/coding"
)

// Bodies up to these sizes stand in the scenario itself; larger ones are files next to it.
// Only a text in the scenario can hold references.
const (
	inlineBody     = 2 << 10
	referencedBody = 32 << 10
)

// prepare makes the request of a scenario.
func (w *collecting) prepare(f Found) (prepared, error) {
	p := prepared{found: f}
	if f.Send != nil {
		p.node = document.Pairs("send", f.Send, "reply", f.Reply, "timeout", given(w.m.Timeout))
		return p, nil
	}
	headers, accepted := w.headers(&p)
	where := w.concealedPath(f.Path, f.Secret)
	p.node = document.Pairs("method", f.Method, "path", where, "headers", headers)
	if err := w.body(&p, headers); err != nil {
		return p, err
	}
	if h := p.node.Find("headers"); h != nil && len(h.Entries) == 0 {
		p.node.Entries = slices.DeleteFunc(p.node.Entries, func(e document.Entry) bool { return e.Key == "headers" })
	}
	var weight *document.Node
	if f.Weight > 1 {
		weight = document.Number(strconv.Itoa(min(f.Weight, heaviest)))
	}
	var auth *document.Node
	switch {
	case p.found.Auth != "iam" || w.m.host == Lab:
	case w.m.kind.Signing != "":
		auth = document.Pairs("iam", yes(true))
	default:
		w.unsigned++
	}
	timeout := f.Timeout
	if timeout == "" {
		timeout = w.m.Timeout
	}
	if timeout == "" && !w.m.kind.OnAWS() {
		timeout = defaultTimeout
	}
	p.node.Entries = append(p.node.Entries, document.Pairs("accept_encoding", accepted, "weight", weight, "timeout", given(timeout),
		"auth", auth, "expect", document.Pairs("status", statuses(f.Status))).Entries...)
	return p, nil
}

// heaviest is the largest weight that a scenario takes.
const heaviest = 10_000

// statuses are the status codes that are expected.
func statuses(found []int) *document.Node {
	if len(found) == 0 {
		return document.Items(good...)
	}
	var all []*document.Node
	for _, code := range found {
		all = append(all, document.Number(strconv.Itoa(code)))
	}
	return document.Items(all...)
}

// name names the request after what it does.
func (w *collecting) name(p *prepared, taken map[string]int) {
	text := p.found.Name
	if strings.Contains(text, "/") { // Postman names a request by its address
		text, _, _ = strings.Cut(w.concealedSegments(text), "?")
	}
	if text == "" {
		where, _, _ := strings.Cut(p.node.Find("path").Raw, "?")
		text = p.found.Method + " " + where
	}
	text = secretLooks.ReplaceAllString(strings.ReplaceAll(text, "${env:", ""), "")
	const longest = 56
	text = strings.Trim(notInName.ReplaceAllString(strings.ToLower(text), "-"), "-")
	text = strings.Trim(text[:min(len(text), longest)], "-")
	if text == "" {
		text = "request"
	}
	taken[text]++
	if n := taken[text]; n > 1 {
		text += "-" + strconv.Itoa(n)
		taken[text]++
	}
	p.node.Entries = append(document.Pairs("name", text).Entries, p.node.Entries...)
}

// ofBrowser begins the names of headers, in lower case, that say something of a browser,
// its cache or a connection, and nothing of the request.
var ofBrowser = []string{
	":", "sec-", "proxy-", "host", "content-length", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect",
	"priority", "dnt", "pragma", "cache-control", "if-none-match", "if-modified-since", "upgrade-insecure-requests", "referer", "user-agent", "accept-language", "range",
}

// belongsToBrowser says whether a header is one of them. A user agent that was typed is not.
func belongsToBrowser(h Header) bool {
	name := strings.ToLower(h.Name)
	if name == "user-agent" {
		return strings.HasPrefix(h.Value, "Mozilla/")
	}
	return slices.ContainsFunc(ofBrowser, func(b string) bool { return name == b || strings.HasSuffix(b, "-") && strings.HasPrefix(name, b) }) ||
		strings.HasPrefix(name, ":")
}

// headers are those of the request, and the codings that it accepts.
func (w *collecting) headers(p *prepared) (made, accepted *document.Node) {
	made = document.Pairs()
	if slices.ContainsFunc(p.found.Headers, signed) {
		p.found.Auth = "iam"
	}
	for _, h := range p.found.Headers {
		lower := strings.ToLower(h.Name)
		switch {
		case lower == "authorization" && (p.bearer != "" || header(made, h.Name) != nil): // one is sent
			w.drop(h.Name)
		case h.Value == "" || !printableASCII(h.Value):
			w.drop(h.Name)
		case belongsToBrowser(h) && !w.Typed, framed(lower):
			w.drop(h.Name)
		case lower == "accept-encoding":
			accepted = decoded(h.Value)
		case p.found.Auth == "iam" && (lower == "authorization" || strings.HasPrefix(lower, "x-amz-")):
		case secretName(h.Name) || slices.Contains(p.found.Secret, h.Value):
			w.secretHeader(p, made, h)
		default:
			addHeader(made, h.Name, w.concealedText(h.Name, h.Value))
		}
	}
	return made, accepted
}

// signed says whether a header is a signature of AWS, which is valid for minutes.
func signed(h Header) bool {
	return strings.EqualFold(h.Name, "Authorization") && strings.HasPrefix(h.Value, "AWS4-")
}

// framed are headers that the load engine writes.
func framed(lower string) bool {
	return strings.HasPrefix(lower, ":") || strings.HasPrefix(lower, "proxy-") ||
		slices.Contains([]string{"host", "content-length", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"}, lower)
}

func (w *collecting) drop(name string) {
	if name = strings.ToLower(name); !slices.Contains(w.dropped, name) && !framed(name) {
		w.dropped = append(w.dropped, name)
	}
}

func printableASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' && c != '\t' || c > '~' })
}

// decoded are those of the codings of a header that responses are decoded from.
func decoded(header string) *document.Node {
	var all []*document.Node
	for part := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(part, ";")
		if name = strings.ToLower(strings.TrimSpace(name)); slices.Contains(coding.Names(), name) {
			all = append(all, document.Text(name))
		}
	}
	if all == nil {
		return nil
	}
	return document.Items(all...)
}

// secretHeader writes a header with a secret as a reference. A bearer token is the
// business of auth.
func (w *collecting) secretHeader(p *prepared, made *document.Node, h Header) {
	scheme, token, _ := strings.Cut(h.Value, " ")
	if token = strings.TrimSpace(token); strings.EqualFold(h.Name, "Authorization") && strings.EqualFold(scheme, "Bearer") && token != "" {
		p.bearer = w.secret("bearer token", "the bearer token", token)
		return
	}
	called := "the header " + h.Name
	if strings.EqualFold(scheme, "Basic") && token != "" {
		called += ": " + basicValue
	}
	addHeader(made, h.Name, w.secret(h.Name, called, h.Value))
}

// body adds the body to the request: a value where the scenario sends the same bytes for
// it, a text, or a file next to the scenario.
func (w *collecting) body(p *prepared, headers *document.Node) error {
	data := p.found.Body
	if data == nil {
		return nil
	}
	add := func(key string, value *document.Node) {
		p.node.Entries = append(p.node.Entries, document.Pairs(key, value).Entries...)
	}
	if len(data) > scenarios.MaxBody {
		return errors.New("its body has more than 10 MiB, which no front door of Lambda accepts")
	}
	if p.found.Raw || !utf8.Valid(data) {
		w.bodyFile(p, add)
		return nil
	}
	text, value := w.concealedBody(p.found, data)
	places := strings.Contains(strings.ReplaceAll(text, "$${", ""), "${")
	switch {
	case len(text) > referencedBody && places:
		return errors.New("its body is large and holds secrets or variables: write it by hand")
	case len(text) > inlineBody && !places:
		w.bodyFile(p, add)
	case value != nil:
		if h := header(headers, "Content-Type"); h != nil && h.Value.Raw == "application/json" {
			headers.Entries = slices.DeleteFunc(headers.Entries, func(e document.Entry) bool { return e.Value == h.Value })
		}
		add("json", value)
	default:
		if header(headers, "Content-Type") == nil {
			addHeader(headers, "Content-Type", contentType(data))
		}
		add("body", document.Text(text))
	}
	return nil
}

// bodyFile makes the body a file. References in it would not be replaced.
func (w *collecting) bodyFile(p *prepared, add func(string, *document.Node)) {
	p.file = p.found.Body
	if !p.found.Raw {
		p.file = bytes.ReplaceAll(p.file, []byte("$${"), []byte("${"))
	}
	add("file", document.Text("")) // named when the request is
}

// nameFile names the file of a body after its request.
func (w *collecting) nameFile(p *prepared) {
	if p.file == nil {
		return
	}
	ending := ".bin"
	if h := p.node.Find("headers"); h != nil {
		if e := header(h, "Content-Type"); e != nil && strings.Contains(e.Value.Raw, "json") {
			ending = ".json"
		}
	}
	name := path.Join(w.Bodies, p.node.Find("name").Raw+ending)
	*p.node.Find("file") = *document.Text(name)
	if w.made.Files == nil {
		w.made.Files = map[string][]byte{}
	}
	w.made.Files[name] = p.file
}

// cleanPath writes what a path cannot have as %XX. References stay.
func cleanPath(text string) string {
	text, _, _ = strings.Cut(text, "#")
	if !strings.HasPrefix(text, "/") {
		text = "/" + text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		if strings.HasPrefix(rest, "$${") { // the characters themselves
			out.WriteString("$%7B")
			i += len("$${") - 1
			continue
		}
		if end := strings.IndexByte(rest, '}'); strings.HasPrefix(rest, "${") && end > 0 {
			out.WriteString(rest[:end+1])
			i += end
			continue
		}
		writeInPath(&out, rest)
	}
	return out.String()
}

// writeInPath writes the first byte of a text as a path has it.
func writeInPath(out *strings.Builder, rest string) {
	c := rest[0]
	escaped := c == '%' && len(rest) > 2 && isHex(rest[1]) && isHex(rest[2])
	if c <= ' ' || c > '~' || strings.IndexByte("\\\"<>^`{|}", c) >= 0 || c == '%' && !escaped {
		fmt.Fprintf(out, "%%%02X", c)
		return
	}
	out.WriteByte(c)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// changes says whether a method may change data at the server.
func changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}
