package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tollgate/scenarios/fleet"
)

// Open opens the store at an address: s3://BUCKET/PREFIX, file:///FOLDER, or a folder. A folder
// that does not exist is made.
func Open(ctx context.Context, address string) (fleet.Store, error) {
	bucket, prefix, err := InBucket(address)
	if err != nil {
		return nil, err
	}
	if bucket != "" {
		return openBucket(ctx, bucket, prefix)
	}
	folder, err := folderOf(address)
	if err != nil {
		return nil, err
	}
	return openFolder(folder)
}

// bucketForm is what a bucket may be called. Source: Amazon S3 user guide, "General purpose
// bucket naming rules".
var bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// prefixForm is what keys may begin with here: characters that no server of S3 writes in
// another way in its lists, and that mean nothing to a shell or a policy.
var prefixForm = regexp.MustCompile(`^[A-Za-z0-9/_.-]*$`)

// InBucket are the bucket and the prefix of an address; "" of a folder.
func InBucket(address string) (bucket, prefix string, err error) {
	rest, is := strings.CutPrefix(address, "s3://")
	if !is {
		return "", "", nil
	}
	bucket, prefix, _ = strings.Cut(rest, "/")
	prefix = strings.Trim(prefix, "/")
	if !bucketForm.MatchString(bucket) {
		return "", "", fmt.Errorf("--store %s: %q is no name of a bucket; want s3://BUCKET/PREFIX", address, bucket)
	}
	if !prefixForm.MatchString(prefix) || strings.Contains("/"+prefix+"/", "//") && prefix != "" || strings.Contains("/"+prefix+"/", "/../") || strings.Contains("/"+prefix+"/", "/./") {
		return "", "", fmt.Errorf("--store %s: the prefix may have letters, digits, dots, hyphens and underscores between single slashes", address)
	}
	return bucket, prefix, nil
}

// folderOf is the folder of an address.
func folderOf(address string) (string, error) {
	if address == "" {
		return "", errors.New("--store: want s3://BUCKET/PREFIX, or a folder that all machines share")
	}
	if strings.HasPrefix(address, "file:") {
		u, err := url.Parse(address)
		if err != nil || u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/") {
			return "", fmt.Errorf("--store %s: want file:///FOLDER, with three slashes and the whole path", address)
		}
		return filepath.FromSlash(u.Path), nil
	}
	if scheme, _, is := strings.Cut(address, "://"); is {
		return "", fmt.Errorf("--store %s: %s:// is no place for a fleet; want s3://BUCKET/PREFIX, or a folder that all machines share", address, scheme)
	}
	return address, nil
}

func openFolder(name string) (fleet.Store, error) {
	whole, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(whole, 0o755); err != nil {
		return nil, fmt.Errorf("--store %s: %w", name, err)
	}
	root, err := os.OpenRoot(whole)
	if err != nil {
		return nil, fmt.Errorf("--store %s: %w", name, err)
	}
	return &folder{root, whole}, nil
}
