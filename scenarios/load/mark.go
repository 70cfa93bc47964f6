package load

import (
	"tollgate/results"
	"tollgate/targets"
)

// markHeaders are the response headers that a Mark is read from.
type markHeaders struct {
	requestID, instance, cache []string // likeliest first
}

// marksOf returns where responses of a kind carry marks. Which instance served
// is for the application behind the door to say, in a header of its own; the
// cache header is what CloudFront sends, and API Gateway sends none.
func marksOf(k *targets.Kind) *markHeaders {
	m := &markHeaders{instance: []string{"X-Instance-Id"}, cache: []string{"X-Cache"}}
	if k != nil {
		m.requestID = k.Manners.RequestID
	}
	return m
}

// read fills in a Mark from get, which returns a header's value or "".
func (m *markHeaders) read(get func(name string) string) results.Mark {
	first := func(names []string) string {
		for _, n := range names {
			if v := get(n); v != "" {
				return v
			}
		}
		return ""
	}
	return results.Mark{RequestID: first(m.requestID), Instance: first(m.instance), Cache: first(m.cache)}
}
