//go:build linux

package main

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"
)

// What the floor counts are requests that a server has answered, over as many connections
// and streams as were asked for.
func TestFloorCountsAnsweredRequests(t *testing.T) {
	const connections, streams = 2, 3
	var served, protocol atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		protocol.Store(int64(r.ProtoMajor))
		_, _ = w.Write(make([]byte, 199))
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	u, err := url.Parse(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBare(u, connections, streams, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	driveUntil(t, b, 10*connections*streams)
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	open := served.Load() - b.ended
	if b.failed > 0 || open < 0 || open > connections*streams || protocol.Load() != 2 {
		t.Errorf("%d requests counted, %d of them failed, %d served over HTTP/%d", b.ended, b.failed, served.Load(), protocol.Load())
	}
}

// driveUntil drives until so many responses have come, for ten seconds at the most.
func driveUntil(t *testing.T, b *bare, n int64) {
	t.Helper()
	for range 1000 {
		if err := b.drive(10 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if b.ended >= n {
			return
		}
	}
	t.Fatalf("%d responses in ten seconds", b.ended)
}

func TestFloorCountsFailures(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	u, err := url.Parse(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBare(u, 1, 1, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	driveUntil(t, b, 10)
	if b.failed < b.ended {
		t.Errorf("%d of %d responses with status 404 failed", b.failed, b.ended)
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
}
