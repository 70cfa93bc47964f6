package doors

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/control"
	"tollgate/targets/lab/aws/xray"
	"tollgate/targets/lab/function/runtime"
	"tollgate/targets/lab/timer"
)

// A lambda is a Lambda function as it is deployed, with its log, its versions and its
// aliases. Several doors, and several routes of one, may call it.
type lambda struct {
	name     string
	config   Function // filled
	log      *runtime.Log
	latest   *version
	versions map[string]*version // latest among them
	draws    stream              // of the versions behind its aliases
	drawn    atomic.Uint64
	tracer   *tracer          // nil: X-Ray records nothing
	metrics  *functionMetrics // nil: they are not read
	counters functionCounters
	caller   *door // a WebSocket API that calls it, which its handler answers to; nil: none
	secret   bool  // only the user has the keys of the AWS endpoint

	timer *timer.Timer
	life  context.Context // ends with the set
	rest  []func()        // what is done once nothing calls it any more
}

// newLambda makes the function that f, which is filled, describes. Versions share the
// function's concurrency, its rate and how fast it scales: these are the function's.
func newLambda(name string, f Function, seed uint64, now time.Time) *lambda {
	it := &lambda{
		name: name, config: f, versions: map[string]*version{}, draws: newStream(seed, name+" aliases"),
		log: runtime.NewLog(name, f.LogGroup, runtime.Format(f.LogFormat)),
	}
	it.latest = &version{function: newFunction(f, name, seed, now), of: it, name: runtime.Latest}
	it.versions[runtime.Latest] = it.latest
	family := []*function{it.latest.function}
	for number, v := range f.Versions {
		model := newFunction(v.of(f), name+" "+number, seed, now)
		model.share(it.latest.function)
		family = append(family, model)
		it.versions[number] = &version{function: model, of: it, name: number}
	}
	if len(family) > 1 {
		for _, model := range family {
			model.family = family
		}
	}
	return it
}

// longest is how long an invocation may take, INIT included.
func (f *lambda) longest() (most time.Duration) {
	for _, v := range f.versions {
		most = max(most, time.Duration(v.Timeout)+v.init.longest())
	}
	return most
}

// pick is the version that an invocation by a qualifier runs: a version's number, an
// alias, or "".
func (f *lambda) pick(qualifier string) *version {
	a, is := f.config.Aliases[qualifier]
	switch {
	case !is && qualifier == "":
		return f.latest
	case !is:
		return f.versions[qualifier] // checked
	case a.Second != "" && f.draws.uniform(f.drawn.Add(1)-1) < a.Weight:
		return f.versions[a.Second]
	}
	return f.versions[a.Version]
}

// start readies what is behind the function: the processes of a command, or the client
// of a web server.
func (f *lambda) start(store *cloudwatch.Store, traces *xray.Traces, seed uint64) error {
	f.metrics = newFunctionMetrics(f, store)
	f.tracer = newTracer(f, traces, seed)
	for _, number := range slices.Sorted(maps.Keys(f.versions)) {
		v := f.versions[number]
		switch {
		case v.Proxy != "":
			v.startProxied()
		case len(v.Command) > 0:
			if err := v.startProcesses(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *version) startProcesses() error {
	real, err := runtime.NewFunction(runtime.Config{
		Name: v.of.name, Version: v.name, Command: v.Command, Dir: v.Dir, Handler: v.Handler, Environment: v.of.environment(v.Environment),
		Region: region, Account: account, Path: os.Getenv("PATH"),
		Memory: int(v.Memory), Timeout: time.Duration(v.Timeout), Concurrency: *v.Concurrency, Idle: time.Duration(v.Idle),
		Scale: v.scale,
	}, v.of.log)
	if err != nil {
		return err
	}
	v.real = real
	v.call = func(in runtime.Invocation) invocation { return outcomeOf(real.Invoke(in)) }
	return nil
}

// end ends the processes behind the function. What is under way fails.
func (f *lambda) end() {
	for _, v := range f.versions {
		if v.real != nil {
			v.real.Close()
		}
	}
}

// environment is what the user states of the function's, and where the SDKs find the
// @connections API of the WebSocket API that calls it.
func (f *lambda) environment(stated map[string]string) map[string]string {
	if f.caller == nil {
		return stated
	}
	key := f.caller.sockets.config.Credentials[0]
	all := map[string]string{
		"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": strings.Replace(f.caller.URL, "ws", "http", 1),
		"AWS_ACCESS_KEY_ID":                        key.AccessKeyID, "AWS_SECRET_ACCESS_KEY": key.SecretAccessKey,
	}
	maps.Copy(all, stated)
	return all
}

// retire ends every environment of the latest version, as a change of a function's
// configuration does: the next ones are new, and processes see the given variables.
func (f *lambda) retire(environment map[string]string) {
	if f.latest.real != nil {
		f.latest.real.Renew(f.granted(environment))
		return
	}
	f.latest.mu.Lock()
	defer f.latest.mu.Unlock()
	f.latest.environments.retire(time.Now())
}

// aliases are as the Lambda endpoint shows them.
func (f *lambda) aliases() map[string]control.Alias {
	all := map[string]control.Alias{}
	for name, a := range f.config.Aliases {
		all[name] = control.Alias(a)
	}
	return all
}

// granted is what processes get of the variables that a client of the Lambda
// endpoint asks for. A variable can make a program load any code. Where the keys
// of the endpoint are the well-known ones, only variables of Tollgate itself change.
func (f *lambda) granted(environment map[string]string) map[string]string {
	if f.secret {
		return environment
	}
	granted := map[string]string{}
	maps.Copy(granted, f.config.Environment)
	for name, value := range environment {
		if strings.HasPrefix(name, "TOLLGATE_") {
			granted[name] = value
		}
	}
	return granted
}

// shown is what the Lambda endpoint shows of a function's variables: names
// alone, where the endpoint's keys are the well-known ones.
func (f *lambda) shown() map[string]string {
	if f.secret {
		return f.config.Environment
	}
	return f.config.masked().Environment
}

func (c Config) keysAreSecret() bool {
	return !slices.ContainsFunc(c.Credentials, func(k Credential) bool { return k.AccessKeyID == targets.LabKeys.ID })
}

// qualified is a function's name with the version or alias that is called.
func qualified(name, qualifier string) string {
	if qualifier == "" {
		return name
	}
	return fmt.Sprintf("%s:%s", name, qualifier)
}
