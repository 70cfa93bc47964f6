package doors

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimesComeOutInTheirOrder compares with a list that is sorted again for each
// point in time.
func TestTimesComeOutInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var got times
		var list []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at := noon.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "at")))
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0, 1:
				got.push(at)
				list = append(list, at)
				slices.SortFunc(list, time.Time.Compare)
			default:
				passed := got.takeUntil(at)
				if n := len(passed); !slices.Equal(passed, list[:n]) {
					t.Fatalf("took %v of %v", passed, list)
				}
				list = slices.DeleteFunc(list, func(x time.Time) bool { return !x.After(at) })
			}
			if !slices.Equal(got, list) {
				t.Fatalf("%v, want %v", got, list)
			}
		}
	})
}
