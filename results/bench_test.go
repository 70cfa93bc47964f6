package results

import (
	"errors"
	"testing"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// BenchmarkRecord is the cost of recording one request in the steady state.
func BenchmarkRecord(b *testing.B) {
	sh := newShard()
	samples := make([]Sample, 1<<14)
	for i := range samples {
		samples[i] = Sample{
			Request: uint16(i % 2), Block: 3, Begun: 50 * time.Microsecond, Sent: 60 * time.Microsecond,
			FirstByte: time.Duration(i) * time.Microsecond, Service: time.Duration(i*7919%100000) * time.Microsecond,
			Code: 200, Out: 180, In: 512, Reused: true,
		}
		sh.Record(&samples[i])
	}
	sh.swap().reset()
	for i := range samples {
		sh.Record(&samples[i])
	}
	sh.swap().reset()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		sh.Record(&samples[i&(len(samples)-1)])
		i++
	}
}

// BenchmarkLibrary is the library's histograms on the same values, for
// comparison with a counters.
func BenchmarkLibrary(b *testing.B) {
	for name, record := range map[string]func(v, n int64) error{
		"dense":  hdr.New(latencies.lowest, latencies.highest, digits).RecordValues,
		"packed": hdr.NewPacked(latencies.lowest, latencies.highest, digits).RecordValues,
	} {
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				_ = record(int64(i*7919%100000)*1000, 1)
				i++
			}
		})
	}
}

func BenchmarkTally(b *testing.B) {
	var t counters
	var p freePages
	i := 0
	for b.Loop() {
		v, _ := latencies.clamp(int64(i*7919%100000) * 1000)
		t.add(latencies.index(v), &p)
		i++
	}
}

// filled returns a histogram of n latencies like those of an API.
func filled(n int) *Histogram {
	h := New()
	for i := range n {
		h.Record(20*time.Millisecond + time.Duration(i*7919%50000)*time.Microsecond)
	}
	return h
}

func BenchmarkEncode(b *testing.B) {
	h := filled(1000)
	e := new(encoder)
	b.ReportAllocs()
	for b.Loop() {
		e.encode(latencies, numbered(latencies, h.packed))
	}
}

func BenchmarkEncodeByLibrary(b *testing.B) {
	h := filled(1000)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = h.packed.Encode()
	}
}

func BenchmarkDecode(b *testing.B) {
	text, _ := filled(1000).MarshalText()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	d := new(decoder)
	for b.Loop() {
		if _, err := d.decode(latencies, text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeByLibrary(b *testing.B) {
	text, _ := filled(1000).MarshalText()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := hdr.DecodePacked(text); err != nil {
			b.Fatal(err)
		}
	}
}

// second is what was recorded in one second of a run.
func second(number int, w *window) *Moment {
	from := time.Duration(number) * time.Second
	return &Moment{Number: number, From: from, To: from + time.Second, Health: &Health{}, window: w}
}

// BenchmarkFlush is what one second of 1,000 requests costs the recorder.
func BenchmarkFlush(b *testing.B) {
	doc := document()
	f, err := createDirectory(b.TempDir(), &doc)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close(nil)
	b.ReportAllocs()
	w, number := newWindow(), 0
	for b.Loop() {
		b.StopTimer()
		for i := range 1000 {
			w.cell(Group{Request: uint16(i % 2)}).record(&Sample{
				Service: time.Duration(i) * time.Millisecond / 10, FirstByte: time.Millisecond, Code: 200, Out: 100, In: 1000, Reused: true,
			}, &w.pages)
		}
		number++
		b.StartTimer()
		if err := f.Second(second(number, w)); err != nil {
			b.Fatal(err)
		}
		w.reset()
	}
}

func BenchmarkQuantile(b *testing.B) {
	h := filled(100000)
	for b.Loop() {
		_ = h.Quantile(0.99)
	}
}

// BenchmarkOpen reads a run of ten minutes, 200 requests a second at two
// requests of one target: nine tenths of it by minutes.
func BenchmarkOpen(b *testing.B) {
	doc := document()
	dir := b.TempDir()
	doc.Version, doc.State, doc.Digest = Version, Finished, Digest([]byte("x"))
	if err := errors.Join(WriteDocument(dir, doc), WriteFile(dir, FileScenario, []byte("x"))); err != nil {
		b.Fatal(err)
	}
	f, err := createDirectory(dir, &doc)
	if err != nil {
		b.Fatal(err)
	}
	w := newWindow()
	for number := range 600 - 30 {
		for i := range 200 {
			w.cell(Group{Request: uint16(i % 2), Block: uint32(number / 100)}).record(&Sample{
				Service: 20*time.Millisecond + time.Duration((number*200+i)*7919%50000)*time.Microsecond, FirstByte: time.Millisecond, Code: 200, Out: 100, In: 1000, Reused: true,
			}, &w.pages)
		}
		if err := f.Second(second(number, w)); err != nil {
			b.Fatal(err)
		}
		w.reset()
	}
	if err := f.Close(nil); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(dir); err != nil {
			b.Fatal(err)
		}
	}
}
