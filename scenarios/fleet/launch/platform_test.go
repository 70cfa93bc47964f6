package launch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPodsSayWhyTheyDoNotRun(t *testing.T) {
	const list = `{"items":[
		{"metadata":{"name":"p0","creationTimestamp":"2026-11-30T20:00:00Z","annotations":{"batch.kubernetes.io/job-completion-index":"0"}},"status":{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}]}},
		{"metadata":{"name":"p0b","creationTimestamp":"2026-11-30T20:01:00Z","annotations":{"batch.kubernetes.io/job-completion-index":"0"}},"spec":{"nodeName":"n1"},"status":{"phase":"Running","containerStatuses":[{"state":{"running":{}}}]}},
		{"metadata":{"name":"p1","creationTimestamp":"2026-11-30T20:00:00Z","annotations":{"batch.kubernetes.io/job-completion-index":"1"}},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes are available:\n 3 Insufficient cpu."}]}},
		{"metadata":{"name":"p2","creationTimestamp":"2026-11-30T20:00:00Z","annotations":{"batch.kubernetes.io/job-completion-index":"2"}},"spec":{"nodeName":"n2"},"status":{"phase":"Pending","containerStatuses":[{"state":{"waiting":{"reason":"ImagePullBackOff","message":"not found"}}}]}},
		{"metadata":{"name":"p3","creationTimestamp":"2026-11-30T20:00:00Z","annotations":{"batch.kubernetes.io/job-completion-index":"3"}},"status":{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":97,"reason":"Error","message":"a line\ntollgate: refused\n"}}}]}},
		{"metadata":{"name":"p5","deletionTimestamp":"2026-11-30T20:02:00Z","annotations":{"batch.kubernetes.io/job-completion-index":"5"}},"spec":{"nodeName":"n3"},"status":{"phase":"Running"}},
		{"metadata":{"name":"other"},"status":{"phase":"Running"}},
		{"metadata":{"name":"p9","annotations":{"batch.kubernetes.io/job-completion-index":"900"}},"status":{"phase":"Running"}}]}`
	got, err := readPods([]byte(list), 6, time.Date(2026, 11, 30, 20, 2, 1, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	want := []Member{
		{1, Running, ""},
		{2, Waiting, "pod p1: Unschedulable: 0/3 nodes are available: 3 Insufficient cpu."},
		{3, Waiting, "pod p2 on n2: ImagePullBackOff: not found"},
		{4, Failed, "pod p3: Error: exit code 97: tollgate: refused"},
		{5, Waiting, "not started yet"},
		{6, Failed, "pod p5 on n3: it should have ended, and its node does not say so"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	lines := stuckText([]Member{{1, Waiting, "a"}, {2, Waiting, "b"}, {3, Waiting, "a"}})
	if strings.Join(lines, "; ") != "shards 1, 3: a; shard 2: b" {
		t.Errorf("lines %q", lines)
	}
}

func FuzzPods(f *testing.F) {
	f.Add([]byte(`{"items":[{"metadata":{"annotations":{"batch.kubernetes.io/job-completion-index":"0"}},"status":{"phase":"Pending"}}]}`))
	f.Fuzz(func(t *testing.T, list []byte) {
		if all, err := readPods(list, 3, time.Now()); err == nil && len(all) != 3 {
			t.Fatalf("%d members of 3", len(all))
		}
	})
}

// aCluster is ECS as far as a fleet asks it.
type aCluster struct {
	calls []string
	tasks []string // ARNs, started
	refer int      // which RunTask is refused; 0: none
}

func (a *aCluster) Ask(_ context.Context, operation string, in, out any) error {
	a.calls = append(a.calls, operation)
	answer := func(text string) error { return json.Unmarshal([]byte(text), out) }
	switch operation {
	case "RegisterTaskDefinition":
		return answer(`{"taskDefinition":{"taskDefinitionArn":"arn:definition:1"}}`)
	case "RunTask":
		if len(a.tasks)+1 == a.refer {
			return answer(`{"failures":[{"reason":"RESOURCE:ENI"}]}`)
		}
		arn := fmt.Sprintf("arn:task/%d", len(a.tasks)+1)
		a.tasks = append(a.tasks, arn)
		return answer(`{"tasks":[{"taskArn":"` + arn + `"}]}`)
	case "DescribeTasks":
		states := []string{
			`"lastStatus":"RUNNING"`, `"lastStatus":"STOPPED","containers":[{"exitCode":0}]`,
			`"lastStatus":"STOPPED","stoppedReason":"CannotPullContainerError: not found","containers":[{}]`, `"lastStatus":"PENDING"`,
		}
		var all []string
		for i, arn := range a.tasks {
			all = append(all, `{"taskArn":"`+arn+`",`+states[i]+`}`)
		}
		return answer(`{"tasks":[` + strings.Join(all, ",") + `]}`)
	case "StopTask", "DeregisterTaskDefinition":
		return answer(`{}`)
	}
	return errors.New("asked for " + operation)
}

func TestTasksAreStartedEachWithItsShard(t *testing.T) {
	cluster := &aCluster{}
	tasks := &Tasks{Fleet: someFleet(), Fargate: someFargate(), ECS: cluster}
	if err := tasks.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	members, err := tasks.Members(t.Context())
	want := []Member{
		{1, Running, ""}, {2, Ended, ""}, {3, Failed, "task 3: CannotPullContainerError: not found"}, {4, Waiting, "task 4: pending"},
	}
	if err != nil || !slices.Equal(members, want) {
		t.Errorf("%v, %+v", err, members)
	}
	if err := errors.Join(tasks.Stop(t.Context()), tasks.Clean(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(cluster.calls[6:], " "); got != "DescribeTasks StopTask StopTask DeregisterTaskDefinition" {
		t.Errorf("ended by %s", got)
	}
}

func TestTasksAreStoppedWhereOneCannotBeStarted(t *testing.T) {
	cluster := &aCluster{refer: 3}
	tasks := &Tasks{Fleet: someFleet(), Fargate: someFargate(), ECS: cluster}
	err := tasks.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "shard 3") || !strings.Contains(err.Error(), "RESOURCE:ENI") {
		t.Errorf("the error is %v", err)
	}
	if got := strings.Join(cluster.calls, " "); !strings.Contains(got, "StopTask") || !strings.HasSuffix(got, "DeregisterTaskDefinition") {
		t.Errorf("asked %s", got)
	}
}
