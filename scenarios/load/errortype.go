package load

import (
	"net/http"
	"sync"

	"tollgate/targets"
)

// mostErrorTypes is how many types of errors are distinguished at a target: more than any front
// door documents, and few enough that a server which makes one up for each response cannot
// fill the files of a run.
const mostErrorTypes = 16

// otherErrorType stands for all further types, and for what is no plain word.
const otherErrorType = "other"

// errorTypes are those that the front door of a target stated in a header of its kind.
type errorTypes struct {
	header string
	mu     sync.Mutex
	seen   map[string]bool
}

// errorTypesOf is nil where neither a target's kind nor that of what is behind it has such a
// header.
func errorTypesOf(t *targets.Target) *errorTypes {
	for _, k := range t.Answering() {
		if k.ErrorHeader != "" {
			return &errorTypes{header: k.ErrorHeader, seen: map[string]bool{}}
		}
	}
	return nil
}

// ErrorType is the type of error that the front door itself states in a response; "": the
// response is no error, or the application's.
func (m *Message) ErrorType(status int, lines func(name string) []string) string {
	if m.types == nil || status < http.StatusBadRequest {
		return ""
	}
	all := lines(m.types.header)
	if len(all) == 0 {
		return ""
	}
	value, _ := targets.TheOne(all)
	return m.types.known(value)
}

func (t *errorTypes) known(value string) string {
	if value == "" || !plainWord.MatchString(value) {
		return otherErrorType
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.seen[value] {
		if len(t.seen) >= mostErrorTypes {
			return otherErrorType
		}
		t.seen[value] = true
	}
	return value
}
