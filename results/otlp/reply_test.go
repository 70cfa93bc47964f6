package otlp

import (
	"strings"
	"testing"
	"unicode"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

func TestWhatReceiversSay(t *testing.T) {
	status := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 3)
	status = protowire.AppendString(protowire.AppendTag(status, 2, protowire.BytesType), "out of\r\nbounds \x1b[31m")
	for _, row := range []struct {
		media string
		reply []byte
		want  string
	}{
		{"application/x-protobuf", status, "out of bounds [31m"},
		{"text/plain; charset=utf-8", []byte("out of order samples\n"), "out of order samples"},
		{"text/html", []byte("<html>"), ""},
		{"application/x-protobuf", []byte{0xff}, ""},
		{"text/plain", []byte(strings.Repeat("ä", 400)), strings.Repeat("ä", 150) + "…"},
	} {
		if got := saidBy(row.media, row.reply); got != row.want {
			t.Errorf("%q of %s is %q, want %q", row.reply, row.media, got, row.want)
		}
	}
	partial := func(n int64, text string) []byte {
		b, err := proto.Marshal(&collector.ExportMetricsServiceResponse{PartialSuccess: &collector.ExportMetricsPartialSuccess{RejectedDataPoints: n, ErrorMessage: text}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, row := range []struct {
		reply []byte
		want  string
	}{
		{nil, ""},
		{[]byte("{}"), ""},
		{partial(0, ""), ""},
		{partial(3, "too old"), "3 data points were rejected: too old"},
		{partial(3, ""), "3 data points were rejected: it does not say why"},
		{partial(0, "use a newer version"), "use a newer version"},
	} {
		if got := rejectedOf(row.reply); got != row.want {
			t.Errorf("%q is %q, want %q", row.reply, got, row.want)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add("application/x-protobuf", []byte{0x12, 3, 'a', 'b', 'c'})
	f.Add("text/plain", []byte("no\nroom"))
	f.Fuzz(func(t *testing.T, media string, reply []byte) {
		for _, said := range []string{saidBy(media, reply), rejectedOf(reply)} {
			if len(said) > mostSaid+80 || strings.ContainsFunc(said, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q", said)
			}
		}
	})
}
