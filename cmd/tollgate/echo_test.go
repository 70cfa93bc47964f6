package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tollgate/results"
)

// The secrets of the echo's targets. A part of them is a secret as well.
const (
	echoedKey    = "kQ7vZp2mXw9RtB4nLs8YhJ3dGf6CaE5uKi1oPq0W"
	echoedBearer = "bT+5xN/8rVw2QmZ7kJc4LpHs9Dg3FyAe6Uo1Ri0XzBn=="
)

// mostShown is how many characters in a row of a secret may show by chance.
const mostShown = 8

// An echo is a way in which a server sends back what it was sent.
type echo struct {
	name   string
	answer func(w http.ResponseWriter, secret string)
}

var echoes = []echo{
	{"a header", func(w http.ResponseWriter, s string) {
		w.Header().Set("X-Your-Key", s)
		http.Error(w, "no", http.StatusForbidden)
	}},
	{"the name of a header", func(w http.ResponseWriter, s string) {
		w.Header().Set("X-"+url.QueryEscape(s), "1")
		w.WriteHeader(http.StatusUnauthorized)
	}},
	{"a body", func(w http.ResponseWriter, s string) { http.Error(w, "bad key: "+s, http.StatusBadRequest) }},
	{"the edge of what is kept of a body", func(w http.ResponseWriter, s string) {
		http.Error(w, strings.Repeat("x", results.MaxExcerptBody-len(s)/2)+s, http.StatusInternalServerError)
	}},
	{"JSON", func(w http.ResponseWriter, s string) {
		w.WriteHeader(http.StatusBadGateway)
		_ = json.NewEncoder(w).Encode(map[string]any{"headers": map[string]string{"x-api-key": s, "authorization": "Bearer " + s}})
	}},
	{"a query", func(w http.ResponseWriter, s string) {
		w.Header().Set("Location", "/login?key="+url.QueryEscape(s))
		w.WriteHeader(http.StatusFound)
		fmt.Fprint(w, "see /login?key="+url.QueryEscape(s))
	}},
	{"Base64", func(w http.ResponseWriter, s string) {
		http.Error(w, base64.StdEncoding.EncodeToString([]byte(s)), http.StatusConflict)
	}},
	{"a status line", func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 418 "+s+"\r\nContent-Length: 0\r\n\r\n") }},
	{"a header that is none", func(w http.ResponseWriter, s string) { raw(w, "HTTP/1.1 200 OK\r\n"+s+"\r\n\r\n") }},
	{"what is no HTTP", func(w http.ResponseWriter, s string) { raw(w, s+"\r\n\r\n") }},
	{"a good answer", func(w http.ResponseWriter, s string) {
		w.Header().Set("X-Your-Key", s)
		fmt.Fprint(w, s)
	}},
}

// raw answers with bytes, and closes the connection.
func raw(w http.ResponseWriter, answer string) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer func(c net.Conn) { _ = c.Close() }(c)
	_, _ = io.WriteString(c, answer)
}

// TestSecretsThatComeBackAreNotKept has a server that echoes the secrets which it is
// sent, and looks for them in all that a run leaves, and in all that it prints.
func TestSecretsThatComeBackAreNotKept(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret := r.Header.Get("X-Api-Key")
		if secret == "" {
			secret = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		}
		for i, e := range echoes {
			if r.URL.Path == fmt.Sprintf("/e%d", i) && secret != "" {
				e.answer(w, secret)
				return
			}
		}
		http.Error(w, "it was sent no secret", http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	for name, row := range map[string]struct {
		flags    []string
		echoes   []int // all where there are none
		requests bool
	}{
		"wire":         {[]string{"--engine", "wire", "--no-trial"}, nil, true},
		"vegeta":       {[]string{"--engine", "vegeta", "--no-trial"}, nil, true},
		"before loads": {nil, []int{0, 1, 2, 5, 6, 7}, false}, // those that are tried once
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := t.TempDir()
			args := append([]string{"run", echoScenario(t, server.URL, row.echoes), "--out", out, "--summary", "full", "--yes"}, row.flags...)
			said := printed(args...)
			dir := runIn(t, out)
			if dir == "" {
				t.Fatalf("nothing was recorded:\n%s", said)
			}
			for _, more := range [][]string{{"report", dir, "--summary", "full"}, {"report", dir, "--json"}, {"report", dir, "--format", "csv", "--charts", filepath.Join(out, "charts")}, {"check", dir}} {
				said += printed(more...)
			}
			run, err := results.Open(dir)
			if err != nil || (run.Document.Targets[0].Requests > 0) != row.requests || (len(run.Document.Trial) > 0) == row.requests {
				t.Fatalf("%v, %d requests, %d of them before the load", err, run.Document.Targets[0].Requests, len(run.Document.Trial))
			}
			unseen(t, "what was printed", []byte(said))
			unseenIn(t, out)
		})
	}
}

// printed is all that a command prints. Its exit code says that requests failed.
func printed(args ...string) string {
	c := exec.Command("tollgate", args...)
	c.Env = append(os.Environ(), "ECHOED_KEY="+echoedKey, "ECHOED_BEARER="+echoedBearer)
	said, _ := c.CombinedOutput()
	return string(said)
}

// echoScenario is a scenario with a request for each echo, or for some.
func echoScenario(t *testing.T, address string, some []int) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "name: echo\ntargets:\n")
	fmt.Fprintf(&b, "  key: {kind: function-url, url: %q, region: us-east-1, auth: {api_key: \"${env:ECHOED_KEY}\"}}\n", address)
	fmt.Fprintf(&b, "  bearer: {kind: function-url, url: %q, region: us-east-1, auth: {bearer: \"${env:ECHOED_BEARER}\"}}\n", address)
	fmt.Fprintf(&b, "requests:\n")
	for i := range echoes {
		if len(some) > 0 && !slices.Contains(some, i) {
			continue
		}
		fmt.Fprintf(&b, "  - {name: e%d, path: /e%d}\n", i, i)
	}
	fmt.Fprintf(&b, "load:\n  - constant: {rate: 60/s, for: 1s}\n")
	file := filepath.Join(t.TempDir(), "echo.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// unseenIn looks through every file of a folder.
func unseenIn(t *testing.T, folder string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(name)
		if err == nil && filepath.Ext(name) == ".gz" {
			var z *gzip.Reader
			if z, err = gzip.NewReader(bytes.NewReader(data)); err == nil {
				data, err = io.ReadAll(z)
			}
		}
		unseen(t, name, data)
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("%d files, %v", files, err)
	}
}

// unseen says where a part of a secret shows, in whatever letters or encoding.
func unseen(t *testing.T, where string, data []byte) {
	t.Helper()
	text := strings.ToLower(string(data))
	for _, secret := range []string{echoedKey, echoedBearer} {
		for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			form = strings.ToLower(form)
			for i := 0; i+mostShown < len(form); i++ {
				if at := strings.Index(text, form[i:i+mostShown+1]); at >= 0 {
					t.Errorf("%s shows a part of a secret: …%s…", where, text[max(0, at-60):min(len(text), at+60)])
					break
				}
			}
		}
	}
}

// runIn is the only run directory of a folder, "" for none.
func runIn(t *testing.T, folder string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*", results.FileRun))
	if err != nil || len(found) > 1 {
		t.Fatalf("%q, %v", found, err)
	}
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[0])
}
