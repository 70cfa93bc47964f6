package formats

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tollgate/scenarios/sources"
)

// Of a collection of Postman, format 2.0 or 2.1
// (https://schema.postman.com/collection/json/v2.1.0/draft-07/collection.json), what a
// request needs.
type (
	postmanItem struct {
		line    int
		Name    string          `json:"name"`
		Request json.RawMessage `json:"request"`
		Auth    json.RawMessage `json:"auth"`
		items   []*postmanItem
		folder  bool
	}
	postmanRequest struct {
		Method string          `json:"method"`
		URL    json.RawMessage `json:"url"`
		Header json.RawMessage `json:"header"`
		Body   *postmanBody    `json:"body"`
		Auth   json.RawMessage `json:"auth"`
	}
	postmanURL struct {
		Raw      string          `json:"raw"`
		Protocol string          `json:"protocol"`
		Host     json.RawMessage `json:"host"` // a text, or its parts
		Port     string          `json:"port"`
		Path     json.RawMessage `json:"path"` // a text, or its parts
		Query    []postmanPair   `json:"query"`
		Variable []postmanPair   `json:"variable"`
	}
	postmanBody struct {
		Mode       string        `json:"mode"`
		Raw        string        `json:"raw"`
		URLEncoded []postmanPair `json:"urlencoded"`
		FormData   []postmanPair `json:"formdata"`
		GraphQL    *struct {
			Query     string          `json:"query"`
			Variables json.RawMessage `json:"variables"` // a text with JSON in it, or an object
		} `json:"graphql"`
		Options struct {
			Raw struct {
				Language string `json:"language"`
			} `json:"raw"`
		} `json:"options"`
		Disabled bool `json:"disabled"`
	}
	postmanPair struct {
		Key      string          `json:"key"`
		ID       string          `json:"id"`
		Value    json.RawMessage `json:"value"`
		Type     string          `json:"type"`
		Disabled bool            `json:"disabled"`
	}
)

// deepest is how deep folders are nested in a collection at most.
const deepest = 32

// A postmanFile is a collection as it is read.
type postmanFile struct {
	in        Input
	s         *stream
	name      string
	schema    string
	auth      json.RawMessage
	root      []*postmanItem
	variables map[string]postmanPair
	unknown   []string // variables that become those of the environment
	secret    []string // of these, those that the collection marks as secrets
	circular  []string // of these, those that are made of themselves
	servers   []string // of these, those that stand for a server
	unseen    []string
	found     unique
}

func readPostman(in Input, _ *sources.Request) (sources.Collection, error) {
	f := &postmanFile{in: in, s: newStream(in), variables: map[string]postmanPair{}}
	if err := f.read(); err != nil {
		return sources.Collection{}, err
	}
	f.each(f.root, f.auth)
	c := sources.Collection{
		What: "the collection " + in.Name + " of Postman", Found: f.found.all, Unseen: f.unseen,
		Without: in.Name + ": the requests do not say their server, only a variable that the collection has no value for: give --url https://HOST",
	}
	for _, names := range []*[]string{&f.unknown, &f.secret, &f.circular} {
		*names = slices.DeleteFunc(*names, func(name string) bool { return slices.Contains(f.servers, name) })
	}
	without := slices.DeleteFunc(slices.Clone(f.unknown), func(name string) bool {
		return slices.Contains(f.secret, name) || slices.Contains(f.circular, name)
	})
	for _, of := range []struct {
		why   string
		names []string
	}{
		{"The collection has no values for these variables, which are those of the environment: ", without},
		{"The collection marks these variables as secrets, and they are those of the environment: ", f.secret},
		{"The collection makes these variables of themselves, and they are those of the environment: ", f.circular},
	} {
		if len(of.names) > 0 {
			c.Unseen = append(c.Unseen, of.why+strings.Join(of.names, ", ")+".")
		}
	}
	c.Unseen = append(c.Unseen, "Scripts before and after requests are not run.")
	return c, nil
}

func (f *postmanFile) read() error {
	items := false
	err := f.s.keys("a collection of Postman, {\"info\": …, \"item\": […]},", func(key string) (err error) {
		switch key {
		case "info":
			var info struct{ Name, Schema string }
			err = f.s.decode(&info)
			f.name, f.schema = info.Name, info.Schema
		case "item":
			items = true
			f.root, err = f.items(0)
		case "auth":
			err = f.s.decode(&f.auth)
		case "variable":
			var all []postmanPair
			err = f.s.decode(&all)
			for _, v := range all {
				if name := firstOf(v.Key, v.ID); name != "" && !v.Disabled {
					f.variables[name] = v
				}
			}
		default:
			err = f.s.skip()
		}
		return err
	})
	if err == nil && !items {
		err = f.in.at(0, "this is no collection of Postman in format 2.0 or 2.1: there is no list of items; export it as Collection v2.1")
	}
	return err
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func (f *postmanFile) items(depth int) (all []*postmanItem, err error) {
	if depth > deepest {
		return nil, f.in.at(f.s.line(), "folders are nested more than %d deep", deepest)
	}
	err = f.s.items("the list of items", func(line int) error {
		item := &postmanItem{line: line}
		all = append(all, item)
		return f.s.keys("an item, a mapping,", func(key string) (err error) {
			switch key {
			case "name":
				return f.s.decode(&item.Name)
			case "request":
				return f.s.decode(&item.Request)
			case "auth":
				return f.s.decode(&item.Auth)
			case "item":
				item.folder = true
				item.items, err = f.items(depth + 1)
				return err
			}
			return f.s.skip()
		})
	})
	return all, err
}

// each takes the requests of folders, which inherit the auth of their folder.
func (f *postmanFile) each(items []*postmanItem, auth json.RawMessage) {
	for _, item := range items {
		own := auth
		if len(item.Auth) > 0 && string(item.Auth) != "null" {
			own = item.Auth
		}
		if item.folder {
			f.each(item.items, own)
			continue
		}
		if err := f.request(item, own); err != nil {
			f.unseen = append(f.unseen, fmt.Sprintf("Left out: %q (%s): %v.", item.Name, f.in.where(item.line), err))
		}
	}
}

func (f *postmanFile) request(item *postmanItem, auth json.RawMessage) error {
	var r postmanRequest
	var address string
	switch {
	case len(item.Request) == 0:
		return fmt.Errorf("it has no request")
	case json.Unmarshal(item.Request, &address) == nil:
		r.URL, _ = json.Marshal(address)
	default:
		if err := json.Unmarshal(item.Request, &r); err != nil {
			return fmt.Errorf("it cannot be read: %w", err)
		}
	}
	one := sources.Found{Where: f.in.where(item.line), Name: item.Name, Method: strings.ToUpper(firstOf(r.Method, "GET")), Weight: 1}
	if err := f.address(r.URL, &one); err != nil {
		return err
	}
	f.headers(r.Header, &one)
	if len(r.Auth) > 0 && string(r.Auth) != "null" {
		auth = r.Auth
	}
	f.authenticate(auth, &one)
	if err := f.body(r.Body, &one); err != nil {
		return err
	}
	f.found.add(one)
	return nil
}

// place matches a variable of Postman: {{name}}, and {{$name}} for those that it makes.
var place = regexp.MustCompile(`\{\{\s*(\$?[^{}\s]+)\s*\}\}`)

// generators are variables that Postman makes, and what makes such values here.
// Source: Postman, "Dynamic variables".
var generators = map[string]string{"$guid": "${uuid}", "$randomUUID": "${uuid}"}

// filled is a text as a scenario has it: variables have their value, and others are those
// of the environment.
func (f *postmanFile) filled(text string) string {
	const most = 8 // variables in variables
	for range most {
		next := place.ReplaceAllStringFunc(text, func(found string) string {
			name := place.FindStringSubmatch(found)[1]
			if v, known := f.variables[name]; known && v.Type != "secret" {
				return plain(v.Value)
			}
			return found
		})
		if next == text || len(next) > largest {
			break
		}
		text = next
	}
	return place.ReplaceAllStringFunc(sources.Literal(text), func(found string) string {
		name := place.FindStringSubmatch(found)[1]
		if generator, known := generators[name]; known {
			return generator
		}
		return "${env:" + f.variable(name) + "}"
	})
}

var notInVariable = regexp.MustCompile(`[^A-Za-z0-9]+`)

// variable names the environment variable for a variable that has no value. It has a name
// of its own: a collection that came from elsewhere names no variable of this machine.
func (f *postmanFile) variable(name string) string {
	made := "POSTMAN_" + strings.ToUpper(strings.Trim(notInVariable.ReplaceAllString(wordStart.ReplaceAllString(name, "${1}_$2"), "_"), "_"))
	if slices.Contains(f.unknown, made) {
		return made
	}
	f.unknown = append(f.unknown, made)
	switch v, known := f.variables[name]; {
	case known && v.Type == "secret":
		f.secret = append(f.secret, made)
	case known:
		f.circular = append(f.circular, made)
	}
	return made
}

var wordStart = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// plain is a value as a text.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// address takes a URL apart, which is a text or its parts.
func (f *postmanFile) address(raw json.RawMessage, one *sources.Found) error {
	var u postmanURL
	var text string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return fmt.Errorf("it has no address")
	case json.Unmarshal(raw, &text) == nil:
		u.Raw = text
	default:
		if err := json.Unmarshal(raw, &u); err != nil {
			return fmt.Errorf("its address cannot be read: %w", err)
		}
	}
	text = u.Raw
	if text == "" {
		text = u.joined()
	}
	for _, v := range u.Variable {
		if name := firstOf(v.Key, v.ID); name != "" {
			text = replaceSegment(text, name, firstOf(plain(v.Value), "{{"+name+"}}"))
		}
	}
	for _, q := range u.Query {
		if q.Disabled {
			text = withoutPair(text, q.Key)
		}
	}
	return f.origin(text, one)
}

// joined is an address made of its parts.
func (u *postmanURL) joined() string {
	text := ""
	if u.Protocol != "" {
		text = u.Protocol + "://"
	}
	text += parts(u.Host, ".")
	if u.Port != "" {
		text += ":" + u.Port
	}
	text += "/" + parts(u.Path, "/")
	var pairs []string
	for _, q := range u.Query {
		if !q.Disabled {
			pairs = append(pairs, q.Key+"="+plain(q.Value))
		}
	}
	if pairs != nil {
		text += "?" + strings.Join(pairs, "&")
	}
	return text
}

// parts joins a list of texts, or takes a text as it is.
func parts(raw json.RawMessage, by string) string {
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return strings.TrimPrefix(plain(raw), "/")
	}
	var texts []string
	for _, one := range all {
		var object struct{ Value string }
		if json.Unmarshal(one, &object) == nil && object.Value != "" {
			texts = append(texts, object.Value)
			continue
		}
		texts = append(texts, plain(one))
	}
	return strings.Join(texts, by)
}

// replaceSegment fills in :name of a path.
func replaceSegment(text, name, value string) string {
	path, query, found := strings.Cut(text, "?")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if s == ":"+name {
			segments[i] = value
		}
	}
	if path = strings.Join(segments, "/"); found {
		return path + "?" + query
	}
	return path
}

// withoutPair removes a parameter that is switched off.
func withoutPair(text, key string) string {
	path, query, found := strings.Cut(text, "?")
	if !found {
		return text
	}
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool { name, _, _ := strings.Cut(pair, "="); return name == key })
	if len(kept) == 0 {
		return path
	}
	return path + "?" + strings.Join(kept, "&")
}

// origin takes the server from an address. A variable without a value that begins it
// stands for the server.
func (f *postmanFile) origin(text string, one *sources.Found) error {
	text = f.filled(strings.TrimSpace(text))
	if rest, begins := strings.CutPrefix(text, "${env:"); begins {
		name, rest, _ := strings.Cut(rest, "}")
		f.servers = append(f.servers, name)
		one.Path = pathOf("x://h" + rest)
		return nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	scheme, rest, _ := strings.Cut(text, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
		return fmt.Errorf("%s:// is not a scheme that requests are sent by here", shortScheme(scheme))
	}
	one.Path = pathOf(text)
	if _, name, found := strings.Cut(host, "${env:"); found {
		name, _, _ = strings.Cut(name, "}")
		f.servers = append(f.servers, name)
		return nil
	}
	u, err := url.Parse(scheme + "://" + host)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("its host cannot be read")
	}
	one.Origin = scheme + "://" + host
	return nil
}

func shortScheme(text string) string {
	const longest = 20
	return text[:min(len(text), longest)]
}

// headers takes headers as a list or as a text with a line each.
func (f *postmanFile) headers(raw json.RawMessage, one *sources.Found) {
	var all []postmanPair
	if json.Unmarshal(raw, &all) == nil {
		for _, h := range all {
			if !h.Disabled && h.Key != "" {
				one.Headers = append(one.Headers, sources.Header{Name: h.Key, Value: f.filled(plain(h.Value))})
			}
		}
		return
	}
	for line := range strings.SplitSeq(plain(raw), "\n") {
		if name, value, found := strings.Cut(line, ":"); found {
			one.Headers = append(one.Headers, sources.Header{Name: strings.TrimSpace(name), Value: f.filled(strings.TrimSpace(value))})
		}
	}
}
