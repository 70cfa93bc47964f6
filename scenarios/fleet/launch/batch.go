package launch

import (
	"errors"
	"strconv"
)

// JobParts is a fleet as an array job of AWS Batch on Fargate. Source: AWS Batch API reference,
// "RegisterJobDefinition" and "SubmitJob"; user guide, "Array jobs".
func (g Fargate) JobParts(f *Fleet) ([]Part, error) {
	errs := []error{f.check(), f.remote(), g.check()}
	if g.Queue == "" {
		errs = append(errs, errors.New("--queue: name the job queue, whose compute environment has Fargate and the subnets"))
	}
	if f.Shards < 2 {
		errs = append(errs, errors.New("--shards: an array job has at least 2"))
	}
	size, err := f.Size.onFargate()
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	member, err := g.container(f)
	if err != nil {
		return nil, err
	}
	member["executionRoleArn"], member["jobRoleArn"] = g.ExecutionRole, g.TaskRole
	member["volumes"] = volumes()
	member["resourceRequirements"] = []map[string]any{
		{"type": "VCPU", "value": strconv.FormatFloat(float64(size.Millicores)/1000, 'f', -1, 64)},
		{"type": "MEMORY", "value": strconv.Itoa(size.MemoryMB)},
	}
	member["networkConfiguration"] = map[string]any{"assignPublicIp": "DISABLED"}
	member["runtimePlatform"] = map[string]any{"cpuArchitecture": architectures[g.Architecture], "operatingSystemFamily": "LINUX"}
	var ends []map[string]any
	for _, code := range permanent {
		ends = append(ends, map[string]any{"onExitCode": strconv.Itoa(code), "action": "EXIT"})
	}
	return []Part{
		{"register-job-definition", map[string]any{
			"jobDefinitionName": f.ObjectName(), "type": "container", "platformCapabilities": []string{"FARGATE"},
			"containerProperties": member,
			"retryStrategy":       map[string]any{"attempts": 1 + retries, "evaluateOnExit": append(ends, map[string]any{"onExitCode": "*", "action": "RETRY"})},
			"timeout":             map[string]any{"attemptDurationSeconds": seconds(f.deadline())},
		}},
		{"submit-job", map[string]any{
			"jobName": f.ObjectName(), "jobQueue": g.Queue, "jobDefinition": f.ObjectName(),
			"arrayProperties": map[string]any{"size": f.Shards},
		}},
	}, nil
}
