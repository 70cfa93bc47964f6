package pricing

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func used(d Dimension, q Quantity) Used { return Used{d, Reading{Quantity: q, Basis: Measured}} }

func TestABillAddsItsLinesUp(t *testing.T) {
	b := readTestBook(t)
	bill, err := b.Price("us-east-1", Usage{
		used(RESTRequests, Whole(1_500_000)), used(LambdaRequests, Whole(1_000_000)), used(ALBAddresses, Whole(1460)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := bill.Month.String(); got != "$11.50" {
		t.Errorf("the month is %s, want 4.00 + 0.20 + 7.30 = $11.50", got)
	}
	if bill.Book != "test prices 2026-01-02" || bill.FreeTier != NoFreeTier || bill.Region != "us-east-1" {
		t.Errorf("the bill is of book %q, free tier %q, region %q", bill.Book, bill.FreeTier, bill.Region)
	}
	last := bill.Lines[2]
	if !last.Unverified || last.Source != "memory, as of 2026-01-01" || bill.Lines[0].Unverified {
		t.Errorf("only the address has no source: %+v", bill.Lines)
	}
	if len(bill.Warnings) != 1 || !strings.Contains(bill.Warnings[0], "Load balancer public IPv4 addresses") {
		t.Errorf("the warnings are %q", bill.Warnings)
	}
}

func TestAFreeTierComesOffAndIsCited(t *testing.T) {
	b := readTestBook(t).Granting(AlwaysFree)
	bill, err := b.Price("us-east-1", Usage{used(LambdaRequests, Whole(3_000_000))})
	if err != nil {
		t.Fatal(err)
	}
	line := bill.Lines[0]
	if bill.Month.String() != "$0.40" || bill.FreeTier != AlwaysFree {
		t.Errorf("three million with one free cost %s (%s), want $0.40", bill.Month, bill.FreeTier)
	}
	if !line.Unverified || !strings.Contains(line.Source, "hearsay") {
		t.Errorf("an unverified allowance must show: %+v", line)
	}
	if none := b.Granting(NoFreeTier); none.rates("us-east-1")["lambda.requests"].granted != nil {
		t.Error("the allowance is still granted")
	}
}

func TestCaveatsBecomeWarningsOnce(t *testing.T) {
	b := readTestBook(t)
	note := Reading{Quantity: Whole(1), Caveat: "mind the gap"}
	bill, err := b.Price("us-east-1", Usage{{RESTRequests, note}, {LambdaRequests, note}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(bill.Warnings, []string{"mind the gap"}) {
		t.Errorf("the warnings are %q", bill.Warnings)
	}
}

func TestABillThatCannotBeMadeReportsWhy(t *testing.T) {
	b := readTestBook(t)
	for _, row := range []struct {
		name   string
		region string
		usage  Usage
		want   []string
	}{
		{"an unknown region", "mars-1", Usage{used(RESTRequests, Whole(1))}, []string{`no region "mars-1"`, "it has us-east-1"}},
		{"a rate that the book lacks", "us-east-1", Usage{used(HTTPRequests, Whole(1))}, []string{`no rate for "apigateway.http.requests" in us-east-1`}},
		{"a cache size that does not exist", "us-east-1", Usage{{RESTCacheHours, Reading{Quantity: Whole(1), Variant: "2.0"}}}, []string{`"apigateway.rest.cache.2.0"`, "0.5, 1.6, 6.1"}},
		{"a negative quantity", "us-east-1", Usage{used(RESTRequests, Whole(-1))}, []string{"apigateway.rest.requests: -1 requests", "must not be negative"}},
		{"a dimension that is there twice", "us-east-1", Usage{used(RESTRequests, Whole(1)), used(RESTRequests, Whole(2))}, []string{"twice"}},
		{"several at once", "us-east-1", Usage{used(RESTRequests, Whole(-1)), used(HTTPRequests, Whole(1))}, []string{"negative", "no rate"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := b.Price(row.region, row.usage)
			if err == nil {
				t.Fatal("was priced")
			}
			for _, w := range row.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
		})
	}
}

func TestTheOrderOfLinesDoesNotChangeTheirSum(t *testing.T) {
	b := readTestBook(t)
	rapid.Check(t, func(t *rapid.T) {
		q := func() Quantity { return quantities.Draw(t, "q").Mul(Whole(10_000)) }
		u := Usage{used(RESTRequests, q()), used(LambdaRequests, q()), used(ALBAddresses, q())}
		first, err := b.Price("us-east-1", u)
		if err != nil {
			t.Fatal(err)
		}
		second, err := b.Price("us-east-1", rapid.Permutation(u).Draw(t, "order"))
		if err != nil {
			t.Fatal(err)
		}
		if first.Month.Cmp(second.Month) != 0 {
			t.Errorf("%s in one order, %s in another", first.Month.Text(9), second.Month.Text(9))
		}
		var sum Money
		for _, l := range second.Lines {
			sum = sum.Add(l.Cost)
		}
		if sum.Cmp(second.Month) != 0 {
			t.Errorf("the lines sum to %s, the month is %s", sum.Text(9), second.Month.Text(9))
		}
	})
}

func TestABillGoesThroughJSON(t *testing.T) {
	b := readTestBook(t)
	bill, err := b.Price("us-east-1", Usage{used(RESTRequests, Whole(1234))})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(bill)
	if err != nil {
		t.Fatal(err)
	}
	var back Bill
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.Month.Cmp(bill.Month) != 0 || back.Lines[0].Quantity.Cmp(Whole(1234)) != 0 || back.Lines[0].Derivation == "" {
		t.Errorf("came back as %+v", back)
	}
	empty, err := b.Price("us-east-1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, err = json.Marshal(empty); err != nil || !strings.Contains(string(text), `"lines":[]`) {
		t.Errorf("a bill of nothing is %s (%v), want an empty list of lines", text, err)
	}
}
