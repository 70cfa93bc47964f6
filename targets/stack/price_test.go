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

// What the README says of an attack is what tollgate price --worst says of attack.yaml, and
// its layers are those of the template.
func TestTheReadmeStatesWhatAnAttackCosts(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	worst := func(duration string) map[string]pricing.Worst {
		w, err := pricing.ReadWorkload("attack.yaml", []byte(strings.Replace(string(attack), "duration: 2ms", "duration: "+duration, 1)))
		if err != nil {
			t.Fatal(err)
		}
		all, err := book.WorstOfAPIs(w, pricing.Whole(20_000), nil)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]pricing.Worst{}
		for _, one := range all.Doors {
			found[one.API] = one
		}
		return found
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	fast, slow := worst("2ms"), worst("3s")
	for _, row := range []struct {
		api  string
		says string // $A and $M are what was admitted alone, and the hour
	}{
		{"url", "| function URL | $M |"},
		{"rest", "| REST API | $M |"},
		{"balancer", "| load balancer, if it is open to everyone | $M |"},
		{"http", "| HTTP API | $A if requests that it throttles are not charged, $M if they are"},
		{"socket", "| WebSocket API | $A, or $M;"},
	} {
		one := fast[row.api]
		says := strings.NewReplacer("$A", one.Admitted.String(), "$M", one.Month.String()).Replace(row.says)
		if !strings.Contains(readme, says) {
			t.Errorf("the README lacks %q", says)
		}
		if more := slow[row.api].Month.Sub(one.Month); more.Cmp(pricing.Money(pricing.Ratio(80, 100))) > 0 {
			t.Errorf("%s: slow requests cost %s more", row.api, more)
		}
	}
	parameters := opened(t).Find("Parameters")
	for name, says := range map[string]string{
		"Concurrency": "concurrency: VALUE\n", "StageRate": "stage: {rate: VALUE/s,", "StageBurst": "burst: VALUE}",
	} {
		value := parameters.Find(name).Find("Default").Text
		for file, text := range map[string][]byte{"attack.yaml": attack, "lab.yaml": labFile} {
			if file == "lab.yaml" && name == "Concurrency" {
				continue // the lab has its own limit
			}
			if !strings.Contains(strings.ReplaceAll(string(text), "throttle: {", "stage: {"), strings.Replace(says, "VALUE", value, 1)) {
				t.Errorf("%s lacks %s %s", file, name, value)
			}
		}
	}
	for name, says := range map[string]string{"Timeout": "timeout: VALUEs", "MostBytes": `MOST_BYTES: "VALUE"`} {
		if value := parameters.Find(name).Find("Default").Text; !strings.Contains(string(labFile), strings.Replace(says, "VALUE", value, 1)) {
			t.Errorf("lab.yaml lacks %s %s", name, value)
		}
	}
	if parameters.Find("BalancerClients").Find("Default") != nil {
		t.Error("the load balancer is open to everyone by default")
	}
}
