// Command goservers is a server on loopback that limits requests by libraries that others
// wrote. It answers 429 to what it refuses.
package main

import (
	"flag"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

func main() {
	listen := flag.String("listen", "", "the address")
	first, second := bucketFlags(""), bucketFlags("2")
	refuse := flag.Float64("refuse", 0, "the share that is refused before any limit")
	lose := flag.Float64("lose", 0, "the share of the admitted that is refused all the same")
	flight := flag.Int("flight", 0, "requests that are served at the same time; 0: any number")
	service := flag.Duration("service", 5*time.Millisecond, "how long a request takes")
	queue := flag.Bool("queue", false, "requests wait for the first bucket in place of being refused")
	library := flag.String("library", "", "a library that limits besides")
	count := flag.Int("count", 0, "of its requests in a period")
	period := flag.Duration("period", 0, "of the library")
	burst := flag.Int("above", 0, "its burst")
	flag.Parse()

	admits := func(http.ResponseWriter, *http.Request) (bool, error) { return true, nil }
	if *library != "" {
		var err error
		if admits, err = libraries[*library](*count, *period, *burst); err != nil {
			log.Fatal(err)
		}
	}
	a, b := first(), second()
	slots := make(chan struct{}, max(*flight, 1))
	serve := func(w http.ResponseWriter, r *http.Request) {
		if *queue {
			if err := a.Wait(r.Context()); err != nil {
				return // the client is gone
			}
		} else if rand.Float64() < *refuse || !a.Allow() || !b.Allow() || rand.Float64() < *lose {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if ok, err := admits(w, r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		} else if !ok {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if *flight > 0 {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
			default:
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
		}
		time.Sleep(*service)
		_, _ = io.WriteString(w, "hello")
	}
	log.Fatal(http.ListenAndServe(*listen, http.HandlerFunc(serve)))
}

// bucketFlags are the flags of a bucket; without them it admits all.
func bucketFlags(name string) func() *rate.Limiter {
	perSecond := flag.Float64("rate"+name, 0, "tokens a second; 0: no limit")
	burst := flag.Int("burst"+name, 0, "tokens at most")
	return func() *rate.Limiter {
		if *perSecond == 0 {
			return rate.NewLimiter(rate.Inf, 0)
		}
		return rate.NewLimiter(rate.Limit(*perSecond), *burst)
	}
}
