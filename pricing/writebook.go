package pricing

import (
	"bytes"
	"encoding/json"
	"fmt"
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

func (f rateFile) yaml(w *bytes.Buffer, key string) {
	fmt.Fprintf(w, "    %s:\n      unit: %s\n", key, f.Unit)
	if f.Per != nil {
		fmt.Fprintf(w, "      per: %s\n", f.Per)
	}
	w.WriteString("      tiers:\n")
	for _, t := range f.Tiers {
		end := ""
		if t.UpTo != nil {
			end = fmt.Sprintf("up_to: %s, ", t.UpTo)
		}
		fmt.Fprintf(w, "        - {%sprice: %q}\n", end, t.Price)
	}
	for i, tier := range []FreeTier{AlwaysFree, LegacyFree} {
		a, ok := f.Free[tier]
		if !ok {
			continue
		}
		if _, both := f.Free[AlwaysFree]; i == 0 || !both {
			w.WriteString("      free:\n")
		}
		fmt.Fprintf(w, "        %s: {quantity: %s, source: %s, verified: %t}\n", tier, a.Quantity, quoted(a.Source), a.Verified)
	}
	fmt.Fprintf(w, "      source: %s\n      as_of: %s\n      verified: %t\n", quoted(f.Source), f.AsOf, f.Verified)
}

// quoted writes a text as YAML and JSON both read it.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

func (b *Book) file() bookFile {
	f := bookFile{Version: 1, Name: b.name, AsOf: b.asOf, Currency: "USD", Regions: make(map[string]map[string]rateFile)}
	for region, rates := range b.regions {
		f.Regions[region] = make(map[string]rateFile, len(rates))
		for key, r := range rates {
			f.Regions[region][key] = r.file()
		}
	}
	return f
}

func (r Rate) file() rateFile {
	f := rateFile{Unit: r.Unit, Free: r.Free, Source: r.Source, AsOf: r.AsOf, Verified: r.Verified}
	if r.Per.Cmp(Whole(1)) != 0 {
		f.Per = &r.Per
	}
	for _, t := range r.Tiers {
		tf := tierFile{Price: strings.ReplaceAll(t.Price.Plain(), ",", "")}
		if t.UpTo.Sign() > 0 {
			tf.UpTo = &t.UpTo
		}
		f.Tiers = append(f.Tiers, tf)
	}
	return f
}
