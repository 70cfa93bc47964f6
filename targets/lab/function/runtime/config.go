package runtime

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tollgate/targets/process"
)

// A Config says what a function is and how it runs.
type Config struct {
	Name        string
	Version     string            // default Latest
	Command     []string          // that starts an environment
	Dir         string            // where it starts, LAMBDA_TASK_ROOT; default: here
	Handler     string            // _HANDLER
	Environment map[string]string // besides what Lambda sets
	Region      string
	Account     string
	Path        string // PATH of the processes
	Memory      int    // MB
	Timeout     time.Duration
	Concurrency int
	Idle        time.Duration        // until an environment is given up
	Scale       func(time.Time) bool // whether one more environment may start now; nil: always
	InitTimeout time.Duration        // default 10 s
}

// Documented figures. Source: Lambda developer guide, "Lambda quotas" (payload,
// processes and threads) and "Understanding the Lambda execution environment
// lifecycle" (INIT).
const (
	initTimeout   = 10 * time.Second
	mostProcesses = 1024
	// 6 MB, and 100 bytes as the Runtime Interface Emulator grants.
	largestPayload = 6<<20 + 100
	largestStream  = 200 << 20
)

// prepared returns c with its defaults and with a command that can be run.
func (c Config) prepared() (Config, error) {
	if len(c.Command) == 0 {
		return c, errors.New("the function has no command")
	}
	dir, err := filepath.Abs(cmp.Or(c.Dir, "."))
	if err != nil {
		return c, err
	}
	c.Dir, c.InitTimeout, c.Version = dir, cmp.Or(c.InitTimeout, initTimeout), cmp.Or(c.Version, Latest)
	program := c.Command[0]
	if strings.ContainsAny(program, `/\`) && !filepath.IsAbs(program) {
		program = filepath.Join(dir, program)
	}
	if program, err = exec.LookPath(program); err != nil {
		return c, fmt.Errorf("the function %q cannot be started: %w", c.Name, err)
	}
	c.Command = slices.Concat([]string{program}, c.Command[1:])
	return c, nil
}

// reserved are the environment variables that Lambda sets itself.
// Source: Lambda developer guide, "Defined runtime environment variables".
var reserved = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
	"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", endpointName, "LAMBDA_TASK_ROOT", process.MarkName,
}

// Reserved says whether a function's configuration may not set a variable.
func Reserved(name string) bool { return slices.Contains(reserved, name) }

// environ is the whole environment of a process, with the address that serves it or that
// it serves: nothing of the lab's own is in it but the search path, and what a system
// cannot do without.
func (c *Config) environ(served map[string]string, stream, mark string) []string {
	vars := map[string]string{
		"PATH": c.Path, "LANG": "en_US.UTF-8", "TZ": ":UTC",
		"_HANDLER": c.Handler, "LAMBDA_TASK_ROOT": c.Dir,
		"AWS_REGION": c.Region, "AWS_DEFAULT_REGION": c.Region,
		"AWS_LAMBDA_FUNCTION_NAME": c.Name, "AWS_LAMBDA_FUNCTION_VERSION": c.Version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": fmt.Sprint(c.Memory),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + c.Name, "AWS_LAMBDA_LOG_STREAM_NAME": stream,
		process.MarkName: mark,
	}
	maps.Copy(vars, served)
	for name, value := range c.Environment {
		if !Reserved(name) {
			vars[name] = value
		}
	}
	list := slices.Clone(process.SystemVariables())
	for name, value := range vars {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

// arn is the function's, as it was called: with an alias or a version, or without.
func (c *Config) arn(qualifier string) string {
	arn := "arn:aws:lambda:" + c.Region + ":" + c.Account + ":function:" + c.Name
	if qualifier != "" {
		arn += ":" + qualifier
	}
	return arn
}

// NewRequestID makes up an id.
func NewRequestID() (id RequestID) {
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}
