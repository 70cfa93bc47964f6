package edge

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
)

// What is compressed, in bytes and by its type and status. Source: CloudFront developer
// guide, "Serve compressed files"; of the types, those that applications send.
const (
	leastCompressed = 1_000
	mostCompressed  = 10_000_000
)

var (
	compressedStatuses = []int{http.StatusOK, http.StatusForbidden, http.StatusNotFound}
	compressedTypes    = []string{
		"application/javascript", "application/json", "application/ld+json", "application/manifest+json", "application/rss+xml",
		"application/wasm", "application/x-javascript", "application/xhtml+xml", "application/xml", "application/graphql",
		"application/graphql-response+json", "application/geo+json", "application/vnd.api+json", "application/x-protobuf",
		"image/svg+xml", "text/css", "text/csv", "text/event-stream", "text/html", "text/javascript", "text/js",
		"text/markdown", "text/plain", "text/x-script", "text/xml",
	}
)

// Compressed is a response as it goes to a client who takes gzip: compressed by the edge
// where the origin did not do it and it is worth it. What comes without a length is not
// compressed.
func (p *Policy) Compressed(r *Response, accepts bool) *Response {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if r.Rest != nil || !p.Compress || !accepts || r.Header.Get("Content-Encoding") != "" || !slices.Contains(compressedStatuses, r.Status) ||
		len(r.Body) < leastCompressed || len(r.Body) > mostCompressed || !slices.Contains(compressedTypes, strings.ToLower(strings.TrimSpace(kind))) {
		return r
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write(r.Body) // into memory: cannot fail
	_ = w.Close()
	made := &Response{Status: r.Status, Header: r.Header.Clone(), Body: packed.Bytes()}
	made.Header.Set("Content-Encoding", "gzip")
	made.Header.Add("Vary", "Accept-Encoding")
	if tag := made.Header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		made.Header.Set("ETag", "W/"+tag)
	}
	return made
}
