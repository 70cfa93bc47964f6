package s3

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFolderIsABucket(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"logs/a b.log": "one", "logs/c.log": "two", "other.log": "three"} {
		at := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := Folders{"b": folder}
	for _, row := range []struct {
		method, target string
		status         int
		want           string
	}{
		{"GET", "/b/?list-type=2&prefix=logs/&encoding-type=url", 200, "<KeyCount>2</KeyCount><IsTruncated>false</IsTruncated><Contents><Key>logs%2Fa+b.log</Key><Size>3</Size></Contents><Contents><Key>logs%2Fc.log</Key>"},
		{"GET", "/b/?list-type=2&prefix=none", 200, "<KeyCount>0</KeyCount>"},
		{"GET", "/b/logs/c.log", 200, "two"},
		{"GET", "/b/logs", 404, "NoSuchKey"},
		{"GET", "/b/logs/../other.log", 404, "NoSuchKey"},
		{"GET", "/b/../../etc/passwd", 404, "NoSuch"},
		{"GET", "/c/?list-type=2", 404, "NoSuchBucket"},
		{"PUT", "/b/x", 405, "MethodNotAllowed"},
	} {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, httptest.NewRequest(row.method, row.target, nil))
		if w.Code != row.status || !strings.Contains(w.Body.String(), row.want) {
			t.Errorf("%s %s: %d %s", row.method, row.target, w.Code, w.Body)
		}
	}
}

// A list of more than a page goes on where the page before it ended.
func TestAListHasPages(t *testing.T) {
	folder := t.TempDir()
	for i := range mostKeys + 3 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct{ token, want string }{
		{"", "<KeyCount>1000</KeyCount><IsTruncated>true</IsTruncated><NextContinuationToken>0999</NextContinuationToken>"},
		{"0999", "<KeyCount>3</KeyCount><IsTruncated>false</IsTruncated><Contents><Key>1000</Key>"},
	} {
		w := httptest.NewRecorder()
		Folders{"b": folder}.ServeHTTP(w, httptest.NewRequest("GET", "/b/?list-type=2&continuation-token="+row.token, nil))
		if !strings.Contains(w.Body.String(), row.want) {
			t.Errorf("%q: %.300s", row.token, w.Body)
		}
	}
}
