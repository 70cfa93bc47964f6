package pricing

// TransferGB is the gigabyte of data transfer: AWS's worked example divides by
// 1024³ (Amazon API Gateway pricing page: 5 million responses of 3 KB are 14.3 GB).
const TransferGB = 1 << 30

// DataOut is what goes out to the internet: every response, refused ones too.
// Transfer in is free.
var DataOut = Dimension{
	ID:    "transfer.out",
	Title: "Data transfer out",
	Unit:  GB,
	Meter: func(t Traffic) Reading { return volume(t.Requests, t.ResponseBytes, "responses", "bytes") },
}
