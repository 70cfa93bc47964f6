package summary

import (
	"fmt"
	"math"
	"time"

	"tollgate/pricing"
)

// Month is how many requests of front doors a month of such traffic has; 0: the logs do not
// say.
func (s *Summary) Month() int64 {
	h := &s.requests
	if h.n == 0 || h.tooShort() {
		return 0
	}
	return int64(math.Round(h.profile().month()))
}

// Outside says how many requests do not count for their time; "" of none.
func (s *Summary) Outside() string {
	n := s.requests.outside + s.invocations.outside
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("not counted: %s outside of the time that is kept (%d days from the first on, or --from and --to)", pricing.Counted(n, "request"), Longest/(24*time.Hour))
}

// holes notes hours without a line, of which only the user knows whether logs are missing.
func (w *writer) holes() {
	h := w.s.main()
	all := h.holes()
	if all.hours == 0 {
		return
	}
	from, to := h.covered()
	w.note("%s without a line, of them %s from %s to %s: if logs are missing there, the month is too small (without these hours it would have %s); import each part by --from and --to",
		pricing.Counted(all.hours, "hour"), pricing.Counted(all.longest, "hour"), clock(all.from), clock(all.to),
		pricing.Counted(int64(math.Round(float64(h.n)/(float64(to-from)/float64(hour)-float64(all.hours))*month)), "request"))
}
