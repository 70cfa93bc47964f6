package pricing

import "fmt"

// A private API is called through interface endpoints of AWS PrivateLink: they
// cost by the hour in each zone and by what passes through, both ways. In
// exchange nothing goes out to the internet.
var (
	EndpointHours = Dimension{
		ID:    "privatelink.hours",
		Title: "PrivateLink endpoint",
		Unit:  Hours,
		Meter: func(t Traffic) Reading {
			hours := wholeHours(t.month())
			q := Whole(max(0, t.EndpointZones)).Mul(hours.Quantity)
			return Reading{
				Quantity: q,
				Basis:    hours.Basis,
				Derivation: fmt.Sprintf("%s zones × %s hours = %s",
					figure(Whole(t.EndpointZones)), figure(hours.Quantity), figure(q)),
			}
		},
	}
	EndpointBytes = Dimension{
		ID:    "privatelink.bytes",
		Title: "PrivateLink data",
		Unit:  GB,
		Meter: func(t Traffic) Reading {
			if t.EndpointZones <= 0 {
				return Reading{}
			}
			size := t.RequestBytes.Mean().Add(t.ResponseBytes.Mean())
			q := t.Requests.Quantity.Mul(size).Div(Whole(TransferGB))
			return Reading{
				Quantity: q,
				Basis:    weakest(t.Requests.Basis, t.RequestBytes.Basis, t.ResponseBytes.Basis),
				Derivation: fmt.Sprintf("%s requests × %s bytes both ways ÷ 1,024³ = %s GB",
					figure(t.Requests.Quantity), figure(size), figure(q)),
			}
		},
	}
)
