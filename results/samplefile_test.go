package results

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
)

func someSamples(n int) []Sample {
	all := make([]Sample, n)
	for i := range all {
		at := time.Duration(i) * time.Millisecond
		all[i] = Sample{
			Target: 1, Request: uint16(i % 3), Block: 7, Seq: uint64(i), Due: at, Begun: at + 3, Sent: at + 9,
			Connect: 5, TLS: 6, FirstByte: 7, Service: 8, Code: 429, Out: 100, In: 200, Body: 50, Reused: i > 0, Protocol: Protocol(i % int(NumProtocols)), Decoded: int64(i % 3 * 70), Undecoded: i%3 == 0,
			Mark: Mark{RequestID: "id" + string(rune('a'+i%26)), ErrorType: "TooManyRequestsException", Fault: targets.FaultThrottled},
		}
	}
	all[1].Mark.Trace = "1-5759e988-bd862e3fe1be46a994272793"
	all[0].Mark, all[0].Err, all[0].Code, all[0].Wanted = Mark{}, ErrTimeout, 0, true
	return all
}

func aStage(number int) SampleStage {
	return SampleStage{Probe: "usage-plan", Target: "rest", Stage: "burst", Number: number, Load: "burst of 9", Seconds: 1, Requests: []string{"health"}, Dropped: 2}
}

// written makes a file of two stages.
func written(t testing.TB) (dir string, data []byte) {
	t.Helper()
	dir = t.TempDir()
	w, err := CreateSamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if err := w.Stage(aStage(i), someSamples(500*(i+1))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data, err = os.ReadFile(filepath.Join(dir, FileSamples))
	if err != nil {
		t.Fatal(err)
	}
	return dir, data
}

func TestSamplesAreReadAsTheyWereWritten(t *testing.T) {
	dir, _ := written(t)
	stage := 0
	torn, err := ReadSamples(dir, func(head SampleStage, samples []Sample) error {
		if !reflect.DeepEqual(head, aStage(stage)) {
			t.Errorf("stage %d: %+v", stage, head)
		}
		if stage++; !slices.Equal(samples, someSamples(500*stage)) {
			t.Errorf("stage %d has other samples", stage)
		}
		return nil
	})
	if torn || err != nil || stage != 2 {
		t.Errorf("%d stages, torn %v, %v", stage, torn, err)
	}
}

func TestAFileThatWasCutOffGivesItsWholeStages(t *testing.T) {
	_, data := written(t)
	seen := map[int]bool{}
	for n := 0; n < len(data); n += 1 + len(data)/300 {
		stages := 0
		torn, err := readSamples(bytes.NewReader(data[:n]), func(SampleStage, []Sample) error { stages++; return nil })
		if err != nil || !torn {
			t.Fatalf("%d of %d bytes: torn %v, %v", n, len(data), torn, err)
		}
		seen[stages] = true
	}
	if !seen[0] || !seen[1] {
		t.Errorf("numbers of stages read: %v", seen)
	}
}

func TestAFileFromBeforeThereWereTracesIsReadAlike(t *testing.T) {
	samples := someSamples(3)
	samples[1].Mark.Trace = ""
	frames := append([]byte(samplesMagicOld), 'P', 2, '{', '}')
	for i := range samples {
		frames = appendSample(append(frames, 'S'), &samples[i])
	}
	var file bytes.Buffer
	zip := gzip.NewWriter(&file)
	if _, err := zip.Write(append(frames, 'E', 3)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	torn, err := readSamples(&file, func(_ SampleStage, got []Sample) error {
		if !slices.Equal(got, samples) {
			t.Errorf("read %+v", got)
		}
		return nil
	})
	if torn || err != nil {
		t.Errorf("torn %v, %v", torn, err)
	}
}

func TestARunWithoutProbesHasNoSamples(t *testing.T) {
	if torn, err := ReadSamples(t.TempDir(), nil); torn || err != nil {
		t.Errorf("%v, %v", torn, err)
	}
}

func TestAStageIsBounded(t *testing.T) {
	w, err := CreateSamples(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Stage(aStage(0), make([]Sample, MaxStageSamples+1)); err == nil || !strings.Contains(err.Error(), "can be kept") {
		t.Errorf("%v", err)
	}
}

func FuzzSamples(f *testing.F) {
	_, data := written(f)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = readSamples(bytes.NewReader(data), func(_ SampleStage, samples []Sample) error {
			for i := range samples {
				_ = samples[i].Outcome()
				_ = samples[i].Err.String()
			}
			return nil
		})
	})
}

// FuzzSampleFrames feeds what lies within the compression.
func FuzzSampleFrames(f *testing.F) {
	one := someSamples(2)
	f.Add(appendSample(nil, &one[0]))
	f.Add(appendSample(nil, &one[1]))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newSampleReader(bytes.NewReader(data))
		s := r.sample()
		if r.err != nil {
			return
		}
		again := newSampleReader(bytes.NewReader(appendSample(nil, &s))).sample()
		if again != s {
			t.Errorf("%+v is read again as %+v", s, again)
		}
	})
}
