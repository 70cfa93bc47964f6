package formats

import (
	"fmt"

	"tollgate/scenarios/sources"
)

// mostRequests bounds the different requests that are kept of a file.
const mostRequests = 20_000

// A unique list has each request once. Its weight is how often it occurs.
type unique struct {
	all   []sources.Found
	kinds []string // of what is requested, by request; "": not known
	byKey map[string]int
	more  bool // than are kept
}

// add counts a request that was seen before, and keeps another one.
func (u *unique) add(one sources.Found) { u.addOf(one, "") }

// addOf does so for a request of a kind.
func (u *unique) addOf(one sources.Found, kind string) {
	key := one.Method + " " + one.Origin + one.Path + "\n" + string(one.Body)
	if i, known := u.byKey[key]; known {
		u.all[i].Weight++
		return
	}
	if len(u.all) == mostRequests {
		u.more = true
		return
	}
	if u.byKey == nil {
		u.byKey = map[string]int{}
	}
	u.byKey[key] = len(u.all)
	u.all, u.kinds = append(u.all, one), append(u.kinds, kind)
}

// unread says that there were more.
func (u *unique) unread() string {
	return fmt.Sprintf("After %d different requests no further ones are read.", mostRequests)
}
