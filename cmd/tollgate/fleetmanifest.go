package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/scenarios/fleet/launch"
)

func newFleetManifest() *cobra.Command {
	var f fleetFlags
	var part string
	c := &cobra.Command{
		Use:   "manifest SCENARIO",
		Short: "Print what starts a fleet, for kubectl or the AWS CLI",
		Long: `Manifest prints what tollgate fleet run would start, and starts nothing: to read it, to
keep it with other configuration, or to apply it from a pipeline.

For kubernetes these are a ConfigMap with the scenario and an indexed Job. Its pods have
no token of the cluster, run as no root, and write only to folders of their own. For
batch it is the input of two commands of the AWS CLI, for ecs that of one command and of
one for each shard, in one JSON object; --part prints one of them:

  tollgate fleet manifest api.yaml --on batch --part submit-job ... > job.json
  aws batch submit-job --cli-input-json file://job.json

With --regions they are those of each region, as eu-west-1/run-task-1: give the AWS CLI
that region (--region eu-west-1).

Values of secrets never stand in it. Members find the scenario's ${env:NAME} in the keys
of the Secrets that --secret names; on AWS in a secret or a parameter: --secret
NAME=ARN.

The shards meet in the store, and end without sending anything if one of them is missing
for --barrier-timeout. Afterwards tollgate merge STORE/RUN-ID makes one run of their
results.

EXIT STATUS
  0  printed
  1  could not
  2  wrong flags, or a scenario that cannot be run so`,
		Example: `  tollgate fleet manifest api.yaml --shards 4 --store s3://runs/nightly \
    --image registry.example.com/tollgate:1.2 --service-account load > job.yaml
  kubectl create -f job.yaml`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			p, err := f.planned(c, given[0], true)
			if err != nil {
				return err
			}
			return f.printManifest(c, p, part)
		},
	}
	f.flags(c, "kubernetes", "batch", "ecs")
	c.Flags().StringVar(&part, "part", "", "of batch and ecs: print only the input of this `command`, such as submit-job, run-task-1 or eu-west-1/run-task-1")
	return c
}

func (f *fleetFlags) printManifest(c *cobra.Command, p *plannedFleet, part string) error {
	if f.on == "kubernetes" {
		if part != "" {
			return usage(fmt.Errorf("--part %s: of batch and ecs only", part))
		}
		k := f.kubernetes
		k.Secrets = f.secrets
		text, err := k.Manifest(p.Fleet)
		if err != nil {
			return usage(err)
		}
		_, err = bytesOut(c).Write(text)
		return err
	}
	g, err := f.onFargate()
	if err != nil {
		return err
	}
	printed := g.TaskParts
	if f.on == "batch" {
		printed = g.JobParts
	}
	if len(f.regions) > 0 {
		printed = func(one *launch.Fleet) ([]launch.Part, error) { return partsOf(f.regions, one, g) }
	}
	parts, err := printed(p.Fleet)
	if err != nil {
		return usage(err)
	}
	return printParts(c, parts, part)
}

// onFargate is what is known of the account.
func (f *fleetFlags) onFargate() (launch.Fargate, error) {
	g := f.fargate
	g.Secrets = map[string]string{}
	for _, s := range f.secrets {
		name, arn, ok := strings.Cut(s, "=")
		if !ok {
			return g, usage(fmt.Errorf("--secret must be VARIABLE=ARN here, with the ARN of a secret or a parameter: never its value"))
		}
		g.Secrets[name] = arn
	}
	return g, nil
}

func printParts(c *cobra.Command, parts []launch.Part, only string) error {
	var names []string
	var printed []byte
	var err error
	for i, p := range parts {
		names = append(names, p.Name)
		name, _ := json.Marshal(p.Name) // it is a string
		input, e := json.MarshalIndent(p.Input, "  ", "  ")
		if e != nil {
			return e
		}
		switch {
		case only == p.Name:
			return printJSON(c, p.Input)
		case i > 0:
			printed = append(printed, ",\n"...)
		}
		printed = append(printed, "  "...)
		printed = append(append(append(printed, name...), ": "...), input...)
	}
	if only != "" {
		return usage(fmt.Errorf("--part %s: there are %s", only, strings.Join(names, ", ")))
	}
	_, err = fmt.Fprintf(bytesOut(c), "{\n%s\n}\n", printed)
	return err
}
