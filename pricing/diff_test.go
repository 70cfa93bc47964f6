package pricing

import (
	"strings"
	"testing"
)

func TestBooksAreComparedByTheirPrices(t *testing.T) {
	for _, row := range []struct {
		name     string
		old, new string
		want     string // region key least most
		drastic  bool
	}{
		{"sources and dates do not count", "source: a list", "source: another list", "", false},
		{"a price that rises", `"0.20"`, `"0.25"`, "lambda.requests 1.25 1.25", false},
		{"one that falls in one tier", `{price: "1"}`, `{price: "0.9"}`, "apigateway.rest.requests 0.9 1", false},
		{"exactly twice is still believed", `"0.20"`, `"0.40"`, "lambda.requests 2 2", false},
		{"more than twice is not", `"0.20"`, `"0.41"`, "lambda.requests 2.05 2.05", true},
		{"less than half is not", `"0.20"`, `"0.09"`, "lambda.requests 0.45 0.45", true},
		{"for nothing is not", `"0.20"`, `"0"`, "lambda.requests 1 1", true},
		{"a tier that begins later costs more in between", "up_to: 1000000,", "up_to: 2000000,", "apigateway.rest.requests 1 1.5", false},
		{"a price per unit, not per million", "per: 1000000\n      tiers: [{price", "per: 1\n      tiers: [{price", "lambda.requests 1000000 1000000", true},
		{"a free allowance", "quantity: 500000", "quantity: 400000", "apigateway.rest.requests 1 1", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(testBook, row.old, row.new, 1)
			if text == testBook {
				t.Fatal("nothing changed")
			}
			other, err := ReadBook("other.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			got, drastic := []string{}, false
			for _, c := range readTestBook(t).Diff(other) {
				got = append(got, c.Key+" "+c.Least.String()+" "+c.Most.String())
				drastic = drastic || c.Drastic()
			}
			if strings.Join(got, "; ") != row.want || drastic != row.drastic {
				t.Errorf("changes %q, drastic %v; want %q, %v", got, drastic, row.want, row.drastic)
			}
		})
	}
}

func TestARateThatIsGoneIsDrasticAndANewOneIsNot(t *testing.T) {
	whole := readTestBook(t)
	start := strings.Index(testBook, "    alb.addresses")
	less, err := ReadBook("less.yaml", []byte(testBook[:start]))
	if err != nil {
		t.Fatal(err)
	}
	gone, added := whole.Diff(less), less.Diff(whole)
	if len(gone) != 1 || gone[0].After != nil || !gone[0].Drastic() {
		t.Errorf("gone: %+v", gone)
	}
	if len(added) != 1 || added[0].Before != nil || added[0].Drastic() {
		t.Errorf("new: %+v", added)
	}
}

func TestABookThatIsWrittenReadsTheSame(t *testing.T) {
	b := readTestBook(t)
	text, err := b.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"book.json": text, "book.yaml": b.YAML()} {
		again, err := ReadBook(name, data)
		if err != nil {
			t.Fatal(err)
		}
		if changes := b.Diff(again); len(changes) != 0 || again.String() != b.String() {
			t.Errorf("%s: %s with changes %+v", name, again, changes)
		}
		if string(again.YAML()) != string(b.YAML()) {
			t.Errorf("%s: sources or dates were lost", name)
		}
	}
}
