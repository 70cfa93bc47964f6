package results

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"time"

	"tollgate/targets"
)

// ReadSamples hands the stages of a run directory's probes to each, in the
// order in which they ran. The samples are valid during the call only. A file
// that was cut off gives its complete stages, and torn.
func ReadSamples(dir string, each func(SampleStage, []Sample) error) (torn bool, err error) {
	files, err := openClosed(dir)
	if err != nil {
		return false, err
	}
	defer files.Close()
	f, err := files.Open(FileSamples)
	if notThere(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	torn, err = readSamples(f, each)
	if err != nil {
		err = fmt.Errorf("%s: %w", filepath.Join(dir, FileSamples), err)
	}
	return torn, err
}

func readSamples(from io.Reader, each func(SampleStage, []Sample) error) (torn bool, err error) {
	zip, err := gzip.NewReader(from)
	if err != nil {
		return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF), notEnd(err)
	}
	r := newSampleReader(io.LimitReader(zip, maxUnzipped))
	for range len(samplesMagic) {
		r.magic = append(r.magic, r.byte())
	}
	if said := string(r.magic); r.err == nil && said != samplesMagic && said != samplesMagicOld {
		return false, errors.New("this is not a file of samples that this program reads")
	}
	for r.err == nil {
		err := r.stage(each)
		switch {
		case errors.Is(err, errNoStage):
			return false, nil
		case err != nil && r.err == nil:
			return false, err
		}
	}
	if notEnd(r.err) != nil {
		return false, fmt.Errorf("damaged: %w", r.err)
	}
	return true, nil
}

// errNoStage says that a file of samples ends in order.
var errNoStage = errors.New("no further stage")

// notEnd is err unless it says that the file ends too early.
func notEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// A sampleReader reads frames. Once reading fails it returns zeros, and err.
type sampleReader struct {
	r       *bufio.Reader
	magic   []byte
	samples []Sample
	texts   map[string]string // so that equal texts are one
	held    int64             // bytes of the stage's texts
	err     error
}

func newSampleReader(from io.Reader) *sampleReader {
	return &sampleReader{r: bufio.NewReaderSize(from, 64<<10), texts: map[string]string{}}
}

// stage reads one stage.
func (r *sampleReader) stage(each func(SampleStage, []Sample) error) error {
	kind, err := r.r.ReadByte()
	if errors.Is(err, io.EOF) {
		return errNoStage
	}
	if err != nil {
		r.err = err
		return err
	}
	if kind != 'P' {
		return fmt.Errorf("a frame %q where a stage begins", kind)
	}
	var head SampleStage
	text := r.bytes(maxStageHead)
	if r.err != nil {
		return r.err
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return fmt.Errorf("the head of a stage: %w", err)
	}
	r.samples, r.texts, r.held = r.samples[:0], map[string]string{}, 0
	for {
		switch kind := r.byte(); {
		case r.err != nil:
			return r.err
		case kind == 'S' && len(r.samples) < MaxStageSamples:
			r.samples = append(r.samples, r.sample())
		case kind == 'E':
			if n := r.uint(MaxStageSamples); r.err == nil && n != uint64(len(r.samples)) {
				return fmt.Errorf("stage %q ends with %d samples, and says %d", head.Stage, len(r.samples), n)
			}
			if r.err != nil {
				return r.err
			}
			return each(head, r.samples)
		default:
			return fmt.Errorf("a frame %q within stage %q", kind, head.Stage)
		}
	}
}

// sample reads what appendSample wrote.
func (r *sampleReader) sample() (s Sample) {
	flags, class := r.byte(), r.byte()
	events := class&flagEvents != 0
	class &^= flagEvents
	if class >= byte(numErrClasses) {
		r.fail(fmt.Errorf("error class %d does not exist", class))
		class = 0
	}
	if s.Protocol = Protocol(flags >> protocolShift & (1<<protocolBits - 1)); s.Protocol >= NumProtocols {
		r.fail(fmt.Errorf("protocol %d does not exist", s.Protocol))
		s.Protocol = UnknownProtocol
	}
	s.Err, s.Wanted, s.Reused = ErrClass(class), flags&flagWanted != 0, flags&flagReused != 0
	s.Target, s.Request = uint16(r.uint(math.MaxUint16)), uint16(r.uint(math.MaxUint16))
	s.Block, s.Seq, s.Code = uint32(r.uint(math.MaxUint32)), r.uint(math.MaxUint64), int(r.uint(999))
	s.Due = r.time()
	s.Begun = s.Due + r.time()
	s.Sent = s.Begun + r.time()
	for _, d := range []*time.Duration{&s.DNS, &s.Connect, &s.TLS, &s.FirstByte, &s.Service} {
		*d = r.time()
	}
	for _, n := range []*int64{&s.Out, &s.In, &s.Body} {
		*n = int64(r.time())
	}
	if flags&flagCoded != 0 {
		s.Decoded = max(int64(r.time()), 0)
		s.Undecoded = s.Decoded == 0
	}
	if events {
		e := &Events{Count: max(int64(r.time()), 0), First: r.time(), Longest: r.time()}
		cut := r.time()
		e.Cut, e.Resumable, s.Events = cut != 0, cut == 3, e
	}
	if flags&flagMarked != 0 {
		s.Mark = Mark{RequestID: r.text(), Instance: r.text(), Cache: r.text(), ErrorType: r.text(), Fault: targets.Fault(r.text())}
	}
	if flags&flagMarked != 0 && flags&flagTraced != 0 {
		s.Mark.Trace = r.text()
	}
	return s
}

func (r *sampleReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *sampleReader) byte() byte {
	if r.err != nil {
		return 0
	}
	b, err := r.r.ReadByte()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	r.err = err
	return b
}

func (r *sampleReader) uint(most uint64) uint64 {
	if r.err != nil {
		return 0
	}
	n, err := binary.ReadUvarint(r.r)
	if err == nil && n > most {
		err = fmt.Errorf("%d where at most %d can be", n, most)
	}
	if err != nil {
		r.err = err
		return 0
	}
	return n
}

// time reads a signed number that leaves room for adding three of them.
func (r *sampleReader) time() time.Duration {
	if r.err != nil {
		return 0
	}
	n, err := binary.ReadVarint(r.r)
	if err == nil && (n > math.MaxInt64/4 || n < -math.MaxInt64/4) {
		err = fmt.Errorf("%d ns is no time of a run", n)
	}
	if err != nil {
		r.err = err
		return 0
	}
	return time.Duration(n)
}

func (r *sampleReader) bytes(most uint64) []byte {
	b := make([]byte, r.uint(most))
	if r.err == nil {
		_, r.err = io.ReadFull(r.r, b)
	}
	return b
}

func (r *sampleReader) text() string {
	b := r.bytes(maxMark)
	if r.err != nil {
		return ""
	}
	if known, ok := r.texts[string(b)]; ok {
		return known
	}
	text := string(b)
	if r.held += int64(len(text)); r.held > maxHeld {
		r.fail(fmt.Errorf("the texts of a stage have more than %d MB", maxHeld>>20))
	}
	if len(r.texts) < 1024 { // ids are all different
		r.texts[text] = text
	}
	return text
}
