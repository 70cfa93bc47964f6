package results

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// FileSamples holds every request of every probe stage, in a run directory.
//
// It is a gzip stream: the line "tollgate samples 2", then frames. A frame 'P'
// begins a stage: the length of a SampleStage in JSON, and that. A frame 'S' is
// one sample of it, in variable-length integers as encoding/binary has them;
// times are nanoseconds. A frame 'E' ends the stage and says how many samples
// it has. A stage is written as a whole when it is over, and flushed, so that a
// killed run keeps all stages but the one that was under way. Version 1 has no
// trace ids, and is read alike. Earlier versions of the program wrote no protocol and no
// events. Of the gaps between events only the longest is kept.
const FileSamples = "samples.bin.gz"

const (
	samplesMagic    = "tollgate samples 2\n"
	samplesMagicOld = "tollgate samples 1\n"
)

// The bounds of a sample file: what a probe may keep, and what a reader accepts.
const (
	MaxStageSamples = 1 << 20 // of one stage; what comes after is counted, not kept
	maxStageHead    = 64 << 10
	maxMark         = 256       // bytes of each text of a Mark
	maxHeld         = 512 << 20 // bytes of all texts of a stage that are not alike
	maxUnzipped     = 8 << 30   // of the whole file: a few bytes of gzip can become any number
)

// A SampleStage is one stage of a probe's traffic as it is kept with its samples.
type SampleStage struct {
	Probe    string   `json:"probe"`
	Target   string   `json:"target"`
	Stage    string   `json:"stage"`  // the probe's word for it: "burst"
	Number   int      `json:"number"` // of the probe's stages at this target, from 0
	Load     string   `json:"load"`   // in words: "constant 500/s"
	Seconds  float64  `json:"for_s"`
	StartedS float64  `json:"started_s"` // from the start of the run
	Requests []string `json:"requests"`  // names; a Sample's Request indexes them
	Dropped  int64    `json:"dropped"`   // samples beyond MaxStageSamples
}

// A SampleWriter writes a sample file, stage by stage.
type SampleWriter struct {
	file *os.File
	zip  *gzip.Writer
	buf  *bufio.Writer
	b    []byte
}

// CreateSamples begins the sample file of a run directory.
func CreateSamples(dir string) (*SampleWriter, error) {
	f, err := os.OpenFile(filepath.Join(dir, FileSamples), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, unwritable(dir, err)
	}
	w := &SampleWriter{file: f, zip: gzip.NewWriter(f)}
	w.buf = bufio.NewWriterSize(w.zip, 64<<10)
	_, err = w.buf.WriteString(samplesMagic)
	return w, err
}

// Stage appends a stage with its samples.
func (w *SampleWriter) Stage(head SampleStage, samples []Sample) error {
	text, err := json.Marshal(head)
	if err == nil && len(text) > maxStageHead {
		err = fmt.Errorf("stage %q has more to say than %d bytes", head.Stage, maxStageHead)
	}
	if err != nil {
		return err
	}
	if len(samples) > MaxStageSamples {
		return fmt.Errorf("stage %q has %d samples, and %d can be kept", head.Stage, len(samples), MaxStageSamples)
	}
	w.b = append(binary.AppendUvarint(append(w.b[:0], 'P'), uint64(len(text))), text...)
	for i := range samples {
		w.b = appendSample(append(w.b, 'S'), &samples[i])
		if len(w.b) > 32<<10 {
			_, err = w.buf.Write(w.b)
			w.b = w.b[:0]
		}
	}
	w.b = binary.AppendUvarint(append(w.b, 'E'), uint64(len(samples)))
	_, last := w.buf.Write(w.b)
	return errors.Join(err, last, w.buf.Flush(), w.zip.Flush())
}

// Close ends the file and makes sure that it is on the disk.
func (w *SampleWriter) Close() error {
	return errors.Join(w.buf.Flush(), w.zip.Close(), w.file.Sync(), w.file.Close())
}

// sampleFlags are the yes-or-no fields of a sample.
const (
	flagWanted = 1 << iota
	flagReused
	flagMarked
	flagTraced // the mark has a trace

	protocolShift = 4 // of the bits that are the protocol
	protocolBits  = 3

	flagCoded = 1 << 7 // the size of the decoded body is there

	// Of the byte of the error class: what the response was read as is there.
	flagEvents = 1 << 7
)

func appendSample(b []byte, s *Sample) []byte {
	flags := byte(s.Protocol) << protocolShift
	if s.Wanted {
		flags |= flagWanted
	}
	if s.Reused {
		flags |= flagReused
	}
	if s.Mark != (Mark{}) {
		flags |= flagMarked
	}
	if s.Mark.Trace != "" {
		flags |= flagTraced
	}
	if s.Decoded > 0 || s.Undecoded {
		flags |= flagCoded
	}
	class := byte(s.Err)
	if s.Events != nil {
		class |= flagEvents
	}
	b = append(b, flags, class)
	for _, n := range []uint64{uint64(s.Target), uint64(s.Request), uint64(s.Block), s.Seq, uint64(s.Code)} {
		b = binary.AppendUvarint(b, n)
	}
	for _, d := range []time.Duration{s.Due, s.Begun - s.Due, s.Sent - s.Begun, s.DNS, s.Connect, s.TLS, s.FirstByte, s.Service} {
		b = binary.AppendVarint(b, int64(d))
	}
	for _, n := range []int64{s.Out, s.In, s.Body} {
		b = binary.AppendVarint(b, n)
	}
	if flags&flagCoded != 0 { // 0 is a body that was not decoded
		b = binary.AppendVarint(b, s.Decoded)
	}
	if e := s.Events; e != nil {
		cut := int64(0) // 1: it was cut; 3: it can be resumed
		switch {
		case e.Cut && e.Resumable:
			cut = 3
		case e.Cut:
			cut = 1
		}
		for _, n := range []int64{e.Count, int64(e.First), int64(e.Longest), cut} {
			b = binary.AppendVarint(b, n)
		}
	}
	if flags&flagMarked == 0 {
		return b
	}
	texts := []string{s.Mark.RequestID, s.Mark.Instance, s.Mark.Cache, s.Mark.ErrorType, string(s.Mark.Fault), s.Mark.Trace}
	if flags&flagTraced == 0 {
		texts = texts[:len(texts)-1]
	}
	for _, text := range texts {
		text = text[:min(len(text), maxMark)]
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}
