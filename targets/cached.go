package targets

import "net/http"

// A CacheAnswer is what a response says of the cache in front of what is asked.
type CacheAnswer uint8

// The answers. Those up to CacheRefused did not reach what is behind the cache.
const (
	CacheUnsaid    CacheAnswer = iota // the kind has no such header
	CacheHit                          // it comes from the cache
	CacheKeptError                    // it is an error, and comes from the cache
	CacheEdge                         // code at the edge answered, or a limit of the edge refused
	CacheRefused                      // the edge refused, as its own page says
	CacheRefresh                      // the origin said that what is kept is the latest
	CacheMiss
	CacheError   // it is an error, of the origin or of the edge
	CachePassed  // its method is one whose responses are not kept
	CacheUnknown // the header is not there, not as the kind writes it, or contradicts itself
	NumCacheAnswers
)

var cacheAnswerNames = [NumCacheAnswers]string{"unsaid", "hit", "kept_error", "edge", "refused", "refresh", "miss", "error", "passed", "unknown"}

func (a CacheAnswer) String() string { return cacheAnswerNames[a] }

// CacheAnswerNamed finds an answer by its name.
func CacheAnswerNamed(name string) (CacheAnswer, bool) {
	for a, n := range cacheAnswerNames {
		if n == name {
			return CacheAnswer(a), true
		}
	}
	return CacheUnsaid, false
}

// PassedOn says whether a request reached what is behind the cache. An error is taken to have
// done so, since its response does not say whose it is, and so is what is unknown.
func (a CacheAnswer) PassedOn() bool { return a > CacheRefused }

// Answer is what a response to a method says by the lines of its headers. A miss of any other
// method than GET and HEAD is none: its response would not have been kept, and CloudWatch's
// hit rate leaves it out.
func (h CacheHeaders) Answer(method string, lines, age []string) CacheAnswer {
	value, said := TheOne(lines)
	if !said {
		return CacheUnknown
	}
	seconds, _ := TheOne(age)
	a := h.Read(value, seconds)
	if a == CacheMiss && method != http.MethodGet && method != http.MethodHead {
		return CachePassed
	}
	return a
}

// TheOne is the value of a header that says one thing: it has one line, or several alike.
func TheOne(lines []string) (value string, said bool) {
	if len(lines) == 0 || lines[0] == "" {
		return "", false
	}
	for _, other := range lines[1:] {
		if other != lines[0] {
			return "", false
		}
	}
	return lines[0], true
}

// CacheHeaders are the headers by which a kind's responses say what its cache did.
type CacheHeaders struct {
	Name string                              // "": they say nothing
	Read func(value, age string) CacheAnswer // of the header, and of Age; CacheUnknown: it is not the kind's
}
