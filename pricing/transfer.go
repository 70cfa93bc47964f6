package pricing

import "fmt"

// TransferGB is the gigabyte of data transfer: AWS's worked example divides by
// 1024³ (Amazon API Gateway pricing page: 5 million responses of 3 KB are 14.3 GB).
const TransferGB = 1 << 30

// DataOut is what goes out to the internet: every response, refused ones too.
// Transfer in is free.
var DataOut = Dimension{
	ID:    "transfer.out",
	Title: "Data transfer out",
	Unit:  GB,
	Meter: func(t Traffic) Reading {
		mean := t.ResponseBytes.Mean()
		q := t.Requests.Quantity.Mul(mean).Div(Whole(TransferGB))
		return Reading{
			Quantity: q,
			Basis:    weakest(t.Requests.Basis, t.ResponseBytes.Basis),
			Derivation: fmt.Sprintf("%s responses × %s bytes ÷ 1,024³ = %s GB",
				figure(t.Requests.Quantity), figure(mean), figure(q)),
		}
	},
}
