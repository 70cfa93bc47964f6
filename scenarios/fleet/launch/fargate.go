package launch

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Fargate is what a fleet has to know of an account that runs its members on AWS Fargate, by
// Amazon ECS or by AWS Batch.
type Fargate struct {
	Region         string
	Architecture   string            // arm64 or x86_64
	ExecutionRole  string            // ARN: it pulls the image, and reads the secrets
	TaskRole       string            // ARN: with it members reach the bucket
	Secrets        map[string]string // ARNs in Secrets Manager or the Parameter Store, by the variable that members find them in
	Cluster        string            // of ECS
	Subnets        []string          // of ECS
	SecurityGroups []string          // of ECS; none: the VPC's default
	LogGroup       string            // of ECS; "": members log nowhere
	Queue          string            // of Batch
}

// A Part is the input of one command of the AWS CLI, which takes it as --cli-input-json.
type Part struct {
	Name  string // "register-task-definition"
	Input map[string]any
}

var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+$`)

// architectures are names of ECS by those of the price book.
var architectures = map[string]string{"arm64": "ARM64", "x86_64": "X86_64"}

func (g Fargate) check() error {
	var errs []error
	for _, r := range []struct{ flag, arn string }{{"--execution-role", g.ExecutionRole}, {"--task-role", g.TaskRole}} {
		if !roleARN.MatchString(r.arn) {
			errs = append(errs, fmt.Errorf("%s %q: must be the ARN of a role, as arn:aws:iam::123456789012:role/NAME", r.flag, r.arn))
		}
	}
	if architectures[g.Architecture] == "" {
		errs = append(errs, fmt.Errorf("--architecture %q: must be arm64 or x86_64", g.Architecture))
	}
	for name, arn := range g.Secrets {
		if !goodName.MatchString(name) || !strings.HasPrefix(arn, "arn:aws") {
			errs = append(errs, fmt.Errorf("--secret %s: must be VARIABLE=ARN, with the ARN of a secret or a parameter: never its value", name))
		}
	}
	return errors.Join(errs...)
}

// container is a member on Fargate as ECS and Batch both have it.
func (g Fargate) container(f *Fleet) (map[string]any, error) {
	var env []map[string]any
	set := func(name, value string) { env = append(env, map[string]any{"name": name, "value": value}) }
	for _, v := range f.environment() {
		set(v.name, v.value)
	}
	command := f.member(f.Scenario.Main)
	if len(f.Scenario.Files) > 0 {
		packed, err := f.Scenario.Pack()
		if err != nil {
			return nil, err
		}
		set(BundleVariable, packed)
		command = append([]string{"fleet", "member"}, command[2:]...)
	}
	var secrets []map[string]any
	for _, name := range sortedKeys(g.Secrets) {
		secrets = append(secrets, map[string]any{"name": name, "valueFrom": g.Secrets[name]})
	}
	c := map[string]any{
		"image": f.Image, "command": command, "environment": env,
		"user": strconv.Itoa(imageUser), "readonlyRootFilesystem": true,
		"mountPoints": []map[string]any{
			{"sourceVolume": "work", "containerPath": "/work"}, {"sourceVolume": "tmp", "containerPath": "/tmp"},
		},
	}
	if len(secrets) > 0 {
		c["secrets"] = secrets
	}
	return c, nil
}

// BundleVariable is the environment variable in which a member finds a packed bundle. It is no
// flag's, as those with the prefix TOLLGATE_ are.
const BundleVariable = "_TOLLGATE_BUNDLE"

// volumes are the folders that a member may write to. Source: Amazon ECS developer guide, "Use
// bind mounts": on Fargate they are empty at first, and go with the task.
func volumes() []map[string]any { return []map[string]any{{"name": "work"}, {"name": "tmp"}} }

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
