//go:build foreign && linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/fleet/gateway"
)

// aFargate is Amazon ECS in all regions: its tasks are processes of this machine.
type aFargate struct {
	*testing.T
	environment []string // of tasks, after their own
	refuses     string   // region that starts no task

	mu          sync.Mutex
	definitions map[string]aDefinition
	tasks       map[string]*aTask
	regions     map[string]int // tasks that were started
	removed     int
}

type aDefinition struct {
	Family               string
	ContainerDefinitions []struct {
		Command     []string
		Environment []struct{ Name, Value string }
	}
}

type aTask struct {
	*exec.Cmd
	said  bytes.Buffer
	ended chan struct{}
}

func (a *aFargate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	region := strings.Split(scope, "/")[2]
	var in struct {
		aDefinition
		TaskDefinition string
		Task           string
		Tasks          []string
		Overrides      struct {
			ContainerOverrides []struct {
				Environment []struct{ Name, Value string }
			}
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		a.Errorf("%s: %v", operation, err)
	}
	switch operation {
	case "RegisterTaskDefinition":
		arn := "arn:definition:" + region + ":" + in.Family
		a.definitions[arn] = in.aDefinition
		fmt.Fprintf(w, `{"taskDefinition":{"taskDefinitionArn":%q}}`, arn)
	case "RunTask":
		if region == a.refuses {
			fmt.Fprint(w, `{"failures":[{"reason":"RESOURCE:ENI"}]}`)
			return
		}
		container := a.definitions[in.TaskDefinition].ContainerDefinitions[0]
		t := &aTask{Cmd: exec.Command("tollgate", container.Command...), ended: make(chan struct{})}
		t.Env, t.Stdout, t.Stderr = os.Environ(), &t.said, &t.said
		for _, v := range append(container.Environment, in.Overrides.ContainerOverrides[0].Environment...) {
			t.Env = append(t.Env, v.Name+"="+v.Value)
		}
		t.Env = append(t.Env, a.environment...)
		t.Env = append(t.Env, "TOLLGATE_OUT="+a.TempDir())
		if err := t.Start(); err != nil {
			a.Error(err)
		}
		go func() { defer close(t.ended); _ = t.Wait() }()
		arn := fmt.Sprintf("arn:task:%s/%d", region, len(a.tasks))
		a.tasks[arn] = t
		a.regions[region]++
		fmt.Fprintf(w, `{"tasks":[{"taskArn":%q}]}`, arn)
	case "DescribeTasks":
		var all []string
		for _, arn := range in.Tasks {
			state := `"lastStatus":"RUNNING"`
			select {
			case <-a.tasks[arn].ended:
				state = fmt.Sprintf(`"lastStatus":"STOPPED","containers":[{"exitCode":%d}]`, a.tasks[arn].ProcessState.ExitCode())
			default:
			}
			all = append(all, fmt.Sprintf(`{"taskArn":%q,%s}`, arn, state))
		}
		fmt.Fprintf(w, `{"tasks":[%s]}`, strings.Join(all, ","))
	case "StopTask":
		_ = a.tasks[in.Task].Process.Signal(syscall.SIGTERM)
		fmt.Fprint(w, `{}`)
	case "DeregisterTaskDefinition":
		a.removed++
		fmt.Fprint(w, `{}`)
	}
}

// Two regions send one load each, which end together when one is interrupted or refused.
func TestRegionsSendALoadEach(t *testing.T) {
	for name, c := range map[string]struct {
		seconds   int
		interrupt bool
		refuses   string
		codes     []int
		says      []string
	}{
		"to their ends":            {seconds: 4, codes: []int{0, exitInvalid}, says: []string{"2 regions, each a run of its own: up to 20/s from each, 40/s together", "The regions began within", "CloudWatch was not read"}},
		"until Ctrl-C":             {seconds: 120, interrupt: true, codes: []int{exitInterrupted}, says: []string{"eu-central-1: asking the shards to stop", "us-east-1: asking the shards to stop", "The regions began within"}},
		"but one starts no member": {seconds: 120, refuses: "us-east-1", codes: []int{exitFailed}, says: []string{"us-east-1: shard 1 cannot be started", "RESOURCE:ENI"}},
	} {
		t.Run(name, func(t *testing.T) {
			var received atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				received.Add(1)
				fmt.Fprint(w, "{}")
			}))
			defer server.Close()
			bucket := gateway.Start(t)
			a := &aFargate{T: t, refuses: c.refuses, definitions: map[string]aDefinition{}, tasks: map[string]*aTask{}, regions: map[string]int{}}
			ecs := httptest.NewServer(a)
			defer ecs.Close()
			for name, value := range bucket.Environment() {
				t.Setenv(name, value)
				if name != "AWS_REGION" { // the task's own
					a.environment = append(a.environment, name+"="+value)
				}
			}
			t.Setenv("AWS_ENDPOINT_URL_ECS", ecs.URL)
			file, out := filepath.Join(t.TempDir(), "edge.yaml"), t.TempDir()
			text := fmt.Sprintf("name: edge\ntargets:\n  api: {kind: origin, url: %q}\nrequests:\n  - {name: get, path: /}\nload:\n  - constant: {rate: 20/s, for: %ds}\n", server.URL, c.seconds)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			const role = "arn:aws:iam::123456789012:role/a"
			run := exec.CommandContext(t.Context(), "tollgate", "fleet", "run", file, "--on", "ecs", "--regions", "eu-central-1,us-east-1", "--shards", "2", "--store", "s3://"+gateway.Bucket+"/edge", "--run-id", "e",
				"--member-endpoint", "https://s3.example.com", "--image", "i", "--cluster", "load", "--subnet", "eu-central-1=subnet-a,us-east-1=subnet-b", "--task-role", role, "--execution-role", role, "--out", out, "--no-trial", "--max-cost", "2")
			var said bytes.Buffer
			run.Stdout, run.Stderr = &said, &said
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			for range 1200 {
				if !c.interrupt || received.Load() >= 100 {
					break
				}
				time.Sleep(50 * time.Millisecond) // other processes decide
			}
			if c.interrupt {
				_ = run.Process.Signal(os.Interrupt)
			}
			err := run.Wait()
			code := run.ProcessState.ExitCode()
			good := false
			for _, want := range c.codes {
				good = good || code == want
			}
			if exit := (*exec.ExitError)(nil); !good || err != nil && !errors.As(err, &exit) {
				t.Errorf("it ended with %d (%v), want %v", code, err, c.codes)
			}
			for _, want := range c.says {
				if !strings.Contains(said.String(), want) {
					t.Errorf("it does not say %q", want)
				}
			}
			for arn, task := range a.tasks {
				select {
				case <-task.ended:
				default:
					t.Errorf("%s still runs", arn)
					_ = task.Process.Kill()
				}
				if t.Failed() {
					t.Logf("%s: %s", arn, &task.said)
				}
			}
			if a.removed != len(a.definitions) {
				t.Errorf("%d definitions of %d are left", len(a.definitions)-a.removed, len(a.definitions))
			}
			dirs, _ := filepath.Glob(filepath.Join(out, "*", results.FileRun))
			var sum int64
			from := map[string]bool{}
			for _, dir := range dirs {
				one, err := results.Open(filepath.Dir(dir))
				if err != nil {
					t.Fatal(err)
				}
				sum += countedIn(one)
				from[one.Document.Tags["from"]] = true
			}
			if c.refuses == "" && (len(dirs) != 2 || len(from) != 2 || sum != received.Load()) {
				t.Errorf("%d runs from %v have %d requests, and the server received %d", len(dirs), from, sum, received.Load())
			}
			if c.refuses == "" && !c.interrupt && sum != int64(2*20*c.seconds) {
				t.Errorf("%d requests", sum)
			}
			t.Logf("%s", &said)
		})
	}
}
