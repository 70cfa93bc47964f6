package doors

import (
	"sync"
	"time"
)

// A Quota is how many requests a key may send in a day, a week or a month.
type Quota struct {
	Limit  int    `json:"limit"`
	Period string `json:"period"` // "DAY", "WEEK" or "MONTH"
}

// A quota counts the requests of one key. A period starts at midnight UTC, a
// week on Sunday (assumed: AWS calls its quotas best effort and does not say;
// some have seen a day that rolls along).
type quota struct {
	Quota

	mu   sync.Mutex
	from time.Time
	used int
}

// take counts one request, or refuses it.
func (q *quota) take(now time.Time) bool {
	from := q.start(now.UTC())
	q.mu.Lock()
	defer q.mu.Unlock()
	if from.After(q.from) {
		q.from, q.used = from, 0
	}
	if q.used >= q.Limit {
		return false
	}
	q.used++
	return true
}

// start is when the period began that now lies in.
func (q *quota) start(now time.Time) time.Time {
	year, month, day := now.Date()
	switch q.Period {
	case "MONTH":
		day = 1
	case "WEEK":
		day -= int(now.Weekday())
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
