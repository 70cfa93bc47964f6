package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/targets/lab/aws/sigv4"
)

// serveBucket plays a bucket in eu-west-1 as the API reference has it: two keys a page, the
// first request answered 503 if it is slow, and requests of other regions sent away.
func serveBucket(t *testing.T, slow bool, objects map[string]string) {
	t.Helper()
	var busy, conflict atomic.Bool
	busy.Store(slow)
	conflict.Store(true)
	keys := sigv4.Keys{"AKIDLOGS": "secret"}
	refuse := func(w http.ResponseWriter, status int, code string) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>of a test</Message></Error>`, code)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, ours := strings.CutPrefix(r.URL.Path, "/logs/")
		object, there := objects[path]
		body, _ := io.ReadAll(r.Body)
		switch err := keys.Verify(r, body, "s3", time.Now()); {
		case busy.Swap(false):
			refuse(w, 503, "SlowDown")
		case err != nil:
			refuse(w, 403, "SignatureDoesNotMatch")
		case !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/s3/"):
			w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
			refuse(w, 301, "PermanentRedirect")
		case strings.HasPrefix(r.URL.Path, "/private/"):
			refuse(w, 403, "AccessDenied")
		case !ours:
			refuse(w, 404, "NoSuchBucket")
		case r.Method == http.MethodPut && path == "busy" && conflict.Swap(false):
			refuse(w, 409, "ConditionalRequestConflict")
		case r.Method == http.MethodPut && there && r.Header.Get("If-None-Match") == "*":
			refuse(w, 412, "PreconditionFailed")
		case r.Method == http.MethodPut:
			objects[path] = string(body)
		case path == "" && r.URL.Query().Get("list-type") == "2":
			listPage(w, r, objects)
		case !there:
			refuse(w, 404, "NoSuchKey")
		default:
			fmt.Fprint(w, object)
		}
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": server.URL, "AWS_ACCESS_KEY_ID": "AKIDLOGS", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(t.TempDir(), "none")} {
		t.Setenv(name, value)
	}
}

func listPage(w io.Writer, r *http.Request, objects map[string]string) {
	var names []string
	for name := range objects {
		if strings.HasPrefix(name, r.URL.Query().Get("prefix")) && name > r.URL.Query().Get("continuation-token") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	fmt.Fprint(w, `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`)
	for i, name := range names {
		if i == 2 {
			fmt.Fprintf(w, `<NextContinuationToken>%s</NextContinuationToken>`, names[1])
			break
		}
		fmt.Fprintf(w, `<Contents><Key>%s</Key><LastModified>2026-11-30T20:00:00.000Z</LastModified><Size>%d</Size></Contents>`, strings.ReplaceAll(name, " ", "+"), len(objects[name]))
	}
	fmt.Fprint(w, `</ListBucketResult>`)
}

func TestObjectsOfABucketAreListedAndRead(t *testing.T) {
	serveBucket(t, true, map[string]string{"a/1": "one", "a/2": "two", "a/3 x": "three", "b/4": "four"})
	b, err := OpenBucket(t.Context(), "logs")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := b.Keys(t.Context(), "a/")
	if err != nil || strings.Join(keys, ", ") != "a/1, a/2, a/3 x" {
		t.Fatalf("keys are %q, %v", keys, err)
	}
	var all []string
	for _, key := range keys {
		r, err := b.Open(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(r)
		_ = r.Close()
		all = append(all, string(text))
	}
	if strings.Join(all, ", ") != "one, two, three" {
		t.Errorf("objects are %q", all)
	}
	if _, err := b.Open(t.Context(), "none"); err == nil || !strings.Contains(err.Error(), "s3://logs/none does not exist") {
		t.Error(err)
	}
}

func TestObjectsOfABucketAreWritten(t *testing.T) {
	serveBucket(t, true, map[string]string{"a/1": "one"})
	b, err := OpenBucket(t.Context(), "logs")
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	sum := sha256.Sum256([]byte("four"))
	if err := b.Put(ctx, "a/4 x", strings.NewReader("four"), 4, hex.EncodeToString(sum[:])); err != nil {
		t.Error(err)
	}
	for _, row := range []struct {
		key  string
		want error
	}{{"a/2", nil}, {"a/1", ErrObjectExists}, {"a/2", ErrObjectExists}, {"busy", nil}, {"empty", nil}} {
		if err := b.Create(ctx, row.key, []byte(strings.TrimPrefix(row.key, "empty"))); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.key, err, row.want)
		}
	}
	all, err := b.List(ctx, "a/")
	if want := "[{a/1 3 2026-11-30 20:00:00 +0000 UTC} {a/2 3 2026-11-30 20:00:00 +0000 UTC} {a/4 x 4 2026-11-30 20:00:00 +0000 UTC}]"; err != nil || fmt.Sprint(all) != want {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := b.Open(ctx, "none"); !errors.Is(err, ErrNoObject) {
		t.Error(err)
	}
	for _, key := range []string{"a/1", "none"} {
		if at, err := b.Date(ctx, key); err != nil || time.Since(at).Abs() > time.Minute {
			t.Errorf("%s: %v, %v", key, at, err)
		}
	}
	private, err := OpenBucket(ctx, "private")
	if err != nil {
		t.Fatal(err)
	}
	if err := private.Create(ctx, "a", nil); err == nil || !strings.Contains(err.Error(), "s3://private/a cannot be written: S3 in eu-west-1 may not be written") || !strings.Contains(err.Error(), "the action s3:PutObject") {
		t.Error(err)
	}
}

func TestABucketThatCannotBeReadSaysWhy(t *testing.T) {
	serveBucket(t, false, nil)
	for name, want := range map[string]string{
		"missing": "s3://missing/ does not exist (NoSuchBucket)",
		"private": "s3://private/ cannot be read: S3 in eu-west-1 may not be read",
	} {
		b, err := OpenBucket(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Keys(t.Context(), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "other")
	b, err := OpenBucket(t.Context(), "logs")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open(t.Context(), "a"); err == nil || strings.Contains(err.Error(), "other") || !strings.Contains(err.Error(), "SignatureDoesNotMatch") {
		t.Error(err)
	}
}

func TestABucketIsAPartOfTheHost(t *testing.T) {
	for _, row := range []struct{ bucket, region, key, want string }{
		{"logs", "eu-central-1", "a b/c+d", "https://logs.s3.eu-central-1.amazonaws.com/a%20b/c%2Bd"},
		{"my.logs", "eu-central-1", "a", "https://s3.eu-central-1.amazonaws.com/my.logs/a"},
		{"logs", "cn-north-1", "a", "https://logs.s3.cn-north-1.amazonaws.com.cn/a"},
	} {
		t.Setenv("AWS_ENDPOINT_URL_S3", "")
		b := Bucket{Name: row.bucket}
		if got := b.url(row.region, row.key, nil); got != row.want {
			t.Errorf("%s, want %s", got, row.want)
		}
	}
}
