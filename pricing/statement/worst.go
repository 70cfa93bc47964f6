package statement

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
)

// Worst prints the worst months, what holds each, and the settings that hold it under
// a cap.
func Worst(w io.Writer, all *pricing.Worsts, explain bool) error {
	w = escape.Lines(w)
	fmt.Fprintf(w, "%s: the worst month of %s hours in %s, under an attack of %s requests/s all month\n%s, free tier: %s\n\n",
		escape.Text(all.Workload), pricing.Figure(all.Hours), all.Region, pricing.Figure(all.Attack), all.Book, all.FreeTier)
	if err := worstTable(w, all); err != nil {
		return err
	}
	ruledOut(w, "left out", all.LeftOut)
	if len(all.Unknown) > 0 {
		fmt.Fprintf(w, "  %s\n", pricing.Remedy([]pricing.Lack{{Region: all.Region, Keys: all.Unknown}}))
	}
	if all.Cap != nil && len(all.Doors) > 0 {
		holds(w, all)
	}
	if explain {
		for _, d := range all.Doors {
			fmt.Fprintf(w, "\n%s: %s requests admitted, %s refused, %s invocations\n", attacked(d), pricing.Figure(d.Requests), pricing.Figure(d.Refused), pricing.Figure(d.Invoked))
			for _, l := range d.Layers {
				fmt.Fprintf(w, "  %s (%s): at most %s requests\n", l.Name, l.Basis, pricing.Figure(l.Most))
			}
			for _, l := range d.Lines {
				fmt.Fprintf(w, "  %s: %s\n", l.Title, l.Derivation)
			}
		}
	}
	worstNotes(w, all)
	return nil
}

// attacked names a front door and, of several APIs, the one that is attacked there.
func attacked(d pricing.Worst) string {
	if d.API == "" {
		return d.Name
	}
	return escape.Text(d.API) + " at " + d.Name
}

func worstTable(w io.Writer, all *pricing.Worsts) error {
	t := table{right: map[int]bool{1: true, 2: true, 3: true}}
	t.add("door", "worst month", "admitted alone", "further 1,000/s", "", "held by")
	for _, d := range all.Doors {
		by := d.HeldBy
		if by == "" {
			by = "nothing: the bill grows with the attack"
		}
		t.add(attacked(d), d.Month.String(), d.Admitted.String(), d.Further.String(), doubt(d.Lines), by)
	}
	if len(all.Doors) == 0 {
		t.add("no worst month is known")
	}
	return t.write(w)
}

// holds prints the greatest value of each setting that keeps to the cap.
func holds(w io.Writer, all *pricing.Worsts) {
	fmt.Fprintf(w, "\nwhat holds the month at %s, each setting alone\n", all.Cap)
	t := table{right: map[int]bool{2: true, 3: true}}
	for _, d := range all.Doors {
		if len(d.Holds) == 0 {
			t.add("  "+attacked(d), "it has no setting that holds a bill", "", "")
		}
		for _, h := range d.Holds {
			value := "none; even 1 costs"
			switch {
			case h.Any:
				value = "any"
			case h.Most != nil:
				value = "at most " + pricing.Figure(pricing.Whole(*h.Most))
			}
			t.add("  "+attacked(d), h.Setting, value, h.Month.String())
		}
	}
	_ = t.write(w)
}

// worstNotes prints each note once.
func worstNotes(w io.Writer, all *pricing.Worsts) {
	seen := []string{
		"every request is the workload's most expensive one, misses every cache and opens a connection; larger requests than the workload's cost more",
		"alarms and AWS Budgets come hours late: they are no layer here, and AWS Shield is not modelled",
	}
	for _, d := range all.Doors {
		for _, n := range d.Notes {
			if !slices.Contains(seen, n) && !strings.HasPrefix(n, "unverified price of") {
				seen = append(seen, n)
			}
		}
	}
	fmt.Fprintln(w)
	for _, n := range seen {
		fmt.Fprintf(w, "note: %s\n", n)
	}
}
