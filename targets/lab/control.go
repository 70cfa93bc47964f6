package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/lab/doors"
)

// The paths of the lab's own, besides those of the AWS services.
const (
	labPath    = "/_lab/"
	truthPath  = labPath + "truth"
	faultsPath = labPath + "faults"
	cachePath  = labPath + "cache"
	caPath     = labPath + "ca.pem"

	keySetPath = "/.well-known/jwks.json" // as Cognito's user pools have it
)

var controls = []string{
	"GET " + truthPath, "GET, POST and DELETE " + faultsPath, "DELETE " + cachePath, "GET " + caPath,
}

// mostBytes bounds what the control endpoint reads.
const mostBytes = 64 << 10

// control serves the truth, the faults and tokens besides the AWS services, to programs
// and not to pages that a browser on this machine may show.
func (l *Lab) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(labPath, func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.Method+" "+r.URL.Path+" is no path of the lab; there are "+strings.Join(controls, ", "), http.StatusNotFound)
	})
	mux.HandleFunc("GET "+truthPath, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, l.Truth())
	})
	mux.HandleFunc("GET "+faultsPath, func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, l.Faults())
	})
	mux.HandleFunc("GET "+caPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = io.WriteString(w, l.CA()) // fails when the client is gone
	})
	mux.HandleFunc("POST "+faultsPath, l.inject)
	mux.HandleFunc("DELETE "+faultsPath, func(w http.ResponseWriter, _ *http.Request) {
		l.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE "+cachePath, l.flush)
	services := l.cloud(func() time.Time { return time.Now().Add(l.Config().AWS.Ahead()) })
	tokens := http.NewServeMux()
	tokens.HandleFunc("POST "+targets.LabTokenPath, l.issueToken)
	tokens.HandleFunc("GET "+keySetPath, l.Issuer().KeySet)
	return programsOnly(l.Config().Beyond, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, labPath):
			mux.ServeHTTP(w, r)
		case r.URL.Path == targets.LabTokenPath || r.URL.Path == keySetPath:
			tokens.ServeHTTP(w, r)
		default: // as the path came: signatures are of that
			services.ServeHTTP(w, r)
		}
	}))
}

// issueToken issues a token, unless an injected fault of the AWS endpoint forbids it. RFC
// 6749 has no error for that; issuers answer with status codes of HTTP.
func (l *Lab) issueToken(w http.ResponseWriter, r *http.Request) {
	if refusal, refuses := l.RefusesAWS(time.Now()); refuses && refusal.Code != protocol.ExpiredToken.Code {
		status := http.StatusServiceUnavailable
		if refusal.Code == protocol.Throttling.Code {
			status = http.StatusTooManyRequests
		}
		http.Error(w, refusal.Message, status)
		return
	}
	l.Issuer().TokenEndpoint(w, r)
}

// flush empties the caches: of one door, where the request names it, or of all.
func (l *Lab) flush(w http.ResponseWriter, r *http.Request) {
	if !l.FlushCaches(r.URL.Query().Get("door")) {
		http.Error(w, "there is no door of that name with a cache", http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (l *Lab) inject(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBytes))
	if _, is := errors.AsType[*http.MaxBytesError](err); is {
		err = fmt.Errorf("faults in more than %d bytes are not read: order fewer at a time", mostBytes)
	}
	var ins []doors.Injection
	if err == nil {
		ins, err = doors.ParseInjections(body)
	}
	var placed []*doors.Injected
	if err == nil {
		placed, err = l.Inject(ins...)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	writeJSON(w, http.StatusCreated, placed)
}

func writeJSON(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what) // fails when the client is gone
}
