package pricing

// Edge is a CloudFront distribution in front of a door.
type Edge struct {
	Viewers string // where they are: us, europe or japan; "": there is no distribution
	Plan    string // a flat-rate plan; "": pay as you go
	Misses  Amount // requests that its cache does not answer and the door does

	Runs        Amount // of CloudFront Functions
	Invocations Amount // of Lambda@Edge
	Duration    Dist   // µs of one of those
	MemoryMB    int64  // of Lambda@Edge
}

// viewers are the price areas of CloudFront that this program knows.
var viewers = []string{"us", "europe", "japan"}

// CloudFront is billed where its viewers are, which is the variant, and not in
// the region of the door behind it. Its leg to the viewer takes the place of
// the door's transfer out; what the door sends to CloudFront is free.
var (
	// CloudFrontRequests are HTTPS requests of viewers.
	CloudFrontRequests = Dimension{
		ID:       "cloudfront.requests",
		Title:    "CloudFront HTTPS requests",
		Unit:     Requests,
		Variants: viewers,
		Meter: func(t Traffic) Reading {
			return t.Edge.seen(told(t.Requests, "requests of viewers"))
		},
	}
	// CloudFrontTransfer is what goes out to viewers.
	CloudFrontTransfer = Dimension{
		ID:       "cloudfront.transfer",
		Title:    "CloudFront transfer to viewers",
		Unit:     GB,
		Variants: viewers,
		Meter: func(t Traffic) Reading {
			return t.Edge.seen(volume(t.Requests, t.ResponseBytes, "responses", "bytes"))
		},
	}
	// CloudFrontOrigin is what goes from CloudFront to the door: the bytes of
	// the requests that its cache does not answer.
	CloudFrontOrigin = Dimension{
		ID:       "cloudfront.origin",
		Title:    "CloudFront transfer to the origin",
		Unit:     GB,
		Variants: viewers,
		Meter: func(t Traffic) Reading {
			return t.Edge.seen(volume(t.Edge.Misses, t.RequestBytes, "requests past the cache", "bytes"))
		},
	}
)

// seen is a reading at the price of where the viewers are; nothing where the
// distribution does not pay as it goes.
func (e Edge) seen(r Reading) Reading {
	if e.Viewers == "" || e.Plan != "" {
		return Reading{}
	}
	r.Variant = e.Viewers
	return r
}
