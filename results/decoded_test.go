package results

import "testing"

// The sizes of decoded bodies are recorded second by second, summed up by target and by
// request, and merged.
func TestARunSaysHowLargeBodiesAreDecoded(t *testing.T) {
	run, merged := runAndMerged(t)
	for _, c := range []struct {
		of   string
		run  *Run
		each int64
	}{{"a run", run, 150}, {"a merged run", merged, 300}} {
		doc := Summarise(c.run)
		want := DecodedBytes{Responses: 3 * c.each, Received: 300 * c.each, Decoded: 1350 * c.each, Left: c.each}
		if got := doc.Targets[0].Bodies; got == nil || *got != want {
			t.Errorf("%s: the first target has %+v, want %+v", c.of, got, want)
		}
		var sum DecodedBytes
		for _, f := range doc.Targets[0].ByRequest {
			if f.Bodies != nil {
				sum.add(f.Bodies)
			}
		}
		if sum != want || doc.Targets[1].Bodies != nil {
			t.Errorf("%s: by request %+v, want %+v; the second target has %+v", c.of, sum, want, doc.Targets[1].Bodies)
		}
	}
}
