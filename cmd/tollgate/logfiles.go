package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/pricing/escape"
	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/summary"
	"tollgate/targets/aws"
)

// logFlags say which logs are read, and what of them.
type logFlags struct {
	format   string
	host     string
	from, to string
}

func (l *logFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&l.format, "format", "", "`format` of the logs, or the template that they were written by (default: by their lines)")
	c.Flags().StringVar(&l.host, "host", "", "only requests to this `host`")
	c.Flags().StringVar(&l.from, "from", "", "only what arrived at this `time` or later, such as 2026-11-29T00:00:00Z; the logs cover all from then on")
	c.Flags().StringVar(&l.to, "to", "", "only what arrived before this `time`; the logs cover all until then")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(accesslog.Names(), cobra.ShellCompDirectiveNoFileComp))
}

// options reads the flags that select entries.
func (l *logFlags) options() (o summary.Options, err error) {
	o.Host = l.host
	for _, one := range []struct {
		flag, text string
		at         *time.Time
	}{{"--from", l.from, &o.From}, {"--to", l.to, &o.To}} {
		if one.text == "" {
			continue
		}
		if *one.at, err = time.Parse(time.RFC3339, one.text); err != nil {
			return o, fmt.Errorf("%s: %q is not a time: write 2026-11-29T00:00:00Z", one.flag, one.text)
		}
	}
	switch {
	case o.From.IsZero() || o.To.IsZero():
	case !o.From.Before(o.To):
		return o, errors.New("--to must be after --from")
	case o.To.Sub(o.From) > summary.Longest:
		return o, fmt.Errorf("--from and --to: a workload is a month, and this is more than %d days", summary.Longest/(24*time.Hour))
	}
	return o, nil
}

// read reads all files, and says what could not be read of them.
func (l *logFlags) read(c *cobra.Command, given []string, see func(*accesslog.Entry), from func(accesslog.Format, bool)) error {
	var format *accesslog.Format
	if l.format != "" {
		f, err := accesslog.Parse(l.format)
		if err != nil {
			return usage(fmt.Errorf("--format: %w", err))
		}
		format = &f
	}
	files, twice, err := logFiles(c.Context(), given)
	if err != nil {
		return err
	}
	for _, name := range twice {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s is named twice, and counts once\n", name)
	}
	read := map[accesslog.Content]string{}
	for _, file := range files {
		requests, name := false, file.name
		counted, err := file.read(c, format, func(e *accesslog.Entry) {
			requests = requests || e.What == accesslog.Request || e.What == accesslog.Message
			see(e)
		})
		switch {
		case err != nil && counted.Entries == 0 && !file.found:
			return usage(fmt.Errorf("%s %w", name, err))
		case err != nil && counted.Entries == 0:
			fmt.Fprintf(c.ErrOrStderr(), "note: %s is left out: it %v\n", name, err)
			continue
		}
		if content, ok := counted.Content(); ok {
			if other, before := read[content]; before {
				return usage(fmt.Errorf("%s has the same lines as %s: all requests would count twice; give one of the two", name, other))
			}
			read[content] = name
		}
		from(counted.Format, requests)
		for _, p := range counted.Problems {
			fmt.Fprintf(c.ErrOrStderr(), "%s:%d: %s\n", name, p.Line, escape.Text(p.What))
		}
		if err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "note: %s %v: what stands before that is counted\n", name, err)
		}
		if counted.Malformed > 0 {
			fmt.Fprintf(c.ErrOrStderr(), "note: %s: %s of %s cannot be read as %s\n", name, pricing.Count(counted.Malformed), pricing.Counted(counted.Lines, "line"), counted.Format.Title)
		}
	}
	return nil
}

// A logFile is one that is named, or one that was found in a folder: what is no log there
// is left out.
type logFile struct {
	name   string
	found  bool
	bucket *aws.Bucket // of S3; nil: it is on this machine
}

// read reads the file, an object of S3, or standard input.
func (f logFile) read(c *cobra.Command, format *accesslog.Format, see func(*accesslog.Entry)) (accesslog.Counted, error) {
	if document.IsStdin(f.name) {
		return accesslog.Read(c.InOrStdin(), format, see)
	}
	in, err := f.open(c.Context())
	if err != nil {
		return accesslog.Counted{}, err
	}
	defer in.Close()
	return accesslog.Read(in, format, see)
}

func (f logFile) open(ctx context.Context) (io.ReadCloser, error) {
	if f.bucket != nil {
		_, key := bucketAndKey(f.name)
		return f.bucket.Open(ctx, key)
	}
	file, err := os.Open(f.name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", errors.Unwrap(err))
	}
	if info, err := file.Stat(); err == nil && info.IsDir() { // folders themselves are walked
		file.Close()
		return nil, errors.New("is a symbolic link to a folder, which is not followed: name that folder")
	}
	return file, nil
}

const s3Scheme = "s3://"

func bucketAndKey(address string) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(address, s3Scheme), "/")
	return bucket, key
}

// objects are those of a bucket of S3 whose keys begin as the address says.
func objects(ctx context.Context, address string) (all []logFile, err error) {
	name, prefix := bucketAndKey(address)
	if name == "" {
		return nil, usage(fmt.Errorf("%s names no bucket: write s3://BUCKET/PREFIX", address))
	}
	bucket, err := aws.OpenBucket(ctx, name)
	if err != nil {
		return nil, err
	}
	keys, err := bucket.Keys(ctx, prefix)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if !strings.HasSuffix(key, "/") { // a folder, as the console makes them
			all = append(all, logFile{s3Scheme + name + "/" + key, key != prefix, bucket})
		}
	}
	if len(all) == 0 {
		return nil, usage(fmt.Errorf("%s: the bucket has no object whose key begins so", address))
	}
	return all, nil
}

// logFiles are the files that are named, and those in folders that are, each once; twice are
// the names of those that were named more than once.
func logFiles(ctx context.Context, given []string) (all []logFile, twice []string, err error) {
	for _, name := range given {
		if strings.HasPrefix(name, s3Scheme) {
			found, err := objects(ctx, name)
			if err != nil {
				return nil, nil, err
			}
			all = append(all, found...)
			continue
		}
		if document.IsStdin(name) {
			all = append(all, logFile{name: name})
			continue
		}
		before, name := len(all), filepath.Clean(name)
		err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() || path != name && strings.HasPrefix(d.Name(), "."):
			default:
				all = append(all, logFile{name: path, found: path != name})
			}
			return nil
		})
		if err != nil {
			return nil, nil, usage(err)
		}
		if len(all) == before {
			return nil, nil, usage(fmt.Errorf("%s is an empty folder: name log files, or a folder of them", name))
		}
	}
	slices.SortStableFunc(all, func(a, b logFile) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(all); i++ {
		if name := all[i].name; name == all[i-1].name && !slices.Contains(twice, name) {
			twice = append(twice, name)
		}
	}
	return slices.CompactFunc(all, func(a, b logFile) bool { return a.name == b.name }), twice, nil
}
