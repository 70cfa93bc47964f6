package launch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// An ECS asks Amazon ECS an operation, such as RunTask.
type ECS interface {
	Ask(ctx context.Context, operation string, in, out any) error
}

// Tasks runs the members as tasks of Amazon ECS on Fargate.
type Tasks struct {
	Fleet   *Fleet
	Fargate Fargate
	ECS     ECS

	mu         sync.Mutex
	definition string         // ARN of the task definition
	shards     map[string]int // by the ARN of their task
}

// a failure is why ECS could not do its part for one resource.
type failure struct{ ARN, Reason, Detail string }

func (f failure) String() string { return short(f.ARN, f.Reason, f.Detail) }

// Start implements Platform. Tasks that were started before one could not be are stopped.
func (t *Tasks) Start(ctx context.Context) error {
	parts, err := t.Fargate.TaskParts(t.Fleet)
	if err != nil {
		return err
	}
	var registered struct {
		TaskDefinition struct {
			ARN string `json:"taskDefinitionArn"`
		} `json:"taskDefinition"`
	}
	if err := t.ECS.Ask(ctx, "RegisterTaskDefinition", parts[0].Input, &registered); err != nil {
		return err
	}
	t.definition, t.shards = registered.TaskDefinition.ARN, map[string]int{}
	for i, part := range parts[1:] {
		part.Input["taskDefinition"] = t.definition // this very revision
		if err := t.run(ctx, i+1, part); err != nil {
			return errors.Join(fmt.Errorf("shard %d cannot be started: %w", i+1, err), t.Stop(context.WithoutCancel(ctx)), t.Clean(context.WithoutCancel(ctx)))
		}
	}
	return nil
}

func (t *Tasks) run(ctx context.Context, shard int, part Part) error {
	var out struct {
		Tasks []struct {
			ARN string `json:"taskArn"`
		} `json:"tasks"`
		Failures []failure `json:"failures"`
	}
	if err := t.ECS.Ask(ctx, "RunTask", part.Input, &out); err != nil {
		return err
	}
	if len(out.Failures) > 0 || len(out.Tasks) != 1 {
		return fmt.Errorf("ECS started %d tasks: %v", len(out.Tasks), out.Failures)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shards[out.Tasks[0].ARN] = shard
	return nil
}

// a task is what is read of one. Source: Amazon ECS API reference, "Task".
type task struct {
	ARN           string `json:"taskArn"`
	LastStatus    string `json:"lastStatus"`
	StoppedReason string `json:"stoppedReason"`
	Containers    []struct {
		ExitCode *int   `json:"exitCode"`
		Reason   string `json:"reason"`
	} `json:"containers"`
}

// mostDescribed is how many tasks one call describes. Source: "DescribeTasks".
const mostDescribed = 100

// Members implements Platform.
func (t *Tasks) Members(ctx context.Context) ([]Member, error) {
	var all []Member
	arns := t.arns()
	for len(arns) > 0 {
		n := min(len(arns), mostDescribed)
		var out struct {
			Tasks []task `json:"tasks"`
		}
		if err := t.ECS.Ask(ctx, "DescribeTasks", map[string]any{"cluster": t.Fargate.Cluster, "tasks": arns[:n]}, &out); err != nil {
			return nil, err
		}
		for _, one := range out.Tasks {
			m := Member{Shard: t.shards[one.ARN]}
			m.Phase, m.Why = one.state()
			all = append(all, m)
		}
		arns = arns[n:]
	}
	return latest(all, t.Fleet.Shards), nil
}

func (t *Tasks) arns() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]string, 0, len(t.shards))
	for arn := range t.shards {
		all = append(all, arn)
	}
	return all
}

func (k *task) state() (Phase, string) {
	name := "task " + k.ARN[strings.LastIndexByte(k.ARN, '/')+1:]
	switch k.LastStatus {
	case "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING":
		return Running, ""
	case "STOPPED":
		for _, c := range k.Containers {
			if c.ExitCode == nil {
				return Failed, short(name, k.StoppedReason, c.Reason)
			}
			if *c.ExitCode != 0 {
				return Failed, short(name, fmt.Sprintf("exit code %d", *c.ExitCode), k.StoppedReason)
			}
		}
		return Ended, ""
	}
	return Waiting, short(name, strings.ToLower(k.LastStatus))
}

// Stop implements Platform.
func (t *Tasks) Stop(ctx context.Context) error {
	members, err := t.Members(ctx)
	if err != nil {
		return err
	}
	var errs []error
	t.mu.Lock()
	shards := t.shards
	t.mu.Unlock()
	for arn, shard := range shards {
		if p := members[shard-1].Phase; p == Ended || p == Failed {
			continue
		}
		var out json.RawMessage
		errs = append(errs, t.ECS.Ask(ctx, "StopTask", map[string]any{"cluster": t.Fargate.Cluster, "task": arn, "reason": "the fleet was stopped"}, &out))
	}
	return errors.Join(errs...)
}

// Clean implements Platform. Tasks that have ended go by themselves.
func (t *Tasks) Clean(ctx context.Context) error {
	if t.definition == "" {
		return nil
	}
	var out json.RawMessage
	err := t.ECS.Ask(ctx, "DeregisterTaskDefinition", map[string]any{"taskDefinition": t.definition}, &out)
	if err == nil {
		t.definition = "" // it is done
	}
	return err
}
