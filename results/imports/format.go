package imports

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tollgate/results"
)

// A Format is one that recordings have.
type Format struct {
	Name  string
	Title string // for help
	is    func(head []byte) bool
	read  func(io.Reader, *Recording, *Options) error
}

// Formats are all there are, in the order in which a file is held against them.
var Formats = []Format{
	{"hdr", "interval log of HdrHistogram (V2), one target for each tag", isHistogramLog, readHistogramLog},
	{"vegeta", "results of vegeta attack, as they are or encoded as JSON or CSV", isVegeta, readVegeta},
	{"benchfmt", "Go benchmarks, several lines of each name; their ns/op", isBenchfmt, readBenchfmt},
	{"csv", "a row for each request: JMeter's JTL, k6 --out csv, hey -o csv, oha's CSV, tollgate report --format samples, or the columns below", isTable, readTable},
}

// FormatNamed finds a format.
func FormatNamed(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Names are those of the formats.
func Names() (all []string) {
	for _, f := range Formats {
		all = append(all, f.Name)
	}
	return all
}

// Options say how files are read.
type Options struct {
	Format  string            // "": as their content says
	Target  string            // of all that they hold; "": as they say
	Columns map[string]string // of a CSV file: which of its columns hold what, by the names of [Columns]
	Unit    time.Duration     // of the values of a histogram log; 0: as the log says
}

func (o *Options) targetOr(name string) string {
	if o.Target != "" {
		return o.Target
	}
	return name
}

// A File is one of a recording.
type File struct {
	Name     string
	Reader   io.Reader
	Modified time.Time // when it was written; the zero time if that is not known
}

// byteOrderMark begins what some spreadsheets write.
const byteOrderMark = "\ufeff"

const (
	headLength  = 64 << 10
	maxUnzipped = 8 << 30 // of a file: a few bytes of gzip can become any number
)

// Read reads the files of one recording, all in one format.
func Read(files []File, o Options) (*Recording, error) {
	r := &Recording{}
	if len(o.Columns) > 0 && o.Format == "" {
		o.Format = "csv"
	}
	var before Format
	for _, file := range files {
		f, in, zip, err := open(file, o.Format)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name, err)
		}
		if before.Name != "" && before.Name != f.Name {
			return nil, fmt.Errorf("%s is of format %s, and the files before it of %s: import files of one format together", file.Name, f.Name, before.Name)
		}
		before = f
		if err := f.read(in, r, &o); err != nil {
			return nil, placed(file.Name, err)
		}
		if zip != nil && zip.cut {
			r.note("the compressed file is cut off: what comes before that is counted, and how much is missing is not known")
		}
		if r.relative && len(files) > 1 {
			return nil, fmt.Errorf("%s does not say when its requests were sent, so how it follows the other files is not known: import it alone", file.Name)
		}
	}
	if len(r.samples) == 0 && len(r.intervals) == 0 {
		return nil, fmt.Errorf("%s: it has no request", files[len(files)-1].Name)
	}
	r.Format = before.Name
	if r.relative && len(files) > 0 {
		r.written = files[0].Modified
	}
	return r, nil
}

// placed puts a file's name before each of its problems.
func placed(name string, err error) error {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, one := range all.Unwrap() {
			errs = append(errs, placed(name, one))
		}
		return errors.Join(errs...)
	}
	if _, ok := err.(problem); ok {
		return fmt.Errorf("%s:%w", name, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// open unpacks a file, if need be, and finds its format.
func open(file File, name string) (f Format, in io.Reader, unzipped *bounded, err error) {
	b := bufio.NewReaderSize(file.Reader, headLength)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		zip, err := gzip.NewReader(b)
		if err != nil {
			return f, nil, nil, fmt.Errorf("its beginning is that of a gzip file, and the rest is not: %w", err)
		}
		unzipped = &bounded{from: zip, left: maxUnzipped}
		b = bufio.NewReaderSize(unzipped, headLength)
	}
	if mark, _ := b.Peek(3); string(mark) == byteOrderMark {
		_, _ = b.Discard(len(mark))
	}
	head, err := b.Peek(headLength)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return f, nil, nil, err
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return f, nil, nil, errors.New("the file is empty")
	}
	if name != "" {
		f, ok := FormatNamed(name)
		if !ok {
			return f, nil, nil, fmt.Errorf("there is no format %q; there are %s", name, strings.Join(Names(), ", "))
		}
		return f, b, unzipped, nil
	}
	for _, f := range Formats {
		if f.is(head) {
			return f, b, unzipped, nil
		}
	}
	if err := summaryOf(head); err != nil {
		return f, nil, nil, err
	}
	return f, nil, nil, fmt.Errorf("its format is not known: it is none of %s. Of a CSV file with other columns, --column latency_ms=NAME says which holds the latency; a file of another program has to be turned into one of these formats first", strings.Join(Names(), ", "))
}

// A bounded reader fails beyond so many bytes. What is cut off has its end where it is cut.
type bounded struct {
	from io.Reader
	left int64
	cut  bool
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("it unpacks to more than %d GB", int64(maxUnzipped)>>30)
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	if b.left -= int64(n); errors.Is(err, io.ErrUnexpectedEOF) {
		b.cut, err = true, io.EOF
	}
	return n, err
}

func firstLine(head []byte) string {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return strings.TrimSpace(string(line))
}

func isHistogramLog(head []byte) bool {
	line := firstLine(head)
	return strings.HasPrefix(line, "#[") || strings.HasPrefix(line, `"StartTimestamp"`) || bytes.Contains(head, []byte("#[Histogram log format version"))
}

// isVegeta looks at the beginning: of gob, the definition of the type Result; of JSON, its
// fields; of CSV, twelve fields that begin with a time in nanoseconds and a status code.
func isVegeta(head []byte) bool { return vegetaEncoding(head) != nil }

func vegetaEncoding(head []byte) func(io.Reader, *Recording, *Options) error {
	first := head[:min(len(head), 200)]
	if bytes.Contains(first, []byte("Result")) && bytes.Contains(first, []byte("Attack")) && bytes.Contains(first, []byte("Latency")) {
		return readGob
	}
	line := firstLine(head)
	if strings.HasPrefix(line, "{") {
		var keys map[string]json.RawMessage
		if len(head) == headLength && !bytes.Contains(head, []byte("\n")) { // a long first line
			if strings.HasPrefix(line, `{"attack":`) && strings.Contains(line, `"latency":`) {
				return readVegetaJSON
			}
			return nil
		}
		if json.Unmarshal([]byte(line), &keys) == nil && keys["latency"] != nil && keys["timestamp"] != nil && keys["code"] != nil {
			return readVegetaJSON
		}
		return nil
	}
	fields := strings.SplitN(line, ",", 6)
	if len(fields) == 6 && len(fields[0]) >= 16 && digits(fields[0]) && digits(fields[1]) && digits(fields[2]) && digits(fields[3]) && digits(fields[4]) {
		return readVegetaCSV
	}
	return nil
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func readVegeta(in io.Reader, r *Recording, o *Options) error {
	b := bufio.NewReaderSize(in, headLength)
	head, _ := b.Peek(headLength)
	read := vegetaEncoding(head)
	if read == nil {
		return errors.New("it is none of vegeta's encodings (what vegeta attack writes, or JSON or CSV of vegeta encode)")
	}
	return read(b, r, o)
}

func isBenchfmt(head []byte) bool {
	for line := range strings.Lines(string(head)) {
		if fields := strings.Fields(line); len(fields) >= 4 && benchName(fields[0]) && digits(fields[1]) {
			return true
		}
	}
	return false
}

// isTable looks for a header with a column that is known.
func isTable(head []byte) bool {
	row, err := newRows(strings.NewReader(firstLine(head))).next()
	if err != nil || len(row) < 1 {
		return false
	}
	_, err = shapeOf(row, nil)
	return err == nil
}

// lacks says whether the files do not say something.
func (r *Recording) lacks(what results.Lack) bool { return slices.Contains(r.Lacks, what) }
