package stack

import (
	"os"
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

// The figures of the README are those of the workload and of the price book.
func TestTheReadmeStatesWhatAnHourCosts(t *testing.T) {
	w, err := pricing.ReadWorkload("hour.yaml", hour)
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	bill, err := book.BillAPIs(w)
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	states := func(row string, m pricing.Money, decimals int) {
		t.Helper()
		for line := range strings.Lines(string(readme)) {
			if strings.HasPrefix(line, "| "+row) {
				if !strings.Contains(line, "$"+m.Text(decimals)+" ") {
					t.Errorf("%q: the price is $%s", line, m.Text(decimals))
				}
				return
			}
		}
		t.Errorf("no row begins with %q", row)
	}
	rest := pricing.Money{}
	for _, line := range bill.Lines {
		switch line.Dimension {
		case "alb.hours", "alb.addresses":
			rest = rest.Add(line.Cost)
		}
	}
	month := rest.Times(pricing.Whole(730))
	states("each front door", bill.Month, 4)
	states("at rest: the load balancer", rest, 4)
	states("at rest: the load balancer", month, 2)
}
