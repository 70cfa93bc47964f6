package store

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/scenarios/fleet"
	"tollgate/targets/lab/aws/sigv4"
)

// An s3 is a bucket of a test, as the API reference of Amazon S3 has it, two keys a page.
type s3 struct {
	mu      sync.Mutex
	objects map[string][]byte
	blind   bool // ignores If-None-Match, as servers did before 2024
	lists   bool // those who ask may list the whole bucket
	denied  bool // they may do nothing
}

// serve makes it the bucket "loads" of this test.
func (s *s3) serve(t *testing.T) {
	t.Helper()
	s.objects = map[string][]byte{}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	pointTo(t, server.URL, "AKIDFLEET", "secret")
}

// pointTo lets the SDK find a server and its keys.
func pointTo(t *testing.T, url, id, secret string) {
	t.Helper()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": url, "AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "us-east-1", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(t.TempDir(), "none")} {
		t.Setenv(name, value)
	}
}

func (s *s3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code string) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, `<Error><Code>%s</Code><Message>of a test</Message></Error>`, code)
	}
	body, _ := io.ReadAll(r.Body)
	key, ours := strings.CutPrefix(r.URL.Path, "/loads/")
	s.mu.Lock()
	defer s.mu.Unlock()
	object, there := s.objects[key]
	switch err := (sigv4.Keys{"AKIDFLEET": "secret"}).Verify(r, body, "s3", time.Now()); {
	case err != nil:
		refuse(403, "SignatureDoesNotMatch")
	case s.denied:
		refuse(403, "AccessDenied")
	case !ours:
		refuse(404, "NoSuchBucket")
	case r.Method == http.MethodPut && there && r.Header.Get("If-None-Match") == "*" && !s.blind:
		refuse(412, "PreconditionFailed")
	case r.Method == http.MethodPut:
		s.objects[key] = body
	case key == "":
		s.list(w, r)
	case !there && s.lists:
		refuse(404, "NoSuchKey")
	case !there:
		refuse(403, "AccessDenied")
	default:
		_, _ = w.Write(object)
	}
}

func (s *s3) list(w io.Writer, r *http.Request) {
	type object struct {
		Key          string
		Size         int
		LastModified string
	}
	page := struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []object
		Token    string `xml:"NextContinuationToken,omitempty"`
	}{}
	query := r.URL.Query()
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if !strings.HasPrefix(key, query.Get("prefix")) || key <= query.Get("continuation-token") {
			continue
		}
		if len(page.Contents) == 2 {
			page.Token = page.Contents[1].Key
			break
		}
		page.Contents = append(page.Contents, object{key, len(s.objects[key]), time.Now().UTC().Format("2006-01-02T15:04:05.000Z")})
	}
	for i := range page.Contents {
		page.Contents[i].Key = strings.NewReplacer("+", "%2B", " ", "+").Replace(page.Contents[i].Key)
	}
	text, _ := xml.Marshal(page)
	_, _ = w.Write(text)
}

func TestABucketIsAStore(t *testing.T) {
	for _, prefix := range []string{"", "/team/loads"} {
		for _, lists := range []bool{true, false} {
			(&s3{lists: lists}).serve(t)
			s, err := Open(t.Context(), "s3://loads"+prefix)
			if err != nil {
				t.Fatal(err)
			}
			if s.String() != "s3://loads"+prefix {
				t.Errorf("it is called %s", s)
			}
			conformance(t, s)
		}
	}
}

func TestABucketThatCannotBeUsedSaysWhy(t *testing.T) {
	for _, row := range []struct {
		name string
		s3   *s3
		is   error
		says string
	}{
		{"without conditional writes", &s3{blind: true}, fleet.ErrNoCondition, "s3://loads/x lets several machines create one object"},
		{"without permission", &s3{denied: true}, nil, "allow these credentials the action s3:PutObject"},
	} {
		row.s3.serve(t)
		s, err := Open(t.Context(), "s3://loads/x")
		if err != nil {
			t.Fatal(err)
		}
		m := fleet.Member{Store: s, RunID: "r1", Index: 1, Count: 1}
		if _, err := m.Join(t.Context()); err == nil || row.is != nil && !errors.Is(err, row.is) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, want %s", row.name, err, row.says)
		}
	}
	pointTo(t, "http://127.0.0.1:1", "AKID", "very-secret")
	s, err := Open(t.Context(), "s3://loads/x")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create(context.Background(), "a", nil); err == nil || !strings.Contains(err.Error(), "nothing listens at 127.0.0.1:1") || strings.Contains(err.Error(), "very-secret") {
		t.Error(err)
	}
}
