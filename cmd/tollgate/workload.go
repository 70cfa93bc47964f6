package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/statement"
	"tollgate/report"
)

// workloadFlags are the flags of price about a workload.
type workloadFlags struct {
	compare bool
	doors   []string
	plot    string
	grid    int
	charts  string
	api     string
	by      string // the flag that names doors, where it is not --door
}

func (p *workloadFlags) flags(c *cobra.Command) {
	doors := doorNames()
	c.Flags().BoolVar(&p.compare, "compare", false, "of a workload: rank all front doors, with break-even points and savings")
	c.Flags().StringSliceVar(&p.doors, "door", nil, "of a workload: only these `doors`, separated by commas: "+strings.Join(doors, ", "))
	c.Flags().StringVar(&p.plot, "map", "", "of a workload: compare, and draw the cheapest front door over two `variables`, such as requests,response_bytes")
	c.Flags().IntVar(&p.grid, "grid", 200, "with --map: values of each variable")
	c.Flags().StringVar(&p.charts, "charts", "", "with --map: `folder` that the map is written to, as SVG and PNG")
	c.Flags().StringVar(&p.api, "api", "", "of a workload with several APIs, with --compare or --map: only this `API`, the others as they are")
	_ = c.RegisterFlagCompletionFunc("door", cobra.FixedCompletions(doors, cobra.ShellCompDirectiveNoFileComp))
}

// doorNames are the doors that can be priced.
func doorNames() (names []string) {
	for _, d := range pricing.Doors {
		names = append(names, d.Name)
	}
	return names
}

// sorted sees to it that the flags go together.
func (p *workloadFlags) sorted(c *cobra.Command) error {
	p.compare = p.compare || p.plot != ""
	switch {
	case p.compare && len(p.doors) == 1:
		return usage(errors.New("--compare with --door compares the front doors that you name: name at least two, such as --door rest-api,alb"))
	case p.api != "" && !p.compare:
		return usage(errors.New("--api is for --compare and --map: a bill or a worst month is of all APIs"))
	case p.plot == "" && c.Flags().Changed("grid"):
		return usage(errors.New("--grid is for --map: name two variables, such as --map requests,response_bytes"))
	}
	return nil
}

// named is the flag by which the user named doors.
func (p *workloadFlags) named() string { return cmp.Or(p.by, "--door") }

// asked are the doors that the user named; none: all.
func (p *workloadFlags) asked() (doors []pricing.Door, err error) {
	for _, name := range p.doors {
		d, err := pricing.DoorNamed(name)
		if err != nil {
			return nil, usage(fmt.Errorf("%s: %w", p.named(), err))
		}
		if !slices.ContainsFunc(doors, func(o pricing.Door) bool { return o.Name == d.Name }) {
			doors = append(doors, d)
		}
	}
	return doors, nil
}

// workload prices a workload file.
func (b *priceFlags) workload(c *cobra.Command, file string) error {
	if err := errors.Join(b.asFlags.unused(), b.workloadFlags.sorted(c), b.worstFlags.sorted(c, &b.workloadFlags)); err != nil {
		return err
	}
	book, err := b.book()
	if err != nil {
		return err
	}
	w, err := readWorkload(c, file)
	if err != nil {
		return err
	}
	if len(w.APIs) > 0 && b.from != "" {
		return usage(fmt.Errorf("%s has several APIs, and --profile-from-cloudwatch is for one: state a profile for each", file))
	}
	if err := b.apply(c, w); err != nil {
		return err
	}
	return b.priced(c, book, w)
}

// readWorkload reads a workload, and notes what is old in it.
func readWorkload(c *cobra.Command, file string) (*pricing.Workload, error) {
	file, data, err := readInput(c.InOrStdin(), file)
	if err != nil {
		return nil, usage(err)
	}
	w, err := pricing.ReadWorkload(file, data)
	if err != nil {
		return nil, usage(err)
	}
	note(c, w.Notes)
	return w, nil
}

// bills prints the bill of every door that can serve the workload, or of those that
// the user named.
func (b *priceFlags) bills(c *cobra.Command, book *pricing.Book, w *pricing.Workload) error {
	doors, err := b.asked()
	if err != nil {
		return err
	}
	for _, d := range doors {
		if reasons := d.RuledOut(w); len(reasons) > 0 {
			return usage(fmt.Errorf("%s %s: %s", b.named(), d.Name, strings.Join(reasons, "; ")))
		}
	}
	if len(doors) == 0 {
		doors = w.Able()
		if len(doors) == 0 && !b.json { // it says why
			return b.comparison(c, book, w)
		}
	}
	all := map[string]pricing.Bill{}
	for _, d := range doors {
		bill, err := book.KnownBill(w, d)
		if err != nil {
			return err
		}
		all[d.Name] = bill
		if b.json {
			continue
		}
		if err := statement.Bill(c.OutOrStdout(), d.Title, bill, b.explain); err != nil {
			return err
		}
	}
	if !b.json {
		return nil
	}
	return printJSON(c, all)
}

// comparison ranks the doors.
func (b *priceFlags) comparison(c *cobra.Command, book *pricing.Book, w *pricing.Workload) error {
	doors, err := b.asked()
	if err != nil {
		return err
	}
	cmp, err := book.Compare(w, doors...)
	if err != nil {
		return err
	}
	if b.plot != "" {
		if cmp.Map, err = b.mapOf(book, w, cmp, doors); err != nil {
			return usage(fmt.Errorf("--map: %w", err))
		}
	}
	if b.charts != "" {
		if cmp.Map == nil {
			return usage(errors.New("--charts draws a map of two variables: name them with --map"))
		}
		if _, err := report.Save(b.charts, []report.NamedPicture{report.MapPicture(cmp.Map)}, nil); err != nil {
			return err
		}
	}
	if b.json {
		return printJSON(c, cmp)
	}
	return statement.Comparison(c.OutOrStdout(), cmp, b.explain)
}

// mapOf draws the map that --map asks for.
func (b *priceFlags) mapOf(book *pricing.Book, w *pricing.Workload, c *pricing.Comparison, asked []pricing.Door) (*pricing.Map, error) {
	xName, yName, both := strings.Cut(b.plot, ",")
	if !both {
		return nil, fmt.Errorf("%q: name two variables, such as requests,response_bytes", b.plot)
	}
	x, err := pricing.AxisNamed(xName)
	if err != nil {
		return nil, err
	}
	y, err := pricing.AxisNamed(yName)
	if err != nil {
		return nil, err
	}
	if b.grid < 2 || b.grid > 1000 {
		return nil, fmt.Errorf("--grid must be from 2 to 1000, is %d", b.grid)
	}
	fit := slices.DeleteFunc(w.Fit(), func(d pricing.Door) bool {
		return len(asked) > 0 && !slices.ContainsFunc(asked, func(o pricing.Door) bool { return o.Name == d.Name })
	})
	return book.Map(w, x, y, fit, b.grid, c.Margin)
}

func printJSON(c *cobra.Command, v any) error {
	enc := json.NewEncoder(bytesOut(c))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
