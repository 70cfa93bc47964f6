package report

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"tollgate/pricing"
	"tollgate/report/chart"
	"tollgate/results"
)

// The parts of a request's mean time, from the client inwards.
const (
	partNetwork  = "network and client"
	partDoor     = "front door"
	partOutside  = "network and front door together"
	partBehind   = "behind the front door"
	partTogether = "front door and function together"
)

// waterfall splits each target's mean service time by what CloudWatch timed, if it did.
func waterfall(doors []Door) *chart.Bars {
	ch := &chart.Bars{
		Title: "Where the time goes",
		Desc:  "Mean service time of each target, split by what CloudWatch timed: the network and the client, the front door, and what is behind it. The table beneath has the same numbers.",
		Parts: []string{partNetwork, partDoor, partBehind, partOutside, partTogether},
		Axis:  "mean milliseconds per request",
		Label: digits,
	}
	for _, d := range doors {
		if values, found := d.split(); found {
			ch.Rows = append(ch.Rows, chart.Bar{Label: d.Name, Values: values})
		}
	}
	ch.Parts = ch.Parts[:used(ch.Rows)]
	for i := range ch.Rows {
		ch.Rows[i].Values = ch.Rows[i].Values[:len(ch.Parts)]
	}
	if len(ch.Rows) == 0 {
		return nil
	}
	return ch
}

// used is how many parts are left when those at the end that no bar has are cut off.
func used(rows []chart.Bar) int {
	n := 0
	for _, r := range rows {
		for i, v := range r.Values {
			if v > 0 {
				n = max(n, i+1)
			}
		}
	}
	return n
}

// split is the door's mean time by part; found is false where CloudWatch timed nothing.
func (d Door) split() (values []float64, found bool) {
	client := d.service().Mean
	if d.Observed == nil || client <= 0 {
		return nil, false
	}
	door, hasDoor := d.average("latency")
	behind, hasBehind := d.average("integration_latency")
	if !hasBehind {
		behind, hasBehind = d.average("function_duration")
	}
	switch {
	case hasDoor && hasBehind:
		return []float64{client - door, max(0, door-behind), min(door, behind), 0, 0}, true
	case hasDoor:
		return []float64{client - door, 0, 0, 0, door}, true
	case hasBehind: // an ALB times its target but not itself
		return []float64{0, 0, behind, client - behind, 0}, true
	}
	return nil, false
}

func (d Door) average(role string) (float64, bool) {
	for _, m := range d.Observed.Metrics {
		if v, ok := m.Total["Average"]; ok && m.Role == role && v > 0 && !math.IsInf(v, 0) {
			return v, true
		}
	}
	return 0, false
}

// Exchanges are what the load of a door consists of.
func (d Door) Exchanges() string {
	if d.Messages || d.Sockets != nil {
		return "messages"
	}
	return "requests"
}

// agreement is the reconciliation in one line: where counts agree, and where CloudWatch has none, and why.
func agreement(doors []Door) string {
	var seen, equal int
	var gaps, silent []string // what is said of doors
	about := map[string][]string{}
	for _, d := range doors {
		if d.Observed == nil {
			continue
		}
		why := d.Observed.Error
		for _, c := range d.Observed.Checks {
			switch {
			case c.What != d.Exchanges() || c.Client == nil:
			case c.AWS == nil:
				why = cmp.Or(why, c.Note)
			case *c.AWS == *c.Client:
				seen, equal = seen+1, equal+1
			default:
				seen++
				gaps = append(gaps, fmt.Sprintf("%s: CloudWatch counted %s, the client %s", d.Name, amount(c.AWS, c.Unit), amount(c.Client, c.Unit)))
			}
		}
		if why != "" {
			if about[why] == nil {
				silent = append(silent, why)
			}
			about[why] = append(about[why], d.Name)
		}
	}
	var parts []string
	switch {
	case seen > 0 && equal == seen:
		parts = append(parts, "counts agree, request for request, at "+pricing.Counted(int64(seen), "target"))
	case seen > 0:
		parts = append(parts, fmt.Sprintf("counts agree at %d of %s; %s", equal, pricing.Counted(int64(seen), "target"), gaps[0]))
	}
	for _, why := range silent {
		parts = append(parts, strings.Join(about[why], ", ")+": "+why)
	}
	return strings.Join(parts, "; ")
}

// cold is what the log of a door's function says of its cold starts.
func (d Door) cold() string {
	if d.Observed == nil {
		return ""
	}
	var init, longest *float64
	text := ""
	for _, c := range d.Observed.Checks {
		switch {
		case c.What == results.ColdStarts && c.AWS == nil:
			return d.Name + ": " + c.Note
		case c.What == results.ColdStarts:
			text = fmt.Sprintf("%s: %s %s", d.Name, amount(c.AWS, c.Unit), c.Note)
		case c.What == results.InitMedian:
			init = c.AWS
		case c.What == results.InitMost:
			longest = c.AWS
		}
	}
	if init != nil && longest != nil {
		text += fmt.Sprintf("; INIT took %s ms at the median and %s ms at most", digits(*init), digits(*longest))
	}
	return text
}

// amount prints a number of a reconciliation in its unit.
func amount(v *float64, unit string) string {
	switch {
	case v == nil:
		return none
	case unit == "count" && math.Abs(*v) < 1e15:
		return count(int64(math.Round(*v)))
	}
	return digits(*v)
}

// signed is amount with a plus where there is more.
func signed(v *float64, unit string) string {
	s := amount(v, unit)
	if v != nil && *v > 0 {
		return "+" + s
	}
	return s
}

func observed(doors []Door) bool {
	for _, d := range doors {
		if d.Observed != nil && (len(d.Observed.Checks) > 0 || d.Observed.Error != "") {
			return true
		}
	}
	return false
}
