package compare

import "time"

// A Series is one metric of one target, night by night, oldest first.
type Series struct {
	Target string
	Metric Metric
	Points []Point
}

// A Point is one night of a series.
type Point struct {
	Run   string
	At    time.Time
	Value float64
}

// A Shift is where a series changed its level for good.
type Shift struct {
	Target string    `json:"target"`
	Metric Metric    `json:"metric"`
	Unit   string    `json:"unit"`
	Index  int       `json:"index"` // of the first point at the new level
	Run    string    `json:"run"`
	Date   time.Time `json:"date"`
	Before float64   `json:"before"` // level, up to the shift before this one
	After  float64   `json:"after"`  // and to the next
	Scale  Scale     `json:"scale"`  // of size, low and high
	Size   float64   `json:"size"`   // after ÷ before, or after − before of a share
	Low    float64   `json:"low"`    // 95 %
	High   float64   `json:"high"`
	P      float64   `json:"p"` // of a shift that is none
}
