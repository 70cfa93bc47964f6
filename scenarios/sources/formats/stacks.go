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

// readStack reads a stack that is deployed.
func readStack(in Input, r *sources.Request) (sources.Collection, error) {
	return in.Stack.Stack(in.Resource, r)
}

// readFunction reads a function that is deployed.
func readFunction(in Input, r *sources.Request) (sources.Collection, error) {
	return in.Function.Collection(r)
}
