package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// expand FILE… replaces the environment's variables in files, which scripts
// cannot do by themselves.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: expand FILE...")
	}
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// flood FILE PATH SUFFIX KEY N OUT sends N requests with an API key at once to
// the host and port that stand at PATH in a JSON file, as soon as somebody
// listens there, and writes how many answers had each status.
func flood(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 6 {
		ts.Fatalf("usage: flood FILE PATH SUFFIX KEY N OUT")
	}
	n, err := strconv.Atoi(args[4])
	ts.Check(err)
	url := "http://" + address(ts, args[0], args[1]) + args[2]
	var all sync.WaitGroup
	var mu sync.Mutex
	seen, failed := map[string]int{}, error(nil)
	for range n {
		all.Go(func() {
			code, err := ask(url, args[3])
			mu.Lock()
			defer mu.Unlock()
			seen[strconv.Itoa(code)]++
			if err != nil {
				failed = err
			}
		})
	}
	all.Wait()
	ts.Check(failed)
	text, err := json.Marshal(seen)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[5]), text, 0o600))
}

// ask sends one request. Only a connection that does not come about
// is tried again.
func ask(url, key string) (code int, err error) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) { // polls: the server is another process
		var r *http.Request
		if r, err = http.NewRequest(http.MethodGet, url, nil); err != nil {
			return 0, err
		}
		r.Header.Set("x-api-key", key)
		resp, e := http.DefaultClient.Do(r)
		if err = e; err == nil {
			return resp.StatusCode, resp.Body.Close()
		}
		if op, ok := errors.AsType[*net.OpError](err); !ok || op.Op != "dial" {
			return 0, err
		}
	}
	return 0, fmt.Errorf("nobody listens: %w", err)
}

// same FILE PATH FILE PATH wants the same value at both places.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: same FILE PATH FILE PATH")
	}
	var values [2]any
	for i := range values {
		var v any
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2*i])), &v))
		found, err := dig(v, strings.Split(args[2*i+1], "/"))
		ts.Check(err)
		values[i] = found
	}
	if reflect.DeepEqual(values[0], values[1]) == neg {
		ts.Fatalf("%s in %s is %v, %s in %s is %v", args[1], args[0], values[0], args[3], args[2], values[1])
	}
}
