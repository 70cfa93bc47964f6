//go:build kubernetes

package launch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A cluster is the one that .ci/kubernetes/cluster.sh makes in the folder CLUSTER.
type cluster struct {
	t      *testing.T
	dir    string
	script string
	env    []string // of kubectl and of this program
	lab    labAddresses
}

// host is this machine's address on the cluster's bridge.
const host = "10.99.0.1"

func (c *cluster) up() {
	c.t.Helper()
	run := exec.Command(c.script, "up", c.dir, filepath.Join(c.dir, "image", "tollgate_image.oci.tar"))
	began := time.Now()
	c.t.Cleanup(func() {
		if out, err := exec.Command(c.script, "down", c.dir).CombinedOutput(); err != nil {
			c.t.Errorf("the cluster was not removed: %v\n%s", err, out)
		}
	})
	if out, err := run.CombinedOutput(); err != nil {
		c.t.Fatalf("no cluster: %v\n%s", err, out)
	}
	c.t.Logf("two nodes are ready after %.1f s", time.Since(began).Seconds())
	c.env = append(os.Environ(), "PATH="+filepath.Join(c.dir, "bin")+":"+os.Getenv("PATH"),
		"KUBECONFIG="+filepath.Join(c.dir, "run", "kubeconfig"), "AWS_ENDPOINT_URL_S3=http://"+host+":7070",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test-secret", "AWS_REGION=us-east-1", "AWS_CONFIG_FILE=/dev/null")
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	command := exec.Command(name, args...)
	command.Env, command.Dir = c.env, c.t.TempDir()
	return command
}

func (c *cluster) kubectl(args ...string) string {
	c.t.Helper()
	out, err := c.command("kubectl", args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// labAddresses are what tollgate lab --json prints.
type labAddresses struct {
	Doors []struct{ Name, URL string } `json:"doors"`
	Truth string                       `json:"truth"`
}

// serve starts the lab at the bridge, where pods reach it.
func (c *cluster) serve() {
	c.t.Helper()
	lab := c.command(filepath.Join(c.dir, "bin", "tollgate"), "lab", "--json", "--listen", host, "--truth", "")
	out, err := lab.StdoutPipe()
	if err == nil {
		err = lab.Start()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = lab.Process.Signal(os.Interrupt)
		_ = lab.Wait()
	})
	if err := json.NewDecoder(out).Decode(&c.lab); err != nil {
		c.t.Fatalf("the lab said: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

// received is how many requests the lab's HTTP API has received.
func (c *cluster) received() (n int64) {
	c.t.Helper()
	response, err := http.Get(c.lab.Truth)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	var truth struct {
		Doors []struct {
			Kind     string
			Requests int64
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&truth); err != nil {
		c.t.Fatal(err)
	}
	for _, d := range truth.Doors {
		n += d.Requests
	}
	return n
}

// A fleetRun is one that was started.
type fleetRun struct {
	c       *cluster
	id      string
	command *exec.Cmd
	out     bytes.Buffer
	said    bytes.Buffer
	before  int64
	began   time.Time
}

// run starts tollgate fleet run with four shards.
func (c *cluster) run(id string, seconds int, flags ...string) *fleetRun {
	c.t.Helper()
	url := ""
	for _, d := range c.lab.Doors {
		if d.Name == "lab-http-api" {
			url = d.URL
		}
	}
	r := &fleetRun{c: c, id: id, before: c.received(), began: time.Now()}
	args := []string{
		"fleet", "run", "load.yaml", "--on", "kubernetes", "--shards", "4", "--store", "s3://runs/fleet", "--run-id", id,
		"--image", "localhost/tollgate:test", "--pull", "Never", "--secret", "s3", "--cpu", "0.5", "--memory", "150MB", "--json", "--no-trial",
	}
	r.command = c.command(filepath.Join(c.dir, "bin", "tollgate"), append(args, flags...)...)
	scenario := fmt.Sprintf("name: load\ntargets:\n  api: {kind: origin, url: %q}\nrequests:\n  - {name: get, method: GET, path: /users}\nload:\n  - constant: {rate: 100/s, for: %ds}\n", url, seconds)
	if err := os.WriteFile(filepath.Join(r.command.Dir, "load.yaml"), []byte(scenario), 0o600); err != nil {
		c.t.Fatal(err)
	}
	r.command.Stdout, r.command.Stderr = &r.out, &r.said
	if err := r.command.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = r.command.Process.Kill() }) // fails where it has ended
	return r
}

// A document is what is read of run.json.
type document struct {
	Verdict string   `json:"verdict"`
	Reasons []string `json:"reasons"`
	Targets []struct {
		Requests int64 `json:"requests"`
	} `json:"targets"`
	Shards []struct {
		Started time.Time `json:"started"`
		Late    float64   `json:"late_ms"`
		Offset  float64   `json:"clock_offset_ms"`
	} `json:"shards"`
}

// skew is how far apart the shards began, by the one clock that all of them have here.
func (d document) skew() time.Duration {
	var first, last time.Time
	for _, s := range d.Shards {
		began := s.Started.Add(time.Duration(s.Late * float64(time.Millisecond)))
		if first.IsZero() || began.Before(first) {
			first = began
		}
		if began.After(last) {
			last = began
		}
	}
	return last.Sub(first)
}

// ends waits for the run, and returns its exit code, what the target received of it, and its
// document.
func (r *fleetRun) ends() (code int, received int64, d document) {
	r.c.t.Helper()
	err := r.command.Wait()
	if exit, is := errors.AsType[*exec.ExitError](err); is {
		code = exit.ExitCode()
	} else if err != nil {
		r.c.t.Fatal(err)
	}
	r.c.t.Logf("%s: exit code %d after %.1f s\n%s", r.id, code, time.Since(r.began).Seconds(), r.said.String())
	if r.out.Len() > 0 {
		if err := json.Unmarshal(r.out.Bytes(), &d); err != nil {
			r.c.t.Fatalf("%v: %s", err, r.out.String())
		}
	}
	return code, r.c.received() - r.before, d
}

func (d document) requests() (n int64) {
	for _, t := range d.Targets {
		n += t.Requests
	}
	return n
}

// pod waits until a shard, from 0, has a running pod other than not, and returns its name.
func (r *fleetRun) pod(index int, not string) (name string) {
	r.c.t.Helper()
	selector := fmt.Sprintf("tollgate.dev/run=%s,batch.kubernetes.io/job-completion-index=%d", r.id, index)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		names := r.c.kubectl("get", "pods", "--selector", selector, "--field-selector", "status.phase=Running", "--output=jsonpath={.items[*].metadata.name}")
		for _, name := range strings.Fields(names) {
			if name != not {
				return name
			}
		}
		time.Sleep(200 * time.Millisecond) // the cluster is another program: there is nothing to wait for but its answer
	}
	r.c.t.Fatalf("shard %d has no pod:\n%s", index+1, r.c.kubectl("get", "pods", "--output=wide"))
	return ""
}

// crash kills a pod's container, as if the program had crashed.
func (r *fleetRun) crash(pod string) {
	r.c.t.Helper()
	node := r.c.kubectl("get", "pod", pod, "--output=jsonpath={.spec.nodeName}")
	id := r.c.kubectl("get", "pod", pod, "--output=jsonpath={.status.containerStatuses[0].containerID}")
	socket := filepath.Join(r.c.dir, "run", node, "containerd.sock")
	out, err := exec.Command("ctr", "-a", socket, "-n", "k8s.io", "task", "kill", "-s", "KILL", strings.TrimPrefix(id, "containerd://")).CombinedOutput()
	if err != nil {
		r.c.t.Fatalf("%v: %s", err, out)
	}
}

func TestOnKubernetes(t *testing.T) {
	dir := os.Getenv("CLUSTER")
	if dir == "" || os.Getuid() != 0 {
		t.Fatal("make e2e-kubernetes runs this as root, with CLUSTER")
	}
	script, err := filepath.Abs("../../../.ci/kubernetes/cluster.sh")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: dir, script: script}
	c.up()
	c.serve()
	t.Run("four shards send what was asked", func(t *testing.T) { c.at(t).normal() })
	t.Run("a member that crashes before the start is replaced", func(t *testing.T) { c.at(t).crashes() })
	t.Run("a member that crashes during the load is not", func(t *testing.T) { c.at(t).crashesLate() })
	t.Run("a node is lost during the load", func(t *testing.T) { c.at(t).loses() })
}

// at is the cluster for one test.
func (c *cluster) at(t *testing.T) *cluster {
	one := *c
	one.t = t
	return &one
}

func (c *cluster) normal() {
	code, received, d := c.run("normal", 10).ends()
	if code != 0 && code != 96 || received != 1000 || d.requests() != received || len(d.Shards) != 4 {
		c.t.Errorf("code %d, %d received and %d merged of 1000, %d shards", code, received, d.requests(), len(d.Shards))
	}
	c.t.Logf("verdict %s; the shards began within %v: %+v", d.Verdict, d.skew(), d.Shards)
	if left := c.kubectl("get", "jobs,configmaps", "--selector=tollgate.dev/run=normal", "--output=name"); left != "" {
		c.t.Errorf("left behind: %s", left)
	}
}

// crashes holds the start back: the fourth pod fits only on a node that takes none yet.
func (c *cluster) crashes() {
	c.kubectl("cordon", "node2")
	r := c.run("crash", 10, "--cpu", "0.6")
	first := r.pod(1, "")
	r.crash(first)
	c.kubectl("uncordon", "node2")
	second := r.pod(1, first)
	code, received, d := r.ends()
	if code != 0 && code != 96 || received != 1000 || d.requests() != received {
		c.t.Errorf("code %d, %d received and %d merged of 1000 after %s took the place of %s", code, received, d.requests(), second, first)
	}
}

func (c *cluster) crashesLate() {
	r := c.run("late", 20)
	r.sends()
	r.crash(r.pod(2, ""))
	code, received, d := r.ends()
	if code != 96 || received >= 2000 || received < 1500 || d.requests() > received {
		c.t.Errorf("code %d, %d received and %d merged of 2000", code, received, d.requests())
	}
	c.t.Logf("verdict %s %v: %d received, %d merged", d.Verdict, d.Reasons, received, d.requests())
}

// sends waits until the load has begun.
func (r *fleetRun) sends() {
	r.c.t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for r.c.received() <= r.before {
		if time.Now().After(deadline) {
			r.c.t.Fatalf("no load:\n%s\n%s", r.said.String(), r.c.kubectl("get", "pods", "--output=wide"))
		}
		time.Sleep(200 * time.Millisecond) // the members are other programs
	}
	time.Sleep(3 * time.Second) // so that some of the load is over
}

func (c *cluster) loses() {
	r := c.run("node", 30)
	r.sends()
	if out, err := exec.Command(c.script, "lose", c.dir, "2").CombinedOutput(); err != nil {
		c.t.Fatalf("%v: %s", err, out)
	}
	c.kubectl("delete", "node", "node2", "--wait=false") // as a cloud does of a machine that is gone
	code, received, d := r.ends()
	if code != 96 || received >= 3000 || received < 1500 || d.requests() > received {
		c.t.Errorf("code %d, %d received and %d merged of 3000", code, received, d.requests())
	}
	c.t.Logf("verdict %s %v: %d received, %d merged", d.Verdict, d.Reasons, received, d.requests())
	time.Sleep(30 * time.Second) // what would be sent now would be sent twice
	if again := c.received() - r.before; again != received {
		c.t.Errorf("%d requests came after the run", again-received)
	}
}
