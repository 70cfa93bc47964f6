package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"tollgate/targets/lab/doors"
)

// faultsPath is where the lab is told what shall go wrong.
const faultsPath = "/_lab/faults"

// cachePath is where the caches of the doors can be flushed.
const cachePath = "/_lab/cache"

// caPath is where the certificate of the test CA can be read.
const caPath = "/_lab/ca.pem"

// labPath begins the path of all that is the lab's own.
const labPath = "/_lab/"

// controls are what there is below it.
var controls = []string{
	"GET " + truthPath, "GET, POST and DELETE " + faultsPath, "DELETE " + cachePath, "GET " + caPath,
}

// longestOrder bounds what the control endpoint reads.
const longestOrder = 64 << 10

// control serves the truth and the faults beside the AWS services, to programs
// and not to pages that a browser on this machine may show.
func (l *Lab) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(labPath, func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.Method+" "+r.URL.Path+" is nothing that the lab knows; there are "+strings.Join(controls, ", "), http.StatusNotFound)
	})
	mux.HandleFunc("GET "+truthPath, l.tell)
	mux.HandleFunc("GET "+faultsPath, func(w http.ResponseWriter, _ *http.Request) {
		tellJSON(w, http.StatusOK, l.Faults())
	})
	mux.HandleFunc("GET "+caPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = io.WriteString(w, l.CA()) // fails when the client is gone
	})
	mux.HandleFunc("POST "+faultsPath, l.order)
	mux.HandleFunc("DELETE "+faultsPath, func(w http.ResponseWriter, _ *http.Request) {
		l.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE "+cachePath, l.flush)
	services := l.cloud(time.Now)
	return programsOnly(l.Config().Beyond, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, labPath) {
			mux.ServeHTTP(w, r)
			return
		}
		services.ServeHTTP(w, r)
	}))
}

// flush empties the caches: of one door, where the request names it, or of all.
func (l *Lab) flush(w http.ResponseWriter, r *http.Request) {
	if !l.FlushCaches(r.URL.Query().Get("door")) {
		http.Error(w, "there is no door of that name with a cache", http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// order reads one Injection, or a list of them, and puts it into effect.
func (l *Lab) order(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestOrder))
	if _, is := errors.AsType[*http.MaxBytesError](err); is {
		err = fmt.Errorf("faults in more than %d bytes are not read: order fewer at a time", longestOrder)
	}
	if err == nil {
		var ins []doors.Injection
		if ins, err = doors.ParseInjections(body); err == nil {
			var placed []*doors.Injected
			if placed, err = l.Inject(ins...); err == nil {
				tellJSON(w, http.StatusCreated, placed)
				return
			}
		}
	}
	http.Error(w, err.Error(), http.StatusBadRequest)
}

// tell serves the truth.
func (l *Lab) tell(w http.ResponseWriter, _ *http.Request) { tellJSON(w, http.StatusOK, l.Truth()) }

func tellJSON(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what) // fails when the client is gone
}
