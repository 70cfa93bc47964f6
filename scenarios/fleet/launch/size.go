package launch

import (
	"fmt"
	"math"

	"tollgate/pricing"
)

// A Size is what one member reserves.
type Size struct {
	Millicores int // thousandths of a processor
	MemoryMB   int
}

// Capacity is what one machine was measured to hold on schedule, by tollgate calibrate.
type Capacity struct {
	Rate float64 // requests a second
	CPUs int
}

// headroom is the share of what was measured that a member is asked for: calibrate's sink
// takes a part of the machine, but TLS, long responses and a neighbor take more than nothing.
const headroom = 0.7

// The least that a member reserves. Members of the cluster tests had 150 MB for 25 requests a
// second each; what thousands a second take has not been measured, hence more by default.
const (
	leastMemory = 512
	leastCPU    = 500 // millicores: below, one garbage collection delays requests
)

// PerShard is the rate of one of a fleet's shards.
func PerShard(peak float64, shards int) float64 { return peak / float64(max(shards, 1)) }

// Shards is how many members of a size a load needs at least, as far as a machine like this
// one is measured; 0: nothing was measured.
func Shards(peak float64, c Capacity, millicores int) int {
	held := c.perCPU() * float64(millicores) / 1000 * headroom
	if held <= 0 {
		return 0
	}
	return max(1, int(math.Ceil(peak/held)))
}

// perCPU is what one processor holds, if each holds the same.
func (c Capacity) perCPU() float64 {
	if c.CPUs < 1 {
		return 0
	}
	return c.Rate / float64(c.CPUs)
}

// SizeFor is what each of a fleet's members should reserve for its part of a load: whole
// halves of a processor, as far as is measured. Without a measurement it is a processor.
func SizeFor(peak float64, shards int, c Capacity) Size {
	one := Size{Millicores: 1000, MemoryMB: leastMemory}
	if per := c.perCPU(); per > 0 {
		need := PerShard(peak, shards) / (per * headroom) * 1000
		one.Millicores = max(leastCPU, int(math.Ceil(need/500))*500)
	}
	return one
}

// tasks are the sizes of Fargate that members may have, each with the least memory. Source:
// Amazon ECS developer guide, "Task CPU and memory".
var tasks = []struct{ millicores, memoryMB int }{
	{250, 512}, {500, 1024}, {1000, 2048}, {2000, 4096}, {4000, 8192}, {8000, 16384}, {16000, 32768},
}

// onFargate is the smallest task that holds a member.
func (s Size) onFargate() (Size, error) {
	for _, t := range tasks {
		if t.millicores >= s.Millicores && t.memoryMB >= s.MemoryMB {
			return Size{t.millicores, t.memoryMB}, nil
		}
	}
	return Size{}, fmt.Errorf("no Fargate task has %d vCPU and %d MB: use more shards", s.Millicores/1000, s.MemoryMB)
}

func (s Size) containers(n int) pricing.Containers {
	return pricing.Containers{
		Tasks: pricing.Amount{Quantity: pricing.Whole(int64(n)), Basis: pricing.Stated, Source: "shards of the fleet"},
		VCPU:  pricing.Ratio(int64(s.Millicores), 1000), MemoryGB: pricing.Ratio(int64(s.MemoryMB), 1024),
	}
}
