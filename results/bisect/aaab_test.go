//go:build aaab

package bisect

import "testing"

// TestErrorRatesOfManySearches makes the table of the package documentation.
func TestErrorRatesOfManySearches(t *testing.T) {
	for i, r := range table {
		r.count(t, 2000, uint64(1000+i))
	}
}
