package s3

import (
	"encoding/xml"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"tollgate/targets/lab/aws/protocol"
)

// Folders answers for buckets whose objects are the files of folders on this machine: they are
// listed and read, and nothing is written. Signatures are the business of the endpoint.
//
// Source: Amazon S3 API reference, "ListObjectsV2", "GetObject" and "Error responses".
type Folders map[string]string // by the names of buckets

// mostKeys is how many a page of a list has at most.
const mostKeys = 1000

// ServeHTTP implements http.Handler.
func (f Folders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	folder, known := f[bucket]
	switch {
	case r.Method != http.MethodGet:
		f.Refuse(w, r, protocol.Refusal{Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource."})
		return
	case !known:
		f.Refuse(w, r, protocol.Refusal{Status: http.StatusNotFound, Code: "NoSuchBucket", Message: "The specified bucket does not exist"})
		return
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		f.Refuse(w, r, protocol.InternalFault)
		return
	}
	defer root.Close()
	if key == "" {
		f.list(w, r, root, bucket)
		return
	}
	file, err := root.Open(path.Clean(key)) // which leads nowhere outside
	if err == nil {
		defer file.Close()
		if info, failed := file.Stat(); failed == nil && info.Mode().IsRegular() && path.Clean(key) == key {
			w.Header().Set("Content-Type", "binary/octet-stream")
			w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
			_, _ = io.Copy(w, file) // fails when the client is gone
			return
		}
	}
	f.Refuse(w, r, protocol.Refusal{Status: http.StatusNotFound, Code: "NoSuchKey", Message: "The specified key does not exist."})
}

// page is one of a list.
type page struct {
	XMLName   xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name      string
	Prefix    string
	KeyCount  int
	Truncated bool   `xml:"IsTruncated"`
	Next      string `xml:"NextContinuationToken,omitempty"`
	Contents  []object
}

type object struct {
	Key  string
	Size int64
}

// list lists the keys that begin as is asked for, in their order.
func (f Folders) list(w http.ResponseWriter, r *http.Request, root *os.Root, bucket string) {
	query := r.URL.Query()
	made := page{Name: bucket, Prefix: query.Get("prefix")}
	var all []object
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasPrefix(name, made.Prefix) || name <= query.Get("continuation-token") {
			return err
		}
		info, err := d.Info()
		if err == nil {
			all = append(all, object{name, info.Size()})
		}
		return err
	})
	if err != nil {
		f.Refuse(w, r, protocol.InternalFault)
		return
	}
	slices.SortFunc(all, func(a, b object) int { return strings.Compare(a.Key, b.Key) })
	if made.Truncated = len(all) > mostKeys; made.Truncated {
		all = all[:mostKeys]
		made.Next = all[mostKeys-1].Key
	}
	if query.Get("encoding-type") == "url" {
		for i := range all {
			all[i].Key = url.QueryEscape(all[i].Key)
		}
	}
	made.Contents, made.KeyCount = all, len(all)
	f.write(w, http.StatusOK, made)
}

// Refuse implements protocol.Handler.
func (f Folders) Refuse(w http.ResponseWriter, _ *http.Request, refusal protocol.Refusal) {
	f.write(w, refusal.Status, struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestID string `xml:"RequestId"`
	}{Code: refusal.Code, Message: refusal.Message, RequestID: "0000000000000001"})
}

func (f Folders) write(w http.ResponseWriter, status int, answer any) {
	text, _ := xml.Marshal(answer) // plain values
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(xml.Header)+len(text)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, xml.Header+string(text)) // fails when the client is gone
}
