package launch

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"tollgate/pricing/document"
)

// Kubernetes is what a fleet has to know of a cluster.
type Kubernetes struct {
	Namespace      string   // "": that of the context
	ServiceAccount string   // whose role the members take for the bucket; "": the namespace's default
	Secrets        []string // whose keys become environment variables of the members
	Pull           string   // policy of the image; "": IfNotPresent
}

// permanent are the exit codes of a member that a second attempt would not change: input that
// is wrong, a run that is invalid, refused or that failed. What was sent was sent.
var permanent = []int{2, 96, 97, 99}

// retries are how often a shard may be started again that ended before the load began. One
// that has claimed its part sends nothing when it is started again.
const retries = 2

// label is that of all objects of a fleet; its value is the run's id.
const label = "tollgate.dev/run"

var objectName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

// ObjectName is that of the Job and of the ConfigMap.
func (f *Fleet) ObjectName() string { return "tollgate-" + f.RunID }

// Manifest is a fleet as objects of Kubernetes: a ConfigMap with the scenario, and an indexed
// Job with a pod for each shard.
func (k Kubernetes) Manifest(f *Fleet) ([]byte, error) {
	if err := errors.Join(f.check(), f.remote(), k.check()); err != nil {
		return nil, err
	}
	if k.ServiceAccount == "" && len(k.Secrets) == 0 {
		return nil, errors.New("nothing says how members reach the bucket: name a service account that has a role (--service-account) or a secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (--secret)")
	}
	var out []byte
	if len(f.Scenario.Files) > 0 {
		out = append(k.configMap(f).YAML(), "---\n"...)
	}
	return append(out, k.job(f).YAML()...), nil
}

func (k Kubernetes) check() error {
	var errs []error
	for _, one := range []struct{ flag, name string }{{"--namespace", k.Namespace}, {"--service-account", k.ServiceAccount}} {
		if one.name != "" && !objectName.MatchString(one.name) {
			errs = append(errs, fmt.Errorf("%s %q: is no name of a Kubernetes object", one.flag, one.name))
		}
	}
	for _, s := range k.Secrets {
		if !objectName.MatchString(s) {
			errs = append(errs, fmt.Errorf("--secret %q: is no name of a Kubernetes object (its values never belong here)", s))
		}
	}
	if k.Pull != "" && !slices.Contains([]string{"Always", "IfNotPresent", "Never"}, k.Pull) {
		errs = append(errs, fmt.Errorf("--pull %q: must be Always, IfNotPresent or Never", k.Pull))
	}
	return errors.Join(errs...)
}

// meta names an object, and says to which run it belongs.
func (k Kubernetes) meta(f *Fleet) *document.Node {
	var namespace *document.Node
	if k.Namespace != "" {
		namespace = document.Text(k.Namespace)
	}
	return of("name", f.ObjectName(), "namespace", namespace, "labels", of("app.kubernetes.io/name", "tollgate", label, f.RunID))
}

// configMap has the scenario and its files. Their names may hold slashes, which keys may not:
// the volume says which key is which file.
func (k Kubernetes) configMap(f *Fleet) *document.Node {
	data, binary := &document.Node{Type: document.Mapping}, &document.Node{Type: document.Mapping}
	for i, one := range f.Scenario.Files {
		to, text := data, string(one.Data)
		if !utf8.Valid(one.Data) {
			to, text = binary, base64.StdEncoding.EncodeToString(one.Data)
		}
		to.Entries = append(to.Entries, document.Entry{Key: fileKey(i), Value: document.Text(text)})
	}
	if len(binary.Entries) == 0 {
		binary = nil
	}
	if len(data.Entries) == 0 {
		data = nil
	}
	return of("apiVersion", "v1", "kind", "ConfigMap", "metadata", k.meta(f), "immutable", yes(true), "data", data, "binaryData", binary)
}

func fileKey(i int) string { return "file" + strconv.Itoa(i) }

// job runs each shard in a pod of its own. Source: Kubernetes, "Jobs", and the API reference
// of batch/v1.
func (k Kubernetes) job(f *Fleet) *document.Node {
	var codes []*document.Node
	for _, code := range permanent {
		codes = append(codes, number(code))
	}
	return of("apiVersion", "batch/v1", "kind", "Job", "metadata", k.meta(f), "spec", of(
		"completionMode", "Indexed",
		"completions", number(f.Shards),
		"parallelism", number(f.Shards),
		"backoffLimitPerIndex", number(retries),
		"podReplacementPolicy", "Failed", // so that never two pods of one shard run
		"activeDeadlineSeconds", number(seconds(f.deadline())),
		"ttlSecondsAfterFinished", number(seconds(time.Hour)),
		"podFailurePolicy", of("rules", list(
			of("action", "FailIndex", "onExitCodes", of("containerName", "member", "operator", "In", "values", list(codes...))),
			of("action", "Ignore", "onPodConditions", list(of("type", "DisruptionTarget", "status", "True"))),
		)),
		"template", of(
			"metadata", of("labels", of("app.kubernetes.io/name", "tollgate", label, f.RunID)),
			"spec", k.pod(f),
		),
	))
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// pod is one member: no token of the cluster's API, no root, nothing to write on but two
// folders of its own.
func (k Kubernetes) pod(f *Fleet) *document.Node {
	var account *document.Node
	if k.ServiceAccount != "" {
		account = document.Text(k.ServiceAccount)
	}
	volumes := []*document.Node{
		of("name", "work", "emptyDir", of("sizeLimit", "2Gi")),
		of("name", "tmp", "emptyDir", of("sizeLimit", "1Gi")),
	}
	if len(f.Scenario.Files) > 0 {
		var items []*document.Node
		for i, one := range f.Scenario.Files {
			items = append(items, of("key", fileKey(i), "path", one.Name))
		}
		volumes = append(volumes, of("name", "scenario", "configMap", of("name", f.ObjectName(), "items", list(items...))))
	}
	return of(
		"automountServiceAccountToken", yes(false),
		"enableServiceLinks", yes(false),
		"restartPolicy", "Never",
		"serviceAccountName", account,
		"terminationGracePeriodSeconds", number(seconds(2*time.Minute)), // to end requests and to store results
		"dnsConfig", of("options", list(of("name", "ndots", "value", "2"))), // names of the public internet take one query
		"securityContext", of("runAsNonRoot", yes(true), "runAsUser", number(imageUser), "runAsGroup", number(imageUser), "fsGroup", number(imageUser),
			"seccompProfile", of("type", "RuntimeDefault")),
		"tolerations", list(k.tolerate("not-ready"), k.tolerate("unreachable")),
		"topologySpreadConstraints", list(of("maxSkew", number(1), "topologyKey", "kubernetes.io/hostname", "whenUnsatisfiable", "ScheduleAnyway",
			"labelSelector", of("matchLabels", of(label, f.RunID)))),
		"containers", list(k.container(f)),
		"volumes", list(volumes...),
	)
}

// imageUser is the user of the released image (cmd/release).
const imageUser = 65532

// tolerate keeps a pod for half a minute on a node in that state, in place of five minutes.
func (Kubernetes) tolerate(state string) *document.Node {
	return of("key", "node.kubernetes.io/"+state, "operator", "Exists", "effect", "NoExecute", "tolerationSeconds", number(30))
}

func (k Kubernetes) container(f *Fleet) *document.Node {
	pull := k.Pull
	if pull == "" {
		pull = "IfNotPresent"
	}
	args := f.member(f.Scenario.path("/scenario"))
	for i := range args {
		args[i] = literal(args[i])
	}
	var env []*document.Node
	for _, v := range f.environment() {
		env = append(env, of("name", v.name, "value", literal(v.value)))
	}
	var from []*document.Node
	for _, s := range k.Secrets {
		from = append(from, of("secretRef", of("name", s)))
	}
	var envFrom *document.Node
	if len(from) > 0 {
		envFrom = list(from...)
	}
	mounts := []*document.Node{of("name", "work", "mountPath", "/work"), of("name", "tmp", "mountPath", "/tmp")}
	if len(f.Scenario.Files) > 0 {
		mounts = append(mounts, of("name", "scenario", "mountPath", "/scenario", "readOnly", yes(true)))
	}
	memory := fmt.Sprintf("%dMi", f.Size.MemoryMB)
	return of(
		"name", "member",
		"image", f.Image,
		"imagePullPolicy", pull,
		"args", texts(args),
		"workingDir", "/work",
		"env", list(env...),
		"envFrom", envFrom,
		"terminationMessagePolicy", "FallbackToLogsOnError", // so that the pod says why it failed
		"resources", of(
			"requests", of("cpu", fmt.Sprintf("%dm", f.Size.Millicores), "memory", memory),
			"limits", of("memory", memory), // of processors none: it would halt a member for tens of milliseconds
		),
		"securityContext", of("allowPrivilegeEscalation", yes(false), "readOnlyRootFilesystem", yes(true), "capabilities", of("drop", texts([]string{"ALL"}))),
		"volumeMounts", list(mounts...),
	)
}

// A variable is one of the environment.
type variable struct{ name, value string }

// environment are the variables of each member on another machine. Secrets come from where
// the platform keeps them.
func (f *Fleet) environment() []variable {
	all := []variable{
		{"TOLLGATE_OUT", "/work/runs"},
		{"HOME", "/work"},
		{"GOMEMLIMIT", fmt.Sprintf("%dMiB", f.Size.MemoryMB*9/10)}, // collect garbage rather than be killed
	}
	if f.Endpoint != "" {
		all = append(all, variable{"AWS_ENDPOINT_URL_S3", f.Endpoint})
	}
	if f.Region != "" {
		all = append(all, variable{"AWS_REGION", f.Region})
	}
	return all
}
