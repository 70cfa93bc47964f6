package pricing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// JSON returns the book as a file that [ReadBook] reads, regions sorted.
func (b *Book) JSON() ([]byte, error) {
	out, err := json.MarshalIndent(b.file(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("price book %s: %w", b, err)
	}
	return append(out, '\n'), nil
}

// YAML returns the same for people: rates in the order of a bill.
func (b *Book) YAML() []byte {
	var w bytes.Buffer
	f := b.file()
	fmt.Fprintf(&w, "# List prices without tax. Tiers are marginal and of a month's total.\nversion: %d\nname: %s\nas_of: %s\ncurrency: %s\nregions:\n",
		f.Version, quoted(f.Name), f.AsOf, f.Currency)
	for _, region := range b.Regions() {
		fmt.Fprintf(&w, "  %s:\n", region)
		for _, key := range Keys() {
			if r, ok := f.Regions[region][key]; ok {
				r.yaml(&w, key)
			}
		}
	}
	return w.Bytes()
}

func (r Rate) yaml(w *bytes.Buffer, key string) {
	fmt.Fprintf(w, "    %s:\n      unit: %s\n", key, r.Unit)
	if !r.Per.IsZero() {
		fmt.Fprintf(w, "      per: %s\n", r.Per)
	}
	w.WriteString("      tiers:\n")
	for _, t := range r.Tiers {
		end := ""
		if !t.UpTo.IsZero() {
			end = fmt.Sprintf("up_to: %s, ", t.UpTo)
		}
		fmt.Fprintf(w, "        - {%sprice: %q}\n", end, t.price())
	}
	for i, tier := range []FreeTier{AlwaysFree, LegacyFree} {
		a, ok := r.Free[tier]
		if !ok {
			continue
		}
		if _, both := r.Free[AlwaysFree]; i == 0 || !both {
			w.WriteString("      free:\n")
		}
		fmt.Fprintf(w, "        %s: {quantity: %s, source: %s, verified: %t}\n", tier, a.Quantity, quoted(a.Source), a.Verified)
	}
	for _, limit := range []struct {
		name string
		at   Quantity
	}{{"verified_to", r.VerifiedTo}, {"known_to", r.KnownTo}} {
		if !limit.at.IsZero() {
			fmt.Fprintf(w, "      %s: %s\n", limit.name, limit.at)
		}
	}
	fmt.Fprintf(w, "      source: %s\n      as_of: %s\n      verified: %t\n", quoted(r.Source), r.AsOf, r.Verified)
}

// quoted writes a text as YAML and JSON both read it.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

// file is the book as a file has it: prices of one unit do not say so.
func (b *Book) file() bookFile {
	f := bookFile{Version: 1, Name: b.name, AsOf: b.asOf, Currency: "USD", Regions: make(map[string]map[string]Rate)}
	for region, of := range b.regions {
		found := maps.Clone(of())
		f.Regions[region] = found
		for key, r := range found {
			if r.Per.Cmp(Whole(1)) == 0 {
				r.Per = Quantity{}
				found[key] = r
			}
		}
	}
	return f
}

// price is the price as files have it.
func (t Tier) price() string { return strings.ReplaceAll(t.Price.Plain(), ",", "") }

// MarshalJSON writes the tier as a book has it, with its price in quotes.
func (t Tier) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		UpTo  Quantity `json:"up_to,omitzero"`
		Price string   `json:"price"`
	}{t.UpTo, t.price()})
}
