package pricing

import (
	"testing"
)

// testBook has made-up prices that are easy to calculate with.
const testBook = `
version: 1
name: test prices
as_of: 2026-01-02
currency: USD
regions:
  us-east-1:
    apigateway.rest.requests:
      unit: requests
      per: 1000000
      tiers: [{up_to: 1000000, price: "3"}, {up_to: 3000000, price: "2"}, {price: "1"}]
      free: {legacy: {quantity: 500000, source: a page, verified: true}}
      source: a list
      as_of: 2026-01-01
      verified: true
    lambda.requests:
      unit: requests
      per: 1000000
      tiers: [{price: "0.20"}]
      free: {always: {quantity: 1000000, source: hearsay, verified: false}}
      source: a list
      as_of: 2026-01-01
      verified: true
    alb.addresses:
      unit: address-hours
      tiers: [{price: "0.005"}]
      source: memory
      as_of: 2026-01-01
      verified: false
`

// readTestBook reads testBook.
func readTestBook(t testing.TB) *Book {
	t.Helper()
	b, err := ReadBook("book.yaml", []byte(testBook))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// measured is a whole number that the client counted.
func measured(n int64) Amount { return Amount{Quantity: Whole(n), Basis: Measured} }

// decimal reads a number that is known to be one.
func decimal(s string) Quantity {
	q, err := ParseQuantity(s)
	if err != nil {
		panic(err)
	}
	return q
}
