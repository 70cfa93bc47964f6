package formats

import (
	"tollgate/scenarios/sources"
	"tollgate/scenarios/sources/stacks"
)

// readTemplate reads a template of CloudFormation or SAM.
func readTemplate(in Input, _ *sources.Request) (sources.Collection, error) {
	data, err := in.all()
	if err != nil {
		return sources.Collection{}, err
	}
	return stacks.Template(in.Name, data, in.Resource)
}

// readPlan reads a plan of Terraform.
func readPlan(in Input, _ *sources.Request) (sources.Collection, error) {
	data, err := in.all()
	if err != nil {
		return sources.Collection{}, err
	}
	return stacks.Plan(in.Name, data, in.Resource)
}

// readDeployed reads something that is deployed.
func readDeployed(in Input, r *sources.Request) (sources.Collection, error) {
	return in.Deployed.Collection(in.Resource, r)
}
