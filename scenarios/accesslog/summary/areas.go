package summary

import (
	"bytes"
	"slices"
	"strings"
)

// near are the airports by which CloudFront calls its locations, by area of its price list.
// Sources: CloudFront developer guide, "x-edge-location" (three letters, "the IATA airport
// code of an airport near it", and a number); CloudFront key features page (the cities).
var near = map[string]string{
	"us":                 "ATL BNA BOS CMH DEN DFW DTW EWR HIO IAD IAH JAX JFK LAS LAX MCI MEX MIA MSP ORD PDX PHL PHX PIT QRO SAN SEA SFO SJC SLC STL TPA YTO YUL YVR YYC YYZ",
	"europe":             "AMS ARN ATH BCN BER BRU BUD CDG CPH DUB DUS EDI FCO FRA GVA HAM HEL IEV IST KBP LCY LHR LIN LIS MAD MAN MRS MUC MXP ORY OSL OTP PMO PRG SOF TLV TXL VIE WAW ZAG ZRH",
	"japan":              "HND ITM KIX NRT",
	"middle-east-africa": "BAH CAI CPT DOH DXB FJR JED JNB LOS MCT NBO RUH",
	"south-america":      "BOG CWB EZE FOR GIG GRU LIM POA SCL",
	"australia":          "ADL AKL BNE MEL PER SYD",
	"asia-pacific":       "BKK CGK HAN HKG ICN KUL MNL SGN SIN TPE",
	"india":              "BLR BOM CCU DEL HYD MAA PNQ",
}

// location is the airport of a location: FRA of FRA56-P2.
func location(edge []byte) []byte { return bytes.ToUpper(edge[:min(3, len(edge))]) }

// A share is how many requests came through an area.
type share struct {
	area     string
	requests int64
}

// areas adds locations up by area, the largest first; unknown are those of airports that
// no area has.
func areas(edges map[string]int64) (all []share, unknown []string) {
	sums := map[string]int64{}
	for _, code := range most(edges, mostNames) {
		found := ""
		for area, airports := range near {
			if len(code) == 3 && slices.Contains(strings.Fields(airports), code) {
				found = area
			}
		}
		if found == "" {
			unknown = append(unknown, code)
			continue
		}
		sums[found] += edges[code]
	}
	for _, area := range most(sums, len(near)) {
		all = append(all, share{area, sums[area]})
	}
	return all, unknown
}

// percentages are the shares in whole hundredths of a percent that make 100 %: what is left
// over by rounding goes to the largest.
func percentages(all []share) (hundredths []int64) {
	total, given := int64(0), int64(0)
	for _, s := range all {
		total += s.requests
	}
	for _, s := range all {
		p := s.requests * 10_000 / total
		hundredths, given = append(hundredths, p), given+p
	}
	if len(hundredths) > 0 {
		hundredths[0] += 10_000 - given
	}
	return hundredths
}
