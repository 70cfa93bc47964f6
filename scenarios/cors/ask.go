package cors

import (
	"regexp"
	"slices"
	"strings"
)

// The fields of an answer, in lower case.
const (
	AllowOrigin      = "access-control-allow-origin"
	AllowMethods     = "access-control-allow-methods"
	AllowHeaders     = "access-control-allow-headers"
	AllowCredentials = "access-control-allow-credentials"
	MaxAge           = "access-control-max-age"
)

// AnswerFields are the fields of an answer that are read.
func AnswerFields() []string {
	return []string{AllowOrigin, AllowMethods, AllowHeaders, AllowCredentials, MaxAge}
}

// An Ask is what a browser has to be allowed before it sends a request.
type Ask struct {
	Origin      string   // of the page
	Method      string   // of the request
	Headers     []string // to be allowed: in lower case, sorted
	Credentials bool     // cookies are sent

	unsafe bool // the method has to be allowed as well
}

// AskFor returns what a browser asks before it sends a request of a page, nil where it asks
// nothing. Credentials are cookies; an Authorization header that a page sets is a header.
func AskFor(origin, method string, header map[string][]string, credentials bool) *Ask {
	a := &Ask{Origin: origin, Method: method, Headers: unsafeNames(header), Credentials: credentials}
	a.unsafe = !slices.Contains(safeMethods, method)
	if !a.unsafe && len(a.Headers) == 0 {
		return nil
	}
	return a
}

var safeMethods = []string{"GET", "HEAD", "POST"}

// The bounds of values that need no permission. Source: Fetch standard, "CORS-safelisted
// request-header" and "CORS-unsafe request-header names".
const (
	longestSafe = 128
	mostSafe    = 1024 // of all together
)

// unsafeNames are the names of headers that have to be allowed.
func unsafeNames(header map[string][]string) []string {
	var names, safe []string
	sum := 0
	for spelt, values := range header {
		name := strings.ToLower(spelt)
		switch value := strings.Join(values, ", "); {
		case len(values) == 0 || ofBrowser(name):
		case isSafe(name, value):
			safe, sum = append(safe, name), sum+len(value)
		default:
			names = append(names, name)
		}
	}
	if sum > mostSafe {
		names = append(names, safe...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// browsers are the headers that browsers write, and pages cannot. Source: Fetch standard,
// "forbidden request-header". User-Agent has left that list, and browsers write it all the
// same.
var browsers = []string{
	"accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method", "connection",
	"content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive", "origin", "referer", "set-cookie",
	"te", "trailer", "transfer-encoding", "upgrade", "user-agent", "via",
}

func ofBrowser(name string) bool {
	return slices.Contains(browsers, name) || strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-")
}

var (
	language    = regexp.MustCompile(`^[0-9A-Za-z *,\-.;=]*$`)
	simpleRange = regexp.MustCompile(`^bytes=[0-9]+-[0-9]*$`)
	safeTypes   = []string{"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
)

// isSafe reports whether a page may send a header unasked.
func isSafe(name, value string) bool {
	if len(value) > longestSafe {
		return false
	}
	switch name {
	case "accept":
		return !hasUnsafeByte(value)
	case "accept-language", "content-language":
		return language.MatchString(value)
	case "content-type":
		kind, _, _ := strings.Cut(value, ";")
		return !hasUnsafeByte(value) && slices.Contains(safeTypes, strings.ToLower(strings.TrimSpace(kind)))
	case "range":
		return simpleRange.MatchString(value)
	}
	return false
}

// hasUnsafeByte looks for a "CORS-unsafe request-header byte".
func hasUnsafeByte(value string) bool {
	return strings.ContainsFunc(value, func(c rune) bool {
		return c < ' ' && c != '\t' || c == 0x7f || strings.ContainsRune(`"():<>?@[\]{}`, c)
	})
}

// Fields are the headers of the question, besides Host and User-Agent.
func (a *Ask) Fields() map[string][]string {
	fields := map[string][]string{"Accept": {"*/*"}, "Origin": {a.Origin}, "Access-Control-Request-Method": {a.Method}}
	if len(a.Headers) > 0 {
		fields["Access-Control-Request-Headers"] = []string{strings.Join(a.Headers, ",")}
	}
	return fields
}

// Refused says which field of an answer does not allow the request, and what it is instead;
// "" where all is allowed. The status has to be one of success; it is not looked at here.
func (a *Ask) Refused(values func(name string) []string) (field, saw string) {
	if field, saw = a.refusesOrigin(values); field != "" {
		return field, saw
	}
	methods, headers := list(values(AllowMethods)), list(values(AllowHeaders))
	if a.unsafe && !slices.Contains(methods, a.Method) && !a.all(methods) {
		return AllowMethods, "it does not name " + a.Method + ": " + shown(methods)
	}
	for _, name := range a.Headers {
		if !hasFold(headers, name) && (name == authorization || !a.all(headers)) {
			return AllowHeaders, "it does not name " + name + ": " + shown(headers)
		}
	}
	return "", ""
}

// authorization is the header that "*" does not allow.
const authorization = "authorization"

func (a *Ask) refusesOrigin(values func(name string) []string) (field, saw string) {
	switch origin := strings.Join(values(AllowOrigin), ", "); {
	case origin == "*" && a.Credentials:
		return AllowOrigin, "it is *, and with credentials it has to name " + a.Origin
	case origin != "*" && origin != a.Origin:
		return AllowOrigin, "it does not name " + a.Origin + ": " + shown(values(AllowOrigin))
	}
	if said := strings.Join(values(AllowCredentials), ", "); a.Credentials && said != "true" {
		return AllowCredentials, "it is not true: " + shown(values(AllowCredentials))
	}
	return "", ""
}

// all reports whether a list allows whatever it can.
func (a *Ask) all(listed []string) bool { return !a.Credentials && slices.Contains(listed, "*") }

func hasFold(listed []string, name string) bool {
	return slices.ContainsFunc(listed, func(one string) bool { return strings.EqualFold(one, name) })
}

// list reads a field of several names.
func list(values []string) (names []string) {
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.Trim(name, " \t"); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

func shown(values []string) string {
	if len(values) == 0 {
		return "nothing"
	}
	return strings.Join(values, ", ")
}
