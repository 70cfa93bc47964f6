package pricelist

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// mostValue is how many bytes one product or one product's terms may have:
// real ones have some kilobytes.
const mostValue = 4 << 20

// mostWanted is how many products may be kept: a book needs a hundred in each
// of some thirty regions.
const mostWanted = 20_000

// A guard stops a reader that goes on too long without being asked again.
type guard struct {
	r    io.Reader
	left int64
}

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, fmt.Errorf("a single value has more than %d MB: this is no price list", mostValue>>20)
	}
	if int64(len(p)) > g.left {
		p = p[:g.left]
	}
	n, err := g.r.Read(p)
	g.left -= int64(n)
	return n, err
}

// bulk is the state of reading a bulk file.
type bulk struct {
	dec      *json.Decoder
	guard    *guard
	regions  []string
	see      func(Offer)
	service  string
	products map[string]productJSON // wanted ones, by SKU
	seen     bool                   // the products
}

// ReadBulk streams a bulk file of AWS's price list (an offer file in JSON) and
// hands on each offer that is for some key of a book in one of the regions.
// It keeps the products it wants and nothing else.
func ReadBulk(name string, r io.Reader, regions []string, see func(Offer)) error {
	g := &guard{r: r, left: mostValue}
	b := &bulk{dec: json.NewDecoder(g), guard: g, regions: regions, see: see, products: make(map[string]productJSON)}
	err := b.object(b.section)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("ends too early: was it cut off?")
	case err == nil && !b.seen:
		err = errors.New("has no products: this is no offer file")
	}
	if err != nil {
		return fmt.Errorf("%s: byte %d: %w", name, b.dec.InputOffset(), err)
	}
	return nil
}

func (b *bulk) section(key string) error {
	switch key {
	case "offerCode":
		return b.value(&b.service)
	case "products":
		b.seen = true
		if b.service == "" {
			return errors.New("products come before the offerCode that they belong to")
		}
		return b.object(b.product)
	case "terms":
		if !b.seen {
			return errors.New("terms come before the products that they belong to")
		}
		return b.object(func(kind string) error {
			if kind != "OnDemand" {
				return b.skip()
			}
			return b.object(b.terms)
		})
	}
	return b.skip()
}

func (b *bulk) product(sku string) error {
	var p productJSON
	if err := b.value(&p); err != nil {
		return fmt.Errorf("product %.40q: %w", sku, err)
	}
	if wanted(b.service, p, b.regions) {
		p.SKU = sku
		b.products[sku] = p
	}
	if len(b.products) > mostWanted {
		return fmt.Errorf("more than %d products are for the same few keys", mostWanted)
	}
	return nil
}

func (b *bulk) terms(sku string) error {
	p, ok := b.products[sku]
	if !ok {
		return b.skip()
	}
	var terms map[string]termJSON
	if err := b.value(&terms); err != nil {
		return fmt.Errorf("terms of %.40q: %w", sku, err)
	}
	if o, ok := offer(b.service, p, terms); ok {
		b.see(o)
	}
	return nil
}

// value reads one value, which may not be larger than the guard allows.
func (b *bulk) value(into any) error {
	b.guard.left = mostValue
	return b.dec.Decode(into)
}

func (b *bulk) token() (json.Token, error) {
	b.guard.left = mostValue
	return b.dec.Token()
}

// object reads an object key by key; each must read its value.
func (b *bulk) object(each func(key string) error) error {
	open, err := b.token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return fmt.Errorf("want an object, have %.40v", open)
	}
	for b.dec.More() {
		key, err := b.token()
		if err != nil {
			return err
		}
		if err := each(fmt.Sprint(key)); err != nil {
			return err
		}
	}
	_, err = b.dec.Token()
	return err
}

// skip passes over one value, however large, without keeping it.
func (b *bulk) skip() error {
	for depth := 0; ; {
		t, err := b.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
