package insights

import (
	"math"
	"slices"
	"strings"
	"time"
)

// A statistic turns the values of a group's records into one.
type statistic func([]record) value

// An aggregate is one statistic that is asked for.
type aggregate struct {
	name string
	read statistic
}

// statistics make statistics of an expression. An absent value does not count.
var statistics = map[string]func([]value) value{
	"count": func(vs []value) value { return numberOf(float64(len(vs))) },
	"count_distinct": func(vs []value) value {
		seen := map[string]bool{}
		for _, v := range vs {
			seen[v.String()] = true
		}
		return numberOf(float64(len(seen)))
	},
	"sum": overNumbers(func(ns []float64) float64 { return sum(ns) }),
	"avg": overNumbers(func(ns []float64) float64 { return sum(ns) / float64(len(ns)) }),
	"min": func(vs []value) value { return extreme(vs, -1) },
	"max": func(vs []value) value { return extreme(vs, 1) },
}

func over(e expr, read func([]value) value) statistic {
	return func(records []record) value {
		var values []value
		for _, r := range records {
			if v := e(r); v.present {
				values = append(values, v)
			}
		}
		return read(values)
	}
}

func overNumbers(read func([]float64) float64) func([]value) value {
	return func(values []value) value {
		var numbers []float64
		for _, v := range values {
			if n, ok := v.num(); ok {
				numbers = append(numbers, n)
			}
		}
		if len(numbers) == 0 {
			return value{}
		}
		return numberOf(read(numbers))
	}
}

func sum(numbers []float64) (total float64) {
	for _, n := range numbers {
		total += n
	}
	return total
}

func extreme(values []value, sign int) (best value) {
	for _, v := range values {
		if !best.present || compare(v, best)*sign > 0 {
			best = v
		}
	}
	return best
}

// percentile is by nearest rank: the smallest value that at least p % of all do
// not exceed.
func percentile(p float64) func([]value) value {
	return overNumbers(func(numbers []float64) float64 {
		slices.Sort(numbers)
		rank := int(math.Ceil(p / 100 * float64(len(numbers))))
		return numbers[min(max(rank, 1), len(numbers))-1]
	})
}

// bin rounds a record's time down to a multiple of d.
func bin(d time.Duration) expr {
	return func(r record) value { return textOf(r.at.UTC().Truncate(d).Format(stampForm)) }
}

// group is the stage of stats: one record for each combination of keys, in the
// order in which they come up; with no keys one record for all.
func group(aggregates []aggregate, keys []named) stage {
	return stage{convert: func(records []record) []record {
		var order []string
		groups := map[string][]record{}
		for _, r := range records {
			var b strings.Builder
			for _, k := range keys {
				v := k.expr(r)
				b.WriteString(strings.ReplaceAll(v.String(), "\x00", "\x00\x01") + "\x00\x02")
			}
			if _, known := groups[b.String()]; !known {
				order = append(order, b.String())
			}
			groups[b.String()] = append(groups[b.String()], r)
		}
		if len(keys) == 0 {
			order, groups = []string{""}, map[string][]record{"": records}
		}
		out := make([]record, len(order))
		for i, key := range order {
			out[i] = groupRecord(groups[key], aggregates, keys)
		}
		return out
	}}
}

func groupRecord(records []record, aggregates []aggregate, keys []named) record {
	r := record{fields: map[string]value{}}
	if len(records) > 0 {
		r.at = records[0].at
		for _, k := range keys {
			r.fields[k.name] = k.expr(records[0])
		}
	}
	for _, a := range aggregates {
		r.fields[a.name] = a.read(records)
	}
	return r
}
