package doors

import (
	"sync"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
)

// A capacity publishes the load balancer capacity units of each minute while
// it goes on: the Sum of a minute's values is the largest of the minute's terms.
// Of the rules that a request passes, the first ten are free.
type capacity struct {
	series    *cloudwatch.Series
	connected *cloudwatch.Series // connections that were open at some time in each minute

	mu          sync.Mutex
	minute      int64
	opened      float64 // new connections in this minute
	active      float64 // connections that were open at some time in it
	bytes       float64
	rules       float64 // tried beyond the free ones
	sofar       float64 // published for this minute
	told        float64 // of active
	connections float64 // open now
}

// What one LCU holds, with a Lambda function as the target.
// Source: Elastic Load Balancing pricing page.
const (
	lcuNewPerSecond   = 25
	lcuActive         = 3_000
	lcuBytesPerHour   = 0.4e9
	lcuRulesPerSecond = 1_000
	freeRules         = 10
)

// add counts connections that opened or closed, and bytes that passed.
func (c *capacity) add(now time.Time, opened, closed, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(now)
	c.connections += float64(opened - closed)
	c.opened += float64(opened)
	c.active += float64(opened)
	c.bytes += float64(bytes)
	c.publish(now)
}

// evaluate counts rules that were tried beyond the free ones.
func (c *capacity) evaluate(now time.Time, rules int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn(now)
	c.rules += float64(rules)
	c.publish(now)
}

// turn begins a new minute where one has begun.
func (c *capacity) turn(now time.Time) {
	if minute := now.Unix() / 60; minute > c.minute {
		c.minute, c.opened, c.active, c.bytes, c.rules, c.sofar, c.told = minute, 0, c.connections, 0, 0, 0, 0
	}
}

// publish adds what the minute's units have grown by.
func (c *capacity) publish(now time.Time) {
	units := max(c.opened/60/lcuNewPerSecond, c.active/lcuActive, c.bytes*60/lcuBytesPerHour, c.rules/60/lcuRulesPerSecond)
	if c.active > c.told {
		c.connected.Put(now, c.active-c.told)
		c.told = c.active
	}
	if units > c.sofar {
		c.series.Put(now, units-c.sofar)
		c.sofar = units
	}
}
