package nethttp

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// aStream is what a server might send: a header in two frames, of which the first has
// padding and a priority, content, trailers, and frames of the connection between them.
func aStream(t testing.TB) (all []byte, plain int64) {
	t.Helper()
	var out, block bytes.Buffer
	f := http2.NewFramer(&out, nil)
	encoder := hpack.NewEncoder(&block)
	fields := func(all ...hpack.HeaderField) []byte {
		block.Reset()
		for _, h := range all {
			plain += int64(len(h.Name) + len(h.Value))
			if err := encoder.WriteField(h); err != nil {
				t.Fatal(err)
			}
		}
		return bytes.Clone(block.Bytes())
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 7}))
	head := fields(hpack.HeaderField{Name: ":status", Value: "200"}, hpack.HeaderField{Name: "x-some", Value: "value of some length"})
	must(f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head[:3], PadLength: 9, Priority: http2.PriorityParam{StreamDep: 3, Weight: 1}}))
	must(f.WriteContinuation(1, true, head[3:]))
	must(f.WriteData(1, false, []byte("content")))
	must(f.WritePing(false, [8]byte{}))
	must(f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(hpack.HeaderField{Name: "x-some", Value: "value of some length"}), EndStream: true, EndHeaders: true}))
	must(f.WriteRSTStream(3, http2.ErrCodeRefusedStream))
	must(f.WriteGoAway(5, http2.ErrCodeEnhanceYourCalm, []byte("calm down")))
	return out.Bytes(), plain
}

func TestFramesAreFollowedInAnyPieces(t *testing.T) {
	stream, plain := aStream(t)
	all := append(make([]byte, preface), stream...)
	chance := rand.New(rand.NewPCG(1, 2))
	for most := 1; most < len(all)+2; most++ {
		r := frameReader{skip: preface, fields: newFields()}
		counts, kinds, sum := map[uint32]int{}, []byte{}, int64(0)
		var reset, gone, last uint32
		for rest := all; len(rest) > 0; {
			part := rest[:min(len(rest), 1+chance.IntN(most))]
			rest = rest[len(part):]
			for len(part) > 0 {
				p := r.next(part)
				part = part[p.n:]
				counts[r.now.stream] += p.counts
				if !p.ended {
					continue
				}
				kinds = append(kinds, r.now.kind)
				if r.now.carriesHeaders() {
					plain, _ := r.fields.whole(r.now)
					sum += plain
				}
				switch code, l := r.code(); r.now.kind {
				case frameReset:
					reset = code
				case frameGoAway:
					gone, last = code, l
				}
			}
		}
		if want := []byte{frameSettings, frameHeaders, frameContinuation, frameData, 6, frameHeaders, frameReset, frameGoAway}; !bytes.Equal(kinds, want) {
			t.Fatalf("in pieces of up to %d: frames %v, want %v", most, kinds, want)
		}
		if counts[0]+counts[1]+counts[3] != len(all) || counts[3] != frameHead+4 || sum != plain {
			t.Fatalf("in pieces of up to %d: bytes %v of %d, %d of headers, want %d", most, counts, len(all), sum, plain)
		}
		if http2.ErrCode(reset) != http2.ErrCodeRefusedStream || http2.ErrCode(gone) != http2.ErrCodeEnhanceYourCalm || last != 5 {
			t.Fatalf("in pieces of up to %d: reset by %d, gone with %d after %d", most, reset, gone, last)
		}
	}
}

func FuzzFrames(f *testing.F) {
	stream, _ := aStream(f)
	f.Add(stream, 3)
	f.Add([]byte{0, 0, 1, frameHeaders, flagPadded | flagPriority, 0, 0, 0, 1, 9}, 1)
	f.Fuzz(func(t *testing.T, all []byte, size int) {
		r := frameReader{fields: newFields()}
		counted := 0
		for rest := all; len(rest) > 0; {
			part := rest[:min(len(rest), 1+max(size, 0)%64)]
			rest = rest[len(part):]
			for len(part) > 0 {
				p := r.next(part)
				if p.n <= 0 || p.n > len(part) {
					t.Fatalf("a piece of %d of %d bytes", p.n, len(part))
				}
				part, counted = part[p.n:], counted+p.counts
			}
		}
		if partial := r.had % frameHead; counted+partial != len(all) {
			t.Errorf("%d bytes counted, and %d of a head, of %d", counted, partial, len(all))
		}
	})
}
