package launch

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// TaskParts is a fleet as tasks of Amazon ECS: a task definition, and a task for each shard in
// the user's subnets, without a public address. Source: Amazon ECS API reference,
// "RegisterTaskDefinition" and "RunTask".
func (g Fargate) TaskParts(f *Fleet) ([]Part, error) {
	errs := []error{f.check(), f.remote(), g.check()}
	if g.Cluster == "" {
		errs = append(errs, errors.New("--cluster: name the ECS cluster that the tasks run in"))
	}
	if len(g.Subnets) == 0 {
		errs = append(errs, errors.New("--subnet: name at least one subnet: it needs a way to the bucket, the registry and the targets, since tasks have no public address"))
	}
	size, err := f.Size.onFargate()
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	member, err := g.container(f)
	if err != nil {
		return nil, err
	}
	member["name"], member["essential"], member["stopTimeout"] = "member", true, int((2 * time.Minute).Seconds()) // the most that Fargate allows
	member["linuxParameters"] = map[string]any{"capabilities": map[string]any{"drop": []string{"ALL"}}, "initProcessEnabled": false}
	if g.LogGroup != "" {
		member["logConfiguration"] = map[string]any{"logDriver": "awslogs", "options": map[string]any{
			"awslogs-group": g.LogGroup, "awslogs-region": g.Region, "awslogs-stream-prefix": f.RunID,
		}}
	}
	parts := []Part{{"register-task-definition", map[string]any{
		"family": f.ObjectName(), "networkMode": "awsvpc", "requiresCompatibilities": []string{"FARGATE"},
		"cpu": strconv.Itoa(size.Millicores * 1024 / 1000), "memory": strconv.Itoa(size.MemoryMB),
		"executionRoleArn": g.ExecutionRole, "taskRoleArn": g.TaskRole,
		"runtimePlatform":      map[string]any{"cpuArchitecture": architectures[g.Architecture], "operatingSystemFamily": "LINUX"},
		"containerDefinitions": []map[string]any{member}, "volumes": volumes(),
	}}}
	for i := 1; i <= f.Shards; i++ {
		parts = append(parts, Part{fmt.Sprintf("run-task-%d", i), g.task(f, i)})
	}
	return parts, nil
}

// task starts one shard. Its token makes a call that is sent twice start one task only.
func (g Fargate) task(f *Fleet, shard int) map[string]any {
	network := map[string]any{"subnets": g.Subnets, "assignPublicIp": "DISABLED"}
	if len(g.SecurityGroups) > 0 {
		network["securityGroups"] = g.SecurityGroups
	}
	return map[string]any{
		"cluster": g.Cluster, "taskDefinition": f.ObjectName(), "launchType": "FARGATE", "count": 1,
		"startedBy": f.ObjectName(), "clientToken": fmt.Sprintf("%s-%d", f.RunID, shard),
		"networkConfiguration": map[string]any{"awsvpcConfiguration": network},
		"overrides": map[string]any{"containerOverrides": []map[string]any{{
			"name":        "member",
			"environment": []map[string]any{{"name": "TOLLGATE_SHARD", "value": fmt.Sprintf("%d/%d", shard, f.Shards)}},
		}}},
	}
}
