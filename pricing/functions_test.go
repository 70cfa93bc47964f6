package pricing

import (
	"slices"
	"strings"
	"testing"
)

// Several functions are billed as each would be alone, in one line with a part for each.
func TestFunctionsBehindRoutesArePartsOfOneLine(t *testing.T) {
	amount := func(n int64) Amount { return Amount{Quantity: Whole(n), Basis: Reported} }
	own := Traffic{
		Requests: amount(5_000_000), Invocations: amount(4_000_000), Duration: Point(9_500, Reported, ""), MemoryMB: 512, Architecture: "arm64", Function: "app",
		Functions: []FunctionTraffic{{Name: "users", Invocations: amount(1_000_000), Duration: Point(100_200, Reported, ""), MemoryMB: 1024}},
	}
	for _, d := range []Dimension{LambdaRequests, LambdaDuration} {
		alone := own
		alone.Functions = nil
		a, b, both := d.Meter(alone), d.Meter(own.alone(own.Functions[0])), d.Meter(own)
		if both.Quantity.Cmp(a.Quantity.Add(b.Quantity)) != 0 || both.Variant != a.Variant {
			t.Errorf("%s: %s, and alone %s and %s", d.ID, both.Quantity, a.Quantity, b.Quantity)
		}
		if len(both.Parts) != 2 || both.Parts[0].Of != "app" || both.Parts[1].Quantity.Cmp(b.Quantity) != 0 || !strings.Contains(both.Derivation, "users: ") {
			t.Errorf("%s: %+v, %s", d.ID, both.Parts, both.Derivation)
		}
	}
	doubled := own.Scale(Whole(10_000_000))
	if n := doubled.Functions[0].Invocations.Quantity; n.Cmp(Whole(2_000_000)) != 0 || own.Functions[0].Invocations.Quantity.Cmp(Whole(1_000_000)) != 0 {
		t.Errorf("of twice the month %s invocations of users", n)
	}
	line := Line{Quantity: Whole(4), Cost: Money(Whole(2))}
	line.costs([]Part{{Of: "a", Quantity: Whole(3)}, {Of: "b", Quantity: Whole(1)}})
	if a, b := line.Parts[0].Cost, line.Parts[1].Cost; a.Float() != 1.5 || b.Float() != 0.5 {
		t.Errorf("they cost %v and %v", a, b)
	}
}

// Functions of another architecture have a line of their own.
func TestFunctionsOfTwoArchitecturesAreTwoLines(t *testing.T) {
	amount := func(n int64) Amount { return Amount{Quantity: Whole(n), Basis: Reported} }
	traffic := Traffic{
		Requests: amount(4000), Invocations: amount(1000), Duration: Point(1_000_000, Reported, ""), MemoryMB: 1024, Function: "app",
		Functions: []FunctionTraffic{
			{Name: "users", Invocations: amount(1000), Duration: Point(2_000_000, Reported, ""), MemoryMB: 1024, Architecture: "arm64"},
			{Name: "items", Invocations: amount(1000), Duration: Point(3_000_000, Reported, ""), MemoryMB: 1024, Architecture: "x86_64"},
		},
	}
	read := func(traffic Traffic) (lines []string) {
		for _, used := range Measure([]Dimension{LambdaRequests, LambdaDuration, durationUnlike}, traffic) {
			line := used.Dimension.Key(used.Reading.Variant) + " " + used.Reading.Quantity.String()
			for _, p := range used.Reading.Parts {
				line += ", " + p.Of + " " + p.Quantity.String()
			}
			lines = append(lines, line)
		}
		return lines
	}
	want := []string{"lambda.requests 3000, app 1000, users 1000, items 1000", "lambda.duration.x86_64 4000, app 1000, items 3000", "lambda.duration.arm64 2000, users 2000"}
	if got := read(traffic); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	traffic.Functions[0].Architecture = ""
	want = []string{want[0], "lambda.duration.x86_64 6000, app 1000, users 2000, items 3000"}
	if got := read(traffic); !slices.Equal(got, want) {
		t.Errorf("of one architecture %q\nwant %q", got, want)
	}
}
