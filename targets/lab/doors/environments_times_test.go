package doors

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimesComeOutInTheirOrder holds the heap against a list that is sorted
// again for each point in time.
func TestTimesComeOutInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var heap times
		var list []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			at := noon.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "at")))
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				heap.push(at)
				list = append(list, at)
				slices.SortFunc(list, time.Time.Compare)
			case 2:
				if len(list) > 0 {
					if got := heap.pop(); !got.Equal(list[0]) {
						t.Fatalf("got %v, want %v", got, list[0])
					}
					list = list[1:]
				}
			default:
				heap.dropUntil(at)
				list = slices.DeleteFunc(list, func(x time.Time) bool { return !x.After(at) })
			}
			if len(heap) != len(list) || len(list) > 0 && !heap[0].Equal(list[0]) {
				t.Fatalf("%v, want %v", heap, list)
			}
		}
	})
}
