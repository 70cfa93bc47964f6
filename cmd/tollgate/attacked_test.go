package main

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// attackedFile is the command "attacked FILE MINUTE SCALE", which writes what vegeta attack
// would: 2,000 requests of 20 seconds that began at a minute of an hour, with response times
// of about 20 ms, times a scale.
func attackedFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: attacked FILE MINUTE SCALE")
	}
	minute, err := strconv.Atoi(args[1])
	ts.Check(err)
	scale, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	chance := rand.New(rand.NewPCG(uint64(minute), 1))
	var b bytes.Buffer
	encode := vegeta.NewEncoder(&b)
	start := time.Date(2026, 11, 30, 9, minute, 0, 0, time.UTC)
	for i := range 2000 {
		r := vegeta.Result{
			Seq: uint64(i), Code: 200, Timestamp: start.Add(time.Duration(i) * 10 * time.Millisecond), BytesIn: 120,
			Latency: time.Duration(20e6 * scale * math.Exp(0.3*chance.NormFloat64())), Method: "GET", URL: "http://127.0.0.1:8080/predict?key=s3cr3t",
		}
		if i%500 == 3 {
			r.Code, r.Error = 503, "503 Service Unavailable"
		}
		ts.Check(encode(&r))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}
