package engines

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
)

// A pageServer notes what it is sent, and answers preflights with its fields.
type pageServer struct {
	status int
	fields map[string]string
	delay  time.Duration // of answers to preflights
	asked  func()        // is called before, at each of them; nil: nothing is

	mu    sync.Mutex
	sent  []string // "PUT /a"
	heads []http.Header
}

func (s *pageServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.sent = append(s.sent, r.Method+" "+r.RequestURI)
	s.heads = append(s.heads, r.Header.Clone())
	s.mu.Unlock()
	if r.Method != http.MethodOptions {
		return
	}
	if s.asked != nil {
		s.asked()
	}
	time.Sleep(s.delay) // a server that takes its time is what is tested
	for name, value := range s.fields {
		w.Header().Set(name, value)
	}
	w.WriteHeader(s.status)
}

func (s *pageServer) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

func (s *pageServer) count(what string) (n int) {
	for _, one := range s.all() {
		if strings.HasPrefix(one, what) {
			n++
		}
	}
	return n
}

// openTo is a server that lets the page do all that tests do.
func openTo(fields map[string]string) *pageServer {
	s := &pageServer{status: 204, fields: map[string]string{"Access-Control-Allow-Origin": pageOrigin, "Access-Control-Allow-Methods": "PUT", "Access-Control-Allow-Headers": "content-type,x-page"}}
	for name, value := range fields {
		s.fields[name] = value
	}
	return s
}

// ofPage has the requests of a rig sent by a page.
func ofPage(r *rig, requests ...scenarios.Request) *rig {
	r.job.Targets[0].Client.Page = targets.Page{Origin: pageOrigin, Preflights: true}
	if len(requests) > 0 {
		r.job.Requests = requests
	}
	for i := range r.job.Requests {
		r.job.Requests[i].Timeout = 10 * time.Second
		r.job.Asked = append(r.job.Asked, len(r.job.Requests))
	}
	r.job.Requests = append(r.job.Requests, scenarios.Request{Name: "preflight", Method: "OPTIONS", Path: "/", Timeout: 10 * time.Second})
	r.job.Asked = append(r.job.Asked, -1)
	return r
}
