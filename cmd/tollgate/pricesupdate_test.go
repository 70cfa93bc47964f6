package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// offerFile is a list of one product, after so many bytes of others.
func offerFile(w http.ResponseWriter, service, region string, others int) {
	fmt.Fprintf(w, `{"formatVersion":"v1.0","offerCode":%q,"products":{`, service)
	other := strings.Repeat(`"B":{"sku":"B","productFamily":"x","attributes":{"usagetype":"nothing of ours"}},`, 100)
	for sent := 0; sent < others; sent += len(other) {
		if _, err := w.Write([]byte(other)); err != nil {
			return
		}
	}
	fmt.Fprintf(w, `"A":{"sku":"A","productFamily":"Load Balancer-Application","attributes":{"locationType":"AWS Region","regionCode":%q,"usagetype":"EU-LoadBalancerUsage","operation":"LoadBalancing:Application"}}},`, region)
	fmt.Fprint(w, `"terms":{"OnDemand":{"A":{"A.JRTCKXETXF":{"offerTermCode":"JRTCKXETXF","effectiveDate":"2026-11-01T00:00:00Z","priceDimensions":{"x":{"unit":"Hrs","beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":"0.0300000000"}}}}}}}}`)
}

// updates runs tollgate prices update --bulk against a server.
func updates(t *testing.T, h http.HandlerFunc) (code int, stdout, stderr, book string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "book.yaml")
	var out, err bytes.Buffer
	code = run(t.Context(), []string{"prices", "update", "--bulk=" + s.URL + "/", "--region", "eu-west-1", "--write", file}, strings.NewReader(""), &out, &err)
	written, _ := os.ReadFile(file)
	return code, out.String(), err.String(), string(written)
}

// place reads service and region off the address of a list.
func place(r *http.Request) (service, region string) {
	parts := strings.Split(r.URL.Path, "/")
	return parts[4], parts[6]
}

func TestListsAreReadFromWhereTheyArePublished(t *testing.T) {
	var asked atomic.Int64
	code, stdout, stderr, book := updates(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if !strings.HasPrefix(strings.ToLower(r.URL.Path), "/offers/v1.0/aws/a") || !strings.HasSuffix(r.URL.Path, "/current/eu-west-1/index.json") {
			t.Errorf("asked for %s", r.URL)
		}
		service, region := place(r)
		if service != "AWSELB" {
			fmt.Fprintf(w, `{"offerCode":%q,"products":{},"terms":{}}`, service)
			return
		}
		offerFile(w, service, region, 2<<20)
	})
	if code != 0 || !strings.Contains(stdout, "1 rate from the lists, 1 changed") || !strings.Contains(book, "AWS Price List, AWSELB A") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	if asked.Load() < 5 {
		t.Errorf("%d lists were read", asked.Load())
	}
}

func TestListsThatCannotBeReadWriteNothing(t *testing.T) {
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"one that is cut off": {func(w http.ResponseWriter, r *http.Request) {
			service, region := place(r)
			whole := httptest.NewRecorder()
			offerFile(whole, service, region, 100_000)
			_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()*2/3])
		}, "ends too early"},
		"one whose sender gives up": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"offerCode":"AWSELB","products":{`))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "byte"},
		"one that is not there": {http.NotFound, "404 Not Found"},
		"a page for a browser":  {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>moved</html>")) }, "byte"},
		"a list without offers": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"offerCode":"AWSELB"}`)) }, "this is no offer file"},
		"lists without our rows": {func(w http.ResponseWriter, r *http.Request) {
			service, _ := place(r)
			fmt.Fprintf(w, `{"offerCode":%q,"products":{},"terms":{}}`, service)
		}, "no price for eu-west-1 was found"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr, book := updates(t, row.answer)
			if code != exitFailed || !strings.Contains(stderr, row.want) || book != "" {
				t.Errorf("exit %d, book of %d bytes; want an error that says %q\n%s%s", code, len(book), row.want, stdout, stderr)
			}
		})
	}
}

// An address may carry a password, or be presigned: whatever goes wrong, and
// whatever the book says of where its prices are from, neither is repeated.
func TestSecretsOfAnAddressAreNotRepeated(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/whole":
			offerFile(w, "AWSELB", "eu-west-1", 0)
		case "/cut":
			fmt.Fprint(w, `{"offerCode":"AWSELB","products":{`)
		case "/away":
			panic(http.ErrAbortHandler)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	for path, want := range map[string]int{"/whole": exitOK, "/cut": exitFailed, "/away": exitFailed, "/nowhere": exitFailed} {
		t.Run(path, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "book.yaml")
			from := strings.Replace(s.URL, "://", "://reader:hunter2@", 1) + path + "?X-Amz-Signature=5e884898"
			var out bytes.Buffer
			code := run(t.Context(), []string{"prices", "update", "--from", from, "--region", "eu-west-1", "--write", file}, strings.NewReader(""), &out, &out)
			book, _ := os.ReadFile(file)
			if code != want || (len(book) > 0) != (want == exitOK) {
				t.Errorf("exit %d, want %d\n%s", code, want, &out)
			}
			for _, secret := range []string{"hunter2", "5e884898"} {
				if strings.Contains(out.String()+string(book), secret) {
					t.Errorf("%q is repeated\n%s%s", secret, &out, book)
				}
			}
			if want != exitOK && !strings.Contains(out.String(), path) {
				t.Errorf("does not say which list\n%s", &out)
			}
		})
	}
}
