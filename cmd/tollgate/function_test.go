package main

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/targets"
	"tollgate/targets/aws"
)

// TestALogIsReadUntilNoMoreArrives has what is read at each attempt: so many lines,
// -1 for a log group that does not exist yet.
func TestALogIsReadUntilNoMoreArrives(t *testing.T) {
	absent, broken := fmt.Errorf("no group: %w", aws.ErrNoLogGroup), errors.New("denied")
	for _, row := range []struct {
		fact  string
		lab   bool
		lines []int // the last one repeats
		want  int
		err   error
		took  time.Duration
	}{
		{"lines that stay as they are", false, []int{3}, 3, nil, logPause},
		{"lines that come in parts", false, []int{0, 2, 5}, 5, nil, 3 * logPause},
		{"a group that is made late", false, []int{-1, -1, 4}, 4, nil, 3 * logPause},
		{"a group that never is", false, []int{-1}, 0, absent, logPatience},
		{"no lines at all", false, []int{0}, 0, nil, logPatience},
		{"another error", false, []int{-2}, 0, broken, 0},
		{"a lab, whose lines are there at once", true, []int{2, 3}, 2, nil, 0},
	} {
		t.Run(row.fact, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, reads := time.Now(), 0
				all, err := settled(t.Context(), targets.Target{Lab: row.lab}, func() ([]int, error) {
					n := row.lines[min(reads, len(row.lines)-1)]
					reads++
					switch n {
					case -1:
						return nil, absent
					case -2:
						return nil, broken
					}
					return make([]int, n), nil
				})
				if len(all) != row.want || !errors.Is(err, row.err) || (err == nil) != (row.err == nil) || time.Since(begun) != row.took {
					t.Errorf("%d lines, %v, after %v", len(all), err, time.Since(begun))
				}
			})
		})
	}
}
