package formats

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"tollgate/scenarios/sources"
	"tollgate/targets"
)

// readCurl reads curl commands, one request for each address in them.
func readCurl(in Input, r *sources.Request) (sources.Collection, error) {
	c := sources.Collection{What: "a curl command", Typed: true}
	data, err := in.all()
	if err != nil {
		return c, err
	}
	commands, err := in.commands(string(data))
	if err != nil {
		return c, err
	}
	if len(commands) == 0 {
		return c, in.at(0, "there is no command: give one such as curl https://api.example.com/items")
	}
	for _, one := range commands {
		if len(one.words) == 0 || path.Base(one.words[0]) != "curl" {
			return c, in.at(one.line, "this is no curl command: it begins with curl")
		}
		call := &curlCall{in: in, line: one.line, to: r, http: &c.HTTP}
		if err := call.read(one.words[1:]); err != nil {
			return c, in.at(one.line, "%v", err)
		}
		found, err := call.found()
		if err != nil {
			return c, in.at(one.line, "%v", err)
		}
		c.Found, c.Unseen = append(c.Found, found...), append(c.Unseen, call.unseen...)
	}
	return c, nil
}

// A curlCall is a command as it is read.
type curlCall struct {
	in   Input
	line int
	to   *sources.Request
	http *string

	method, user string
	addresses    []string
	headers      []sources.Header
	data         []string // pieces of the body, which & joins
	form         []string
	hasData      bool
	raw, json    bool // the body is bytes; it is JSON
	upload       bool
	get, head    bool
	timeout, iam string
	globs        bool
	unseen       []string
}

// An option is what curl does with one, if it matters for a request.
type option struct {
	names string // "d data"
	takes bool   // a value
	use   func(c *curlCall, value string) error
}

func set(to func(*curlCall) *string) func(*curlCall, string) error {
	return func(c *curlCall, value string) error { *to(c) = value; return nil }
}

func flag(to func(*curlCall) *bool) func(*curlCall, string) error {
	return func(c *curlCall, _ string) error { *to(c) = true; return nil }
}

func asHeader(name string) func(*curlCall, string) error {
	return func(c *curlCall, value string) error { c.header(name, value); return nil }
}

// unlike is for options that a load cannot have, and that change what is sent.
func unlike(text string) func(*curlCall, string) error {
	return func(c *curlCall, _ string) error { c.unseen = append(c.unseen, text); return nil }
}

// curlOptions are those of curl 8 (its manual page) that say something of a request, and
// below them those that say something of the output alone.
var curlOptions = []option{
	{"X request", true, set(func(c *curlCall) *string { return &c.method })},
	{"url", true, func(c *curlCall, value string) error { c.addresses = append(c.addresses, value); return nil }},
	{"H header", true, (*curlCall).headerLine},
	{"A user-agent", true, asHeader("User-Agent")},
	{"e referer", true, asHeader("Referer")},
	{"b cookie", true, (*curlCall).cookie},
	{"r range", true, func(c *curlCall, value string) error { c.header("Range", "bytes="+value); return nil }},
	{"u user", true, set(func(c *curlCall) *string { return &c.user })},
	{"oauth2-bearer", true, func(c *curlCall, value string) error { c.header("Authorization", "Bearer "+value); return nil }},
	{"aws-sigv4", true, func(c *curlCall, _ string) error { c.iam, c.user = "iam", ""; return nil }},
	{"d data data-ascii", true, func(c *curlCall, value string) error { return c.piece(value, true, true) }},
	{"data-binary", true, func(c *curlCall, value string) error { return c.piece(value, true, false) }},
	{"data-raw", true, func(c *curlCall, value string) error { return c.piece(value, false, false) }},
	{"data-urlencode", true, (*curlCall).encoded},
	{"json", true, func(c *curlCall, value string) error { c.json = true; return c.piece(value, true, false) }},
	{"F form", true, func(c *curlCall, value string) error { c.form = append(c.form, value); return nil }},
	{"form-string", true, func(c *curlCall, value string) error { c.form = append(c.form, value); return nil }},
	{"T upload-file", true, func(c *curlCall, value string) error { c.upload = true; return c.piece("@"+value, true, false) }},
	{"G get", false, flag(func(c *curlCall) *bool { return &c.get })},
	{"I head", false, flag(func(c *curlCall) *bool { return &c.head })},
	{"g globoff", false, flag(func(c *curlCall) *bool { return &c.globs })},
	{"compressed", false, asHeader("Accept-Encoding")},
	{"m max-time", true, func(c *curlCall, value string) error { c.timeout = value + "s"; return nil }},
	{"k insecure", false, func(c *curlCall, _ string) error { c.to.Connection.Insecure = true; return nil }},
	{"cacert", true, func(c *curlCall, value string) error { c.to.Connection.CA = value; return nil }},
	{"E cert", true, func(c *curlCall, value string) error { c.to.Connection.Cert = value; return nil }},
	{"key", true, func(c *curlCall, value string) error { c.to.Connection.Key = value; return nil }},
	{"connect-to", true, func(c *curlCall, value string) error { c.to.Connection.ConnectTo = value; return nil }},
	{"resolve", true, (*curlCall).resolve},
	{"x proxy", true, func(c *curlCall, value string) error { c.to.Connection.Proxy = value; return nil }},
	{"p proxytunnel", false, func(c *curlCall, _ string) error { c.to.Connection.ProxyTunnel = true; return nil }},
	{"proxy-cacert", true, func(c *curlCall, value string) error { c.to.Connection.ProxyCA = value; return nil }},
	{"proxy-insecure", false, func(c *curlCall, _ string) error { c.to.Connection.ProxyInsecure = true; return nil }},
	{"unix-socket", true, func(c *curlCall, value string) error { c.to.Connection.UnixSocket = value; return nil }},
	{"interface", true, func(c *curlCall, value string) error { c.to.Connection.Source = value; return nil }},
	{"4 ipv4", false, func(c *curlCall, _ string) error { c.to.Connection.IP = targets.IPv4; return nil }},
	{"6 ipv6", false, func(c *curlCall, _ string) error { c.to.Connection.IP = targets.IPv6; return nil }},
	{"0 http1.0", false, unlike("curl was to use HTTP/1.0, which no load is sent by.")},
	{"http1.1", false, func(c *curlCall, _ string) error { *c.http = "1.1"; return nil }},
	{"http2 http2-prior-knowledge", false, func(c *curlCall, _ string) error { *c.http = "2"; return nil }},
	{"http3 http3-only", false, unlike("curl was to use HTTP/3, which no load is sent by.")},
	{"L location location-trusted", false, unlike("Redirects are not followed (curl's -L): give the address that they lead to.")},
	{"digest ntlm negotiate anyauth", false, unlike("curl was to negotiate how it proves who it is: only Basic, bearer tokens and AWS signatures are sent.")},

	{"s silent S show-error v verbose i include show-headers f fail fail-with-body N no-buffer n netrc O remote-name J remote-header-name # progress-bar no-progress-meter basic path-as-is tcp-nodelay keepalive no-keepalive raw remove-on-error ssl-reqd tlsv1 tlsv1.2 tlsv1.3 ssl-no-revoke no-sessionid j junk-session-cookies create-dirs Z parallel", false, nil},
	{"o output w write-out D dump-header c cookie-jar stderr trace trace-ascii connect-timeout retry retry-delay retry-max-time y speed-time Y speed-limit limit-rate max-redirs keepalive-time tls-max ciphers noproxy dns-servers doh-url max-filesize z time-cond", true, nil},
}

// curlOption finds an option by its letter or name.
func curlOption(name string) (option, bool) {
	i := slices.IndexFunc(curlOptions, func(o option) bool { return slices.Contains(strings.Fields(o.names), name) })
	if i < 0 {
		return option{}, false
	}
	return curlOptions[i], true
}

// read takes the words behind curl.
func (c *curlCall) read(words []string) error {
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		var err error
		switch {
		case word == "--":
			c.addresses, words = append(c.addresses, words...), nil
		case strings.HasPrefix(word, "--"):
			words, err = c.long(word[2:], words)
		case strings.HasPrefix(word, "-") && word != "-":
			words, err = c.short(word[1:], words)
		default:
			c.addresses = append(c.addresses, word)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *curlCall) long(name string, rest []string) ([]string, error) {
	if name == "next" {
		return nil, fmt.Errorf("--next separates requests: give them as commands of their own")
	}
	o, known := curlOption(name)
	if !known || len(name) < 2 {
		return nil, fmt.Errorf("--%s is not an option of curl that is known here: leave it out, if it says nothing of the request", name)
	}
	if !o.takes {
		return rest, c.apply(o, name, "")
	}
	if len(rest) == 0 {
		return nil, fmt.Errorf("--%s needs a value", name)
	}
	return rest[1:], c.apply(o, name, rest[0])
}

// short takes letters of options, of which the last may take a value.
func (c *curlCall) short(letters string, rest []string) ([]string, error) {
	for letters != "" {
		name := letters[:1]
		letters = letters[1:]
		o, known := curlOption(name)
		switch {
		case !known: // what is joined to it may be a password
			return nil, fmt.Errorf("-%s is not an option of curl that is known here: leave it out, if it says nothing of the request", name)
		case !o.takes:
			if err := c.apply(o, name, ""); err != nil {
				return nil, err
			}
		case letters != "":
			return rest, c.apply(o, name, letters)
		case len(rest) == 0:
			return nil, fmt.Errorf("-%s needs a value", name)
		default:
			return rest[1:], c.apply(o, name, rest[0])
		}
	}
	return rest, nil
}

func (c *curlCall) apply(o option, name, value string) error {
	if o.use == nil {
		return nil
	}
	if name == "compressed" {
		value = "gzip, deflate, br, zstd"
	}
	return o.use(c, value)
}

func (c *curlCall) header(name, value string) {
	c.headers = append(c.headers, sources.Header{Name: name, Value: value})
}

// headerLine takes a header as curl does: "Name:" removes what curl adds itself, and
// "Name;" sends an empty one.
func (c *curlCall) headerLine(line string) error {
	name, value, found := strings.Cut(line, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case strings.HasPrefix(line, "@"):
		return fmt.Errorf("-H @FILE: write the headers into the command")
	case !found || name == "" || value == "":
		return nil
	case strings.EqualFold(name, "Host"):
		c.to.Connection.Host = value
		return nil
	}
	c.header(name, value)
	return nil
}

// cookie takes cookies; without "=" it would be a file that the browser wrote.
func (c *curlCall) cookie(value string) error {
	if !strings.Contains(value, "=") {
		c.unseen = append(c.unseen, "Cookies of a file (curl's -b FILE) are not sent: write -b 'NAME=VALUE'.")
		return nil
	}
	c.header("Cookie", value)
	return nil
}

// piece adds to the body what is typed, or what a file holds. -d leaves out its line
// breaks.
func (c *curlCall) piece(value string, files, oneLine bool) error {
	c.hasData = true
	name, isFile := strings.CutPrefix(value, "@")
	if !isFile || !files {
		c.data = append(c.data, value)
		return nil
	}
	content, err := c.in.File(name)
	if err != nil {
		return err
	}
	text := string(content)
	if oneLine {
		text = strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(text)
	}
	if !isText(content) {
		c.raw = true
		c.data = append(c.data, text)
		return nil
	}
	c.data = append(c.data, sources.Literal(text))
	return nil
}

// encoded takes "content", "=content", "name=content", "@file" or "name@file".
func (c *curlCall) encoded(value string) error {
	c.hasData = true
	at := strings.IndexAny(value, "=@")
	name, content := "", value
	switch {
	case at >= 0 && value[at] == '=':
		name, content = value[:at], value[at+1:]
	case at >= 0:
		data, err := c.in.File(value[at+1:])
		if err != nil {
			return err
		}
		name, content = value[:at], sources.Literal(string(data))
	}
	escaped := escapeTemplate(content)
	if name != "" {
		escaped = name + "=" + escaped
	}
	c.data = append(c.data, escaped)
	return nil
}

// escapeTemplate escapes what is no reference for a form.
func escapeTemplate(text string) string {
	var out strings.Builder
	for {
		at := strings.Index(text, "${env:")
		end := strings.IndexByte(text, '}')
		if at < 0 || end < at || at > 0 && text[at-1] == '$' {
			out.WriteString(sources.Literal(url.QueryEscape(strings.ReplaceAll(text, "$${", "${"))))
			return out.String()
		}
		out.WriteString(url.QueryEscape(strings.ReplaceAll(text[:at], "$${", "${")) + text[at:end+1])
		text = text[end+1:]
	}
}

// resolve takes HOST:PORT:ADDRESS.
func (c *curlCall) resolve(value string) error {
	parts := strings.SplitN(strings.TrimPrefix(value, "+"), ":", 3)
	if len(parts) != 3 {
		return fmt.Errorf("--resolve %s: HOST:PORT:ADDRESS belongs here", value)
	}
	address, _, _ := strings.Cut(parts[2], ",")
	c.to.Connection.ConnectTo = address + ":" + parts[1]
	return nil
}

// found are the requests of the command.
func (c *curlCall) found() ([]sources.Found, error) {
	if len(c.addresses) == 0 {
		return nil, fmt.Errorf("the command has no address: give one such as https://api.example.com/items")
	}
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	if c.user != "" {
		if err := c.basic(); err != nil {
			return nil, err
		}
	}
	var all []sources.Found
	for _, address := range c.addresses {
		one := sources.Found{Where: c.in.where(c.line), Method: c.verb(body), Headers: c.headers, Body: body, Raw: c.raw, Auth: c.iam, Timeout: c.timeout}
		if err := c.address(address, &one); err != nil {
			return nil, err
		}
		if c.get && c.hasData {
			separator := "?"
			if strings.Contains(one.Path, "?") {
				separator = "&"
			}
			one.Path, one.Body = one.Path+separator+string(body), nil
		}
		all = append(all, one)
	}
	return all, nil
}

// verb is the method that curl uses.
func (c *curlCall) verb(body []byte) string {
	switch {
	case c.method != "":
		return strings.ToUpper(c.method)
	case c.head:
		return http.MethodHead
	case c.upload:
		return http.MethodPut
	case body != nil && !c.get:
		return http.MethodPost
	}
	return http.MethodGet
}

// address takes an address apart. curl takes http:// where it has no scheme.
func (c *curlCall) address(text string, one *sources.Found) error {
	if !c.globs && strings.ContainsAny(strings.ReplaceAll(text, "${env:", ""), "{[") && !strings.Contains(text, "://[") {
		return fmt.Errorf("the address has a pattern ({a,b} or [1-9]): give addresses without one, or -g if the characters are meant")
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	scheme, rest, _ := strings.Cut(text, "://")
	if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
		return fmt.Errorf("%s:// is not a scheme that requests are sent by here: write http:// or https://", scheme)
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host := rest[:end]
	if at := strings.LastIndex(host, "@"); at >= 0 {
		c.user, host = host[:at], host[at+1:]
		if plain, err := url.PathUnescape(c.user); err == nil {
			c.user = plain
		}
		if err := c.basic(); err != nil {
			return err
		}
		one.Headers = c.headers
	}
	if host == "" || strings.Contains(host, "$") {
		return fmt.Errorf("the address has no host that can be read: write it without variables")
	}
	one.Origin, one.Path = scheme+"://"+host, pathOf(text)
	return nil
}

// basic makes a header of the user. A reference cannot be encoded before it is known.
func (c *curlCall) basic() error {
	user := c.user
	c.user = ""
	if c.iam != "" {
		return nil
	}
	if !strings.Contains(user, ":") {
		return fmt.Errorf("the user has no password: write -u NAME:PASSWORD")
	}
	if strings.Contains(user, "${env:") {
		c.header("Authorization", "${env:AUTHORIZATION}")
		c.unseen = append(c.unseen, "The user of the command has a variable in it: set AUTHORIZATION to \"Basic \" and the base64 of NAME:PASSWORD.")
		return nil
	}
	c.header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(user, "$${", "${"))))
	return nil
}

// has says whether a header is there.
func (c *curlCall) has(name string) bool { return has(c.headers, name) }

// body is the body, with the type that curl gives it; nil for none.
func (c *curlCall) body() ([]byte, error) {
	switch {
	case len(c.form) > 0:
		return c.multipart()
	case !c.hasData:
		return nil, nil
	case c.get:
		return []byte(strings.Join(c.data, "&")), nil
	}
	kind := "application/x-www-form-urlencoded"
	if c.json {
		kind = "application/json"
		if !c.has("Accept") {
			c.header("Accept", kind)
		}
	}
	if !c.has("Content-Type") && !c.upload {
		c.header("Content-Type", kind)
	}
	joined := "&"
	if c.json || c.upload {
		joined = ""
	}
	return []byte(strings.Join(c.data, joined)), nil
}
