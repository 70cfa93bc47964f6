package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/pricing/pricelist"
	"tollgate/pricing/statement"
)

// bulkFiles is where AWS publishes its price lists.
const bulkFiles = "https://pricing.us-east-1.amazonaws.com"

// updateFlags are the flags of prices update.
type updateFlags struct {
	from    []string
	regions []string
	kept    []string // regions of the written book
	bulk    string   // where the lists are; "": not asked for
	api     bool
	base    string
	out     string
	yes     bool
}

func newPricesUpdate() *cobra.Command {
	var u updateFlags
	c := &cobra.Command{
		Use:   "update",
		Short: "Make a price book from AWS's price lists",
		Long: `Update reads AWS's price lists and writes a price book for --prices: the rates of the
lists, and those of the base book that the lists lack. Lists are offer files in JSON:
those that AWS publishes (--bulk, the default, or a mirror: --bulk=URL), other files or
addresses (--from), or the Query API (--api), which needs credentials. A region may be
one that the base book has nothing of. What the file of --write has of other regions
stays.

A list that AWS does not publish for a region, and a product that cannot be read, are
named and passed over: their prices stay as they are in the base book, or unknown.

It prints what changes. If a rate is gone, or a price more than doubles or halves, it
stops and writes nothing unless --yes confirms it: such changes are more often reading
errors than new prices.

EXIT STATUS
  0  written
  1  a list cannot be read, or a change is not confirmed; nothing is written
  2  wrong flags`,
		Example: `  tollgate prices update --region sa-east-1
  tollgate prices update --from AmazonApiGateway.json --region eu-central-1 --write ours.yaml`,
		Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return u.run(c) },
	}
	f := c.Flags()
	f.StringArrayVar(&u.from, "from", nil, "offer `file` in JSON, or its address (may be repeated)")
	f.StringVar(&u.bulk, "bulk", "", "read the lists that AWS publishes, or a mirror of them at this `address`")
	f.Lookup("bulk").NoOptDefVal = bulkFiles
	f.BoolVar(&u.api, "api", false, "ask the Query API")
	f.StringArrayVar(&u.regions, "region", nil, "this `region`, whether or not the base book has it (may be repeated; default: all of the base book)")
	f.StringVar(&u.base, "base", "", "`date` of a book of this program, or a file, that is updated (default: the newest)")
	f.StringVar(&u.out, "write", "prices.yaml", "`file` to write the book to")
	f.BoolVar(&u.yes, "yes", false, "write it even if prices change by more than 2 times")
	return c
}

func (u *updateFlags) run(c *cobra.Command) error {
	base, err := u.prepare()
	if err != nil {
		return err
	}
	collector, err := pricelist.NewCollector(base, u.regions)
	if err != nil {
		return usage(fmt.Errorf("--region: %w", err))
	}
	absent, err := u.collect(c.Context(), collector)
	if err != nil {
		return err
	}
	whole, err := collector.Book("AWS price lists", time.Now().UTC().Format(time.DateOnly))
	if err != nil {
		return errors.Join(append(absent, err)...)
	}
	book := whole.Only(u.kept...)
	base = base.Only(u.kept...)
	before, after := statement.Side{Name: base.String(), Book: base}, statement.Side{Name: book.String(), Book: book}
	if err := statement.Changes(c.OutOrStdout(), before, after); err != nil {
		return err
	}
	u.notes(c, collector, book, absent)
	changes := base.Diff(book)
	if slices.ContainsFunc(changes, pricing.Change.Drastic) && !u.yes {
		return errors.New("some prices are gone or change by more than 2 times (marked !): nothing is written; look at them, and confirm with --yes")
	}
	if err := writeWhole(u.out, book.YAML()); err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %s from the lists, %d changed\n", u.out, pricing.Counted(collector.Found(), "rate"), len(changes))
	return nil
}

// notes says what was passed over, and what of it is unknown now.
func (u *updateFlags) notes(c *cobra.Command, from *pricelist.Collector, book *pricing.Book, absent []error) {
	var all []string
	for _, err := range absent {
		all = append(all, err.Error()+": passed over")
	}
	for _, odd := range from.Odd() {
		all = append(all, odd+": passed over")
	}
	for _, region := range u.regions {
		var stay, unknown []string
		for _, key := range from.Missing(region) {
			if _, err := book.Rate(region, key); err == nil {
				stay = append(stay, key)
			} else {
				unknown = append(unknown, key)
			}
		}
		if len(stay) > 0 {
			all = append(all, fmt.Sprintf("%s: the lists have no price for %s; the base book's stay", region, some(stay)))
		}
		if len(unknown) > 0 {
			all = append(all, fmt.Sprintf("%s: the lists have no price for %s: unknown", region, some(unknown)))
		}
	}
	for _, text := range all {
		fmt.Fprintln(c.ErrOrStderr(), "note: "+text)
	}
}

// some names the first few of a list, and counts the rest.
func some(names []string) string {
	const few = 4
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// prepare checks the flags and returns the base book, with what the file has that
// will be written.
func (u *updateFlags) prepare() (*pricing.Book, error) {
	if u.out == "" {
		return nil, usage(errors.New("--write is empty: name the file to write the book to"))
	}
	if len(u.from) == 0 && u.bulk == "" && !u.api {
		u.bulk = bulkFiles
	}
	base, err := books.Latest()
	if u.base != "" {
		base, err = namedBook(u.base)
	}
	if err != nil {
		return nil, err
	}
	if len(u.regions) == 0 {
		u.regions = base.Regions()
	}
	u.kept = slices.Clone(u.regions)
	if _, err := os.Stat(u.out); err != nil {
		return base, nil // a new file
	}
	had, err := readBook(u.out)
	if err != nil {
		return nil, fmt.Errorf("--write: this file is no price book to add to: name another: %w", err)
	}
	u.kept = append(u.kept, had.Regions()...)
	return base.Overlay(had), nil
}

// collect reads every list that the flags name; absent are those that AWS does not
// publish.
func (u *updateFlags) collect(ctx context.Context, into *pricelist.Collector) (absent []error, err error) {
	sources := slices.Clone(u.from)
	for _, service := range pricelist.Services {
		for _, region := range u.regions {
			if u.bulk != "" {
				sources = append(sources, fmt.Sprintf("%s/offers/v1.0/aws/%s/current/%s/index.json", strings.TrimSuffix(u.bulk, "/"), service, region))
			}
			if u.api {
				if err := pricelist.Query(ctx, service, region, into.Add); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, source := range sources {
		err := readList(ctx, source, u.regions, into)
		switch {
		case errors.Is(err, errAbsent) && !slices.Contains(u.from, source):
			absent = append(absent, err)
		case err != nil:
			return nil, err
		}
	}
	return absent, nil
}

// readList streams one offer file from a file or an address.
func readList(ctx context.Context, source string, regions []string, into *pricelist.Collector) error {
	if !strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "http://") {
		f, err := os.Open(source)
		if err != nil {
			return err
		}
		defer f.Close()
		return pricelist.ReadBulk(source, f, regions, into.Add)
	}
	at, err := url.Parse(source)
	if err != nil {
		return usage(errors.New("--from or --bulk: an address that cannot be read: a character in it, perhaps of a password, is not escaped"))
	}
	shown := openly(at)
	body, err := fetch(ctx, at)
	if err != nil {
		return fmt.Errorf("%s: %w", shown, err)
	}
	defer body.Close()
	return pricelist.ReadBulk(shown, body, regions, into.Add)
}

// errAbsent is what asking for a list gets that is not there.
var errAbsent = errors.New("there is no such list")

// openly is an address without what may be secret in it: the user, and the
// query, which holds the signature of a presigned address.
func openly(at *url.URL) string {
	return (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: at.Path, RawPath: at.RawPath}).String()
}

// fetch asks for what lies at an address. Its errors do not repeat the address.
func fetch(ctx context.Context, at *url.URL) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, errors.New("this is no address to ask")
	}
	resp, err := http.DefaultClient.Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		err := fmt.Errorf("the server responds %s", resp.Status)
		if resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusForbidden {
			err = fmt.Errorf("%w: %w", errAbsent, err) // S3, where the lists are, refuses what is not there
		}
		return nil, err
	}
	return resp.Body, nil
}
