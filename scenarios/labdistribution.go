package scenarios

import (
	"time"

	"tollgate/pricing/document"
)

// LabCDN is what the lab's distributions keep, for how long and where. What is left out is as
// the lab has it. A lab file has more of it.
type LabCDN struct {
	MinTTL     time.Duration  `json:"min_ttl" doc:"min=0s;max=8760h"`
	DefaultTTL *time.Duration `json:"default_ttl" doc:"min=0s;max=8760h"` // 0: what does not say for how long is not kept
	MaxTTL     *time.Duration `json:"max_ttl" doc:"min=0s;max=87600h"`
	ErrorTTL   *time.Duration `json:"error_ttl" doc:"min=0s;max=8760h"`
	Params     []string       `json:"key_parameters"` // none: the whole query
	NoParams   bool           `json:"ignore_query"`
	Heads      []string       `json:"key_headers"`
	Compress   bool           `json:"compress"`
	Shield     bool           `json:"origin_shield"`
	Locations  []LabLocation  `json:"locations"` // none: one
}

// A LabLocation is an edge location.
type LabLocation struct {
	Name    string      `json:"name" doc:"need"`
	Share   float64     `json:"share" doc:"need;unit=share"`
	Latency LabDuration `json:"latency"` // to viewers there and back; zero: none
}

// check reports what the lab would refuse of it.
func (c *LabCDN) check(v document.Value) {
	if c.NoParams && len(c.Params) > 0 {
		v.Problem("cloudfront: ignore_query and key_parameters contradict each other: leave one of them out")
	}
	if d := c.DefaultTTL; d != nil && *d < c.MinTTL {
		v.Problem("cloudfront: default_ttl must be at least min_ttl, %v", c.MinTTL)
	}
	if m := c.MaxTTL; m != nil && *m < c.MinTTL {
		v.Problem("cloudfront: max_ttl must be at least min_ttl, %v", c.MinTTL)
	}
	if m, d := c.MaxTTL, c.DefaultTTL; m != nil && d != nil && *m < *d {
		v.Problem("cloudfront: max_ttl must be at least default_ttl, %v", *d)
	}
	sum := 0.0
	for _, l := range c.Locations {
		sum += l.Share
	}
	if len(c.Locations) > 0 && (sum < 0.999 || sum > 1.001) {
		v.Problem("cloudfront: the shares of the locations must add up to 1, and add up to %.3g", sum)
	}
}
