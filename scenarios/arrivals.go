package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bounds of a file of arrivals. All of them are in memory, eight bytes each.
const (
	maxArrivals    = 4 << 20
	maxArrivalFile = 128 << 20
)

const arrivalRule = "write seconds from the start, such as 12.345, or times, such as 2026-11-22T18:00:00.345Z"

// readArrivals reads when requests arrived: one to a line, in any order. The
// first column counts where there are several, since access logs are exported
// so. Empty lines and those that begin with # are left out, as is a first line
// with a name for the column. Of times the earliest is the start. The error
// holds the first problem with its line. The column that is named says which
// request each is.
func readArrivals(data []byte, column string) ([]time.Duration, Chosen, error) {
	var all []time.Duration
	requests := requestColumn{name: column}
	var stamps bool // lines are times, not seconds
	var origin time.Time
	number, named := 0, false
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		number++
		word, rest, _ := strings.Cut(string(line[:min(len(line), maxArrivalLine)]), ",")
		word = strings.Trim(strings.TrimSpace(word), `"`)
		if word == "" || word[0] == '#' {
			continue
		}
		if len(all) == 0 && !named && isLetter(word[0]) {
			named = true
			requests.head(rest)
			continue
		}
		if err := requests.add(rest); err != nil {
			return nil, Chosen{}, fmt.Errorf("has on line %d %w", number, err)
		}
		at, offset, err := readArrival(word)
		switch {
		case err != nil:
			return nil, Chosen{}, fmt.Errorf("has on line %d what is no arrival: %w", number, err)
		case len(all) == maxArrivals:
			return nil, Chosen{}, fmt.Errorf("has more than %d arrivals: cut it into several files, a stage each", maxArrivals)
		case len(all) == 0:
			stamps, origin = !at.IsZero(), at
		case stamps == at.IsZero():
			return nil, Chosen{}, fmt.Errorf("has times and seconds, from line %d on: %s, but only one of the two", number, arrivalRule)
		}
		if stamps {
			if offset = at.Sub(origin); offset > mostArrival || offset < -mostArrival {
				return nil, Chosen{}, fmt.Errorf("has on line %d a time years away from the first", number)
			}
		}
		all = append(all, offset)
	}
	if len(all) == 0 {
		return nil, Chosen{}, errors.New("has no arrivals: " + arrivalRule + ", one to a line")
	}
	requests.inOrderOf(all)
	slices.Sort(all) // if there are no requests
	if first := all[0]; stamps {
		for i := range all {
			all[i] -= first
		}
	}
	return all, requests.Chosen, nil
}

const (
	maxArrivalLine = 4096 // no column is longer
	mostArrival    = 366 * 24 * time.Hour
)

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// readArrival reads one arrival: a time, or a number of seconds.
func readArrival(word string) (time.Time, time.Duration, error) {
	if strings.ContainsAny(word, "T:") {
		at, err := time.Parse(time.RFC3339Nano, word)
		if err != nil || at.IsZero() {
			return time.Time{}, 0, fmt.Errorf("%.40q; %s", word, arrivalRule)
		}
		return at, 0, nil
	}
	whole, fraction, _ := strings.Cut(word, ".")
	if whole+fraction == "" || !digits(whole+fraction) || len(whole) > 10 || len(fraction) > 30 {
		return time.Time{}, 0, fmt.Errorf("%.40q; %s", word, arrivalRule)
	}
	ns, err := strconv.ParseInt(whole+(fraction + "000000000")[:9], 10, 64) // seconds with nine places
	offset := time.Duration(ns)
	if err != nil || offset > mostArrival {
		return time.Time{}, 0, fmt.Errorf("%.40q is more than a year after the start: write seconds from the start, not since 1970", word)
	}
	return time.Time{}, offset, nil
}

func digits(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c < '0' || c > '9' })
}
