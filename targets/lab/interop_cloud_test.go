//go:build interop

package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"tollgate/targets"
)

// A dataQuestion is GetMetricData's input as every client takes it as JSON.
type dataQuestion struct {
	StartTime, EndTime string
	ScanBy             string
	MetricDataQueries  []map[string]any
}

// A readSeries is one result, of any client.
type readSeries struct {
	Id         string
	Timestamps []time.Time
	Values     []float64
}

// seriesRead is what one client read.
type seriesRead struct{ MetricDataResults []readSeries }

// TestThreeClientsReadTheSameValues needs Debian's awscli at /usr/bin/aws, which
// speaks the AWS Query protocol, Node, and what "npm ci" installs in
// testdata/cloudwatch-js, which speaks CBOR as the SDK for Go does. All read one
// run of the lab, and a sum worked out by metric math.
func TestThreeClientsReadTheSameValues(t *testing.T) {
	c := quick()
	c.Doors[0].Cache = &Cache{}
	l := open(t, c)
	for _, d := range l.Doors() {
		for range 40 {
			send(t, "POST", d.URL+"/predict", features)
			send(t, "POST", d.URL+"/predict", "none")
		}
	}
	question := questionsOf(t, l)
	readers := map[string]func(*testing.T, *Lab, dataQuestion) seriesRead{"go": readByGo, "aws": readByCLI, "js": readByJS}
	results := map[string]string{}
	for name, read := range readers {
		got := read(t, l, question)
		if len(got.MetricDataResults) != len(question.MetricDataQueries) {
			t.Fatalf("%s read %d results of %d", name, len(got.MetricDataResults), len(question.MetricDataQueries))
		}
		points := 0
		for i, r := range got.MetricDataResults {
			points += len(r.Values)
			for j := range r.Timestamps {
				r.Timestamps[j] = r.Timestamps[j].UTC()
			}
			got.MetricDataResults[i] = r
		}
		if points < len(question.MetricDataQueries)/2 {
			t.Errorf("%s read %d points only", name, points)
		}
		results[name] = fmt.Sprintf("%v", got)
	}
	for name, got := range results {
		if got != results["go"] {
			t.Errorf("%s read\n%s\nand go\n%s", name, got, results["go"])
		}
	}
}

// questionsOf asks for every statistic of every metric that the doors' kinds are
// watched by, and for an expression.
func questionsOf(t *testing.T, l *Lab) dataQuestion {
	t.Helper()
	const form = time.RFC3339
	now := time.Now().UTC()
	q := dataQuestion{StartTime: now.Add(-time.Hour).Format(form), EndTime: now.Add(time.Hour).Format(form), ScanBy: "TimestampAscending"}
	var counts []string
	for i, d := range l.Doors() {
		target, err := d.Target()
		if err != nil {
			t.Fatal(err)
		}
		for j, w := range target.Kind.Watch {
			dims := []map[string]string{}
			names := w.Dimensions(target)
			for _, name := range slices.Sorted(maps.Keys(names)) {
				dims = append(dims, map[string]string{"Name": name, "Value": names[name]})
			}
			for k, stat := range w.Stats {
				id := fmt.Sprintf("q%d_%d_%d", i, j, k)
				if w.Role == targets.RoleCount {
					counts = append(counts, id)
				}
				q.MetricDataQueries = append(q.MetricDataQueries, map[string]any{"Id": id, "MetricStat": map[string]any{
					"Metric": map[string]any{"Namespace": w.Namespace, "MetricName": w.Metric, "Dimensions": dims}, "Period": 60, "Stat": stat,
				}})
			}
		}
	}
	q.MetricDataQueries = append(q.MetricDataQueries, map[string]any{"Id": "all", "Expression": "(" + strings.Join(counts, "+") + ") / 4"})
	return q
}

func readByGo(t *testing.T, l *Lab, q dataQuestion) (read seriesRead) {
	t.Helper()
	text, err := json.Marshal(q.MetricDataQueries)
	if err != nil {
		t.Fatal(err)
	}
	in := cloudwatch.GetMetricDataInput{ScanBy: types.ScanBy(q.ScanBy)}
	from, _ := time.Parse(time.RFC3339, q.StartTime)
	to, _ := time.Parse(time.RFC3339, q.EndTime)
	in.StartTime, in.EndTime = aws.Time(from), aws.Time(to)
	if err := json.Unmarshal(text, &in.MetricDataQueries); err != nil {
		t.Fatal(err)
	}
	client := cloudwatch.NewFromConfig(sdkAt(l, targets.LabKeys.ID, targets.LabKeys.Secret.Reveal()))
	out, err := client.GetMetricData(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range out.MetricDataResults {
		read.MetricDataResults = append(read.MetricDataResults, readSeries{*r.Id, r.Timestamps, r.Values})
	}
	return read
}

// keysOfLab is an environment with the lab's keys and nothing of this machine's.
func keysOfLab(t *testing.T, l *Lab) []string {
	return []string{
		"PATH=/usr/bin:/bin", "HOME=" + t.TempDir(), "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_ENDPOINT_URL=" + l.CloudWatchURL(),
		"AWS_ACCESS_KEY_ID=" + targets.LabKeys.ID, "AWS_SECRET_ACCESS_KEY=" + targets.LabKeys.Secret.Reveal(),
	}
}

func readByCLI(t *testing.T, l *Lab, q dataQuestion) seriesRead {
	t.Helper()
	queries, err := json.Marshal(q.MetricDataQueries)
	if err != nil {
		t.Fatal(err)
	}
	file := t.TempDir() + "/queries.json"
	if err := os.WriteFile(file, queries, 0o600); err != nil {
		t.Fatal(err)
	}
	return output(t, l, nil, "/usr/bin/aws", "--endpoint-url", l.CloudWatchURL(), "--output", "json", "cloudwatch", "get-metric-data",
		"--metric-data-queries", "file://"+file, "--start-time", q.StartTime, "--end-time", q.EndTime, "--scan-by", q.ScanBy)
}

func readByJS(t *testing.T, l *Lab, q dataQuestion) seriesRead {
	t.Helper()
	text, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	return output(t, l, text, node, "testdata/cloudwatch-js/read.js")
}

func output(t *testing.T, l *Lab, stdin []byte, name string, args ...string) (read seriesRead) {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env, command.Stdin = keysOfLab(t, l), bytes.NewReader(stdin)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	text, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, stderr.Bytes())
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatalf("%s: %v in %.300s", name, err, text)
	}
	return read
}

// TestTheCommandLineIsRefusedAsAtAWS needs /usr/bin/aws: a wrong secret.
func TestTheCommandLineIsRefusedAsAtAWS(t *testing.T) {
	l := open(t, quick())
	command := exec.CommandContext(t.Context(), "/usr/bin/aws", "--endpoint-url", l.CloudWatchURL(), "cloudwatch", "list-metrics")
	command.Env = append(keysOfLab(t, l), "AWS_SECRET_ACCESS_KEY=wrong")
	text, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(text), "(SignatureDoesNotMatch)") {
		t.Errorf("%v: %s", err, text)
	}
}
