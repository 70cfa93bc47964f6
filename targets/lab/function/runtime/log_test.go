package runtime

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func sampleReport() Report {
	return Report{
		Time:      time.Date(2026, 11, 22, 12, 0, 0, 345e6, time.UTC),
		RequestID: RequestID{0x8f, 0x50, 0x7c, 0xfc, 0x41, 0x61, 0x4f, 0x0b, 0xa0, 0xf5, 1, 2, 3, 4, 5, 6},
		Duration:  3010 * time.Microsecond, InitDuration: 110*time.Millisecond + 100*time.Microsecond,
		BilledDuration: 114 * time.Millisecond, MemorySize: 128, MaxMemoryUsed: 36,
	}
}

func TestAReportIsWrittenAsLambdaWritesIt(t *testing.T) {
	cold := sampleReport()
	warm, late, crashed := cold, cold, cold
	warm.InitDuration, late.Status, crashed.Status, crashed.ErrorType = 0, TimedOut, Errored, "Runtime.ExitError"
	const head = "REPORT RequestId: 8f507cfc-4161-4f0b-a0f5-010203040506\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t"
	for name, c := range map[string]struct {
		report Report
		want   string
	}{
		"a cold start tells how long INIT took":    {cold, head + "Init Duration: 110.10 ms\t\n"},
		"a warm environment does not":              {warm, head + "\n"},
		"a timeout has a status":                   {late, head + "Init Duration: 110.10 ms\tStatus: timeout\t\n"},
		"a crash has a status and a type of error": {crashed, head + "Init Duration: 110.10 ms\tStatus: error\tError Type: Runtime.ExitError\t\n"},
	} {
		if got := c.report.Text(); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
	const want = `{"time":"2026-11-22T12:00:00.345Z","type":"platform.report","record":{"requestId":"8f507cfc-4161-4f0b-a0f5-010203040506","metrics":{"durationMs":3.01,"billedDurationMs":114,"memorySizeMB":128,"maxMemoryUsedMB":36,"initDurationMs":110.1},"status":"success"}}` + "\n"
	if got := cold.JSON(); got != want {
		t.Errorf("in JSON:\n got %s\nwant %s", got, want)
	}
}

func TestALogReturnsWhatItWasGiven(t *testing.T) {
	l := NewLog("f", "", Text)
	given := sampleReport()
	given.Status, given.ErrorType = Errored, "Oops"
	l.Add(given)
	got := l.Reports(given.Time, given.Time.Add(1))
	if len(got) != 1 || !got[0].Time.Equal(given.Time) || got[0].Text() != given.Text() || got[0].BilledDuration != given.BilledDuration {
		t.Errorf("got %+v, want %+v", got, given)
	}
	if early := l.Reports(given.Time.Add(-time.Hour), given.Time); len(early) != 0 {
		t.Errorf("the end of a span belongs to the next one, got %+v", early)
	}
}

func TestALogForgetsTheOldest(t *testing.T) {
	l := NewLog("f", "", Text)
	r := sampleReport()
	const more = 8_197
	for i := range mostReports + more {
		r.Duration, r.ErrorType = time.Duration(i), fmt.Sprint("type ", i%300)
		l.Add(r)
	}
	kept := l.Reports(time.Time{}, r.Time.Add(1))
	if len(kept) != mostReports {
		t.Errorf("%d are kept", len(kept))
	}
	if first := kept[0].Duration; int(first)+len(kept) != mostReports+more {
		t.Errorf("the oldest is number %d of %d", first, len(kept))
	}
	line := Line{Message: strings.Repeat("x", 3*longestLine) + "\xff\n"}
	for range 3 * mostOutput / longestLine {
		l.Write(line)
	}
	held := 0
	for _, o := range l.output {
		held += len(o.Message)
	}
	if held > mostOutput || held < mostOutput/4 {
		t.Errorf("%d bytes of output are held", held)
	}
}

func TestLinesComeInOrderOfTime(t *testing.T) {
	r := sampleReport()
	for format, want := range map[Format][]string{
		Text: {"START RequestId: " + r.RequestID.String() + " Version: $LATEST\n", "hello\n", "END RequestId: " + r.RequestID.String() + "\n", r.Text()},
		JSON: {`{"time":"2026-11-22T12:00:00.341Z","type":"platform.start","record":{"requestId":"` + r.RequestID.String() + `","version":"$LATEST"}}` + "\n", "hello\n", r.JSON()},
	} {
		l := NewLog("f", "", format)
		l.Add(r)
		l.Write(Line{Time: r.Time.Add(-time.Millisecond), Stream: "s", Message: "hello\n"})
		var got []string
		for _, line := range l.Lines(time.Time{}, r.Time.Add(1)) {
			got = append(got, line.Message)
			if format == JSON && line.Stream == "" && !json.Valid([]byte(line.Message)) {
				t.Errorf("not JSON: %s", line.Message)
			}
		}
		if strings.Join(got, "") != strings.Join(want, "") {
			t.Errorf("%s:\n got %q\nwant %q", format, got, want)
		}
	}
}
