package http2

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"
)

// decodeAll decodes a block as name: value lines.
func (d *decoder) decodeAll(b []byte) (lines []string, err error) {
	d.begun = false
	for len(b) > 0 {
		n, f, err := d.next(b)
		if err != nil {
			return lines, err
		}
		if b = b[n:]; !f.resize {
			lines = append(lines, fmt.Sprintf("%s: %s", f.name, f.value))
		}
	}
	return lines, nil
}

func newDecoder() *decoder {
	d := &decoder{}
	d.table.most = initialTableSize
	return d
}

// texts are names and values: of the static table, of a few that come again, and any.
func texts(of string) *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{":status", "date", "content-type", "x-request-id", "200", "404", "application/json", ""}),
		rapid.StringMatching(of), rapid.SampledFrom([]string{strings.Repeat("long ", 300), strings.Repeat("longer", 800)}))
}

// What package hpack encodes is decoded to the same fields, block after block, while its
// table changes its size.
func TestBlocksOfAnotherEncoderAreDecoded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		encoder, d := hpack.NewEncoder(&b), newDecoder()
		for range rapid.IntRange(1, 8).Draw(t, "blocks") {
			if rapid.IntRange(0, 3).Draw(t, "resize") == 0 {
				encoder.SetMaxDynamicTableSize(rapid.Uint32Range(0, 5000).Draw(t, "size"))
			}
			var want []string
			for range rapid.IntRange(0, 6).Draw(t, "fields") {
				f := hpack.HeaderField{Name: texts(`[a-z-]{1,12}`).Draw(t, "name"), Value: texts(`.{0,40}`).Draw(t, "value"), Sensitive: rapid.Bool().Draw(t, "sensitive")}
				if err := encoder.WriteField(f); err != nil {
					t.Fatal(err)
				}
				want = append(want, f.Name+": "+f.Value)
			}
			got, err := d.decodeAll(b.Bytes())
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("%q, %v; want %q", got, err, want)
			}
			b.Reset()
		}
	})
}

// FuzzDecoder compares what any bytes decode to with package hpack. It accepts a change of
// the table's size behind a field where its table is empty, which RFC 7541 section 4.2
// forbids.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"), []byte("\x82\x86\x84\xbe\x58\x08no-cache"))
	f.Add([]byte("\x3f\xe1\x1f\x40\x01a\x01b\xbe"), []byte("\x20\xbe"))
	f.Add([]byte("\x00\x85\xff\xff\xff\xff\xff\x00"), []byte("\x7f\x80\x80\x80\x80\x01"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		d, theirs := newDecoder(), hpack.NewDecoder(initialTableSize, nil)
		for _, b := range [][]byte{first, second} {
			got, err := d.decodeAll(b)
			fields, problem := theirs.DecodeFull(b)
			if err == errNumber || strings.Contains(fmt.Sprint(err), errResize.Error()) {
				return
			}
			if (err == nil) != (problem == nil) {
				t.Fatalf("%v, and hpack says %v", err, problem)
			}
			if err != nil {
				return
			}
			var want []string
			for _, f := range fields {
				want = append(want, f.Name+": "+f.Value)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%q, want %q", got, want)
			}
		}
	})
}

// What is encoded is what package hpack decodes, while the server changes the size of its
// table; and what does not change shrinks.
func TestRequestsAreEncoded(t *testing.T) {
	t.Parallel()
	const get = "GET /a HTTP/1.1\r\nHost: example.com\r\nUser-Agent: tollgate\r\nConnection: close\r\nTE: gzip\r\nX-Fixed: ä \r\nAuthorization: secret\r\nX-Value: %d\r\n\r\n"
	want := []string{":method: GET", ":scheme: https", ":authority: example.com", ":path: /a", "user-agent: tollgate", "x-fixed: ä ", "authorization: secret", "x-value: %d"}
	steady := map[string]bool{"host": true, "user-agent": true, "x-fixed": true}
	e := encoder{most: initialTableSize, index: map[string]int{}}
	theirs := hpack.NewDecoder(initialTableSize, nil)
	var sizes []int
	for i, most := range []int{4096, 4096, 4096, 100, 100, 0, 0, 8192, 8192} {
		e.limit(most)
		for number, whole := range []bool{false, true} {
			n := i
			if whole {
				n = 7
			}
			block, plain := e.block(&Request{Number: number, Scheme: "https", Whole: whole, Steady: steady}, fmt.Appendf(nil, get, n))
			fields, err := theirs.DecodeFull(block)
			var got []string
			size := 0
			for _, f := range fields {
				got = append(got, f.Name+": "+f.Value)
				size += len(f.Name) + len(f.Value)
			}
			if line := fmt.Sprintf(strings.Join(want, "\n"), n); err != nil || strings.Join(got, "\n") != line || size != plain {
				t.Errorf("table of %d: %q of %d bytes (%v), want %q; %d bytes were counted", most, got, size, err, line, plain)
			}
			sizes = append(sizes, len(block))
		}
	}
	if sizes[2] >= sizes[0]-20 || sizes[5] >= sizes[1] || sizes[12] < sizes[4] {
		t.Errorf("blocks of %v bytes: what is repeated should shrink, unless the server keeps no table", sizes)
	}
}

func TestPaddingOfTextsIsChecked(t *testing.T) {
	for _, row := range []struct {
		name, text string
		ok         bool
	}{
		{"ones", "\x1f", true}, // 'a' and three ones
		{"none", "", true},
		{"a zero among them", "\x1e", false},
		{"eight ones", "\xf8\xff", false}, // '&' is eight bits
		{"the end of a text", "\xff\xff\xff\xff", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := appendHuffman(nil, []byte(row.text)); (err == nil) != row.ok {
				t.Errorf("%v", err)
			}
		})
	}
}
