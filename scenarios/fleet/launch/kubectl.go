package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cluster runs the members as the pods of an indexed Job, with kubectl.
type Cluster struct {
	Fleet      *Fleet
	Kubernetes Kubernetes
	Program    string // kubectl
	Context    string // of the kubeconfig; "": the current one
}

// kubectlTime is how long one call may take.
const kubectlTime = 30 * time.Second

// mostAnswer bounds what is read of kubectl: ten thousand pods take some 60 MB.
const mostAnswer = 128 << 20

// kubectl runs it once. What it writes to standard error is the error.
func (c *Cluster) kubectl(ctx context.Context, input []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, kubectlTime)
	defer cancel()
	all := []string{"--request-timeout=" + kubectlTime.String()}
	if c.Context != "" {
		all = append(all, "--context="+c.Context)
	}
	if c.Kubernetes.Namespace != "" {
		all = append(all, "--namespace="+c.Kubernetes.Namespace)
	}
	command := exec.CommandContext(ctx, c.Program, append(all, args...)...)
	command.Stdin = bytes.NewReader(input)
	command.WaitDelay = time.Second
	var out, wrote bytes.Buffer
	command.Stdout, command.Stderr = &bounded{&out, mostAnswer}, &bounded{&wrote, 64 << 10}
	err := command.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("kubectl is not on this machine: install it, or apply what tollgate fleet manifest prints from one that has it")
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("kubectl %s did not end within %v", args[0], kubectlTime)
	case err != nil:
		return nil, fmt.Errorf("kubectl %s: %s", args[0], strings.TrimSpace(wrote.String()+" "+err.Error()))
	case out.Len() >= mostAnswer:
		return nil, fmt.Errorf("kubectl %s wrote more than %d bytes", args[0], mostAnswer)
	}
	return out.Bytes(), nil
}

// Start implements Platform. It creates, and does not apply: a Job of that name would be
// another run's.
func (c *Cluster) Start(ctx context.Context) error {
	manifest, err := c.Kubernetes.Manifest(c.Fleet)
	if err != nil {
		return err
	}
	_, err = c.kubectl(ctx, manifest, "create", "-f", "-")
	return err
}

// Members implements Platform.
func (c *Cluster) Members(ctx context.Context) ([]Member, error) {
	out, err := c.kubectl(ctx, nil, "get", "pods", "--selector="+label+"="+c.Fleet.RunID, "--output=json")
	if err != nil {
		return nil, err
	}
	return readPods(out, c.Fleet.Shards, time.Now())
}

// Stop implements Platform.
func (c *Cluster) Stop(ctx context.Context) error {
	_, err := c.kubectl(ctx, nil, "delete", "job", c.Fleet.ObjectName(), "--ignore-not-found", "--cascade=background", "--wait=false")
	return err
}

// Clean implements Platform.
func (c *Cluster) Clean(ctx context.Context) error {
	_, err := c.kubectl(ctx, nil, "delete", "configmap", c.Fleet.ObjectName(), "--ignore-not-found", "--wait=false")
	return errors.Join(c.Stop(ctx), err)
}

// A pod is what is read of one. Source: Kubernetes API reference, "Pod".
type pod struct {
	Metadata struct {
		Name        string            `json:"name"`
		Created     time.Time         `json:"creationTimestamp"`
		Annotations map[string]string `json:"annotations"`
		Deleted     *time.Time        `json:"deletionTimestamp"`
	} `json:"metadata"`
	Spec struct {
		Node string `json:"nodeName"`
	} `json:"spec"`
	Status struct {
		Phase      string `json:"phase"`
		Reason     string `json:"reason"`
		Message    string `json:"message"`
		Conditions []struct {
			Type    string `json:"type"`
			Status  string `json:"status"`
			Reason  string `json:"reason"`
			Message string `json:"message"`
		} `json:"conditions"`
		Containers []struct {
			State struct {
				Waiting *struct {
					Reason  string `json:"reason"`
					Message string `json:"message"`
				} `json:"waiting"`
				Terminated *struct {
					ExitCode int    `json:"exitCode"`
					Reason   string `json:"reason"`
					Message  string `json:"message"`
				} `json:"terminated"`
			} `json:"state"`
		} `json:"containerStatuses"`
	} `json:"status"`
}

// indexAnnotation has the index of a pod, from 0.
const indexAnnotation = "batch.kubernetes.io/job-completion-index"

// readPods says of each shard what its newest pod does. Where no pod was made, it says so.
func readPods(list []byte, shards int, now time.Time) ([]Member, error) {
	var pods struct {
		Items []pod `json:"items"`
	}
	if err := json.Unmarshal(list, &pods); err != nil {
		return nil, fmt.Errorf("what kubectl says of the pods cannot be read: %w", err)
	}
	slices.SortStableFunc(pods.Items, func(a, b pod) int { return a.Metadata.Created.Compare(b.Metadata.Created) })
	var all []Member
	for _, p := range pods.Items {
		index, err := strconv.Atoi(p.Metadata.Annotations[indexAnnotation])
		if err != nil || index < 0 {
			continue // it belongs to something else
		}
		m := Member{Shard: index + 1}
		m.Phase, m.Why = p.state(now)
		all = append(all, m)
	}
	return latest(all, shards), nil
}

func (p *pod) state(now time.Time) (Phase, string) {
	at := "pod " + p.Metadata.Name
	if p.Spec.Node != "" {
		at += " on " + p.Spec.Node
	}
	for _, c := range p.Status.Containers {
		switch {
		case c.State.Waiting != nil:
			return Waiting, short(at, c.State.Waiting.Reason, c.State.Waiting.Message)
		case c.State.Terminated != nil && c.State.Terminated.ExitCode != 0:
			return Failed, short(at, c.State.Terminated.Reason, fmt.Sprintf("exit code %d", c.State.Terminated.ExitCode), lastLine(c.State.Terminated.Message))
		}
	}
	switch p.Status.Phase {
	case "Running":
		// The time of its deletion is when its grace period ends; on a node that is lost nothing ends it.
		if p.Metadata.Deleted != nil && now.After(*p.Metadata.Deleted) {
			return Failed, short(at, "it should have ended, and its node does not say so")
		}
		return Running, ""
	case "Succeeded":
		return Ended, ""
	case "Failed":
		return Failed, short(at, p.Status.Reason, p.Status.Message)
	}
	for _, c := range p.Status.Conditions {
		if c.Type == "PodScheduled" && c.Status == "False" {
			return Waiting, short(at, c.Reason, c.Message)
		}
	}
	return Waiting, at + " is being started"
}

// short joins what is said, in one line that is not too long.
func short(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			said = append(said, p)
		}
	}
	text := []rune(strings.Join(said, ": "))
	if len(text) > 300 {
		text = append(text[:300], '…')
	}
	return string(text)
}
