package aws

import (
	"context"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go/logging"
)

// A Here is where this machine is, as far as AWS says it.
type Here struct {
	Region string // "": it is not known to be in any
	On     string // "an EC2 instance"
}

// herePatience is how long the instance metadata service may take: it is on the same host.
const herePatience = time.Second

// runtimes are where programs run at AWS, by the variables that are set there alone.
// Sources: Lambda developer guide, "Defined runtime environment variables"; Amazon ECS developer
// guide, "Task metadata endpoint version 4"; CodeBuild user guide, "Environment variables in
// build environments".
var runtimes = []struct{ variable, on string }{
	{"AWS_LAMBDA_FUNCTION_NAME", "a Lambda function"},
	{"ECS_CONTAINER_METADATA_URI_V4", "a container of Amazon ECS"},
	{"CODEBUILD_BUILD_ID", "a build of CodeBuild"},
}

// WhereAmI asks the environment, and then the instance metadata service of EC2.
func WhereAmI(ctx context.Context) Here {
	for _, r := range runtimes {
		if os.Getenv(r.variable) != "" && os.Getenv("AWS_REGION") != "" {
			return Here{os.Getenv("AWS_REGION"), r.on}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, herePatience)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
	if err != nil {
		return Here{}
	}
	out, err := imds.NewFromConfig(cfg).GetRegion(ctx, &imds.GetRegionInput{})
	if err != nil || out.Region == "" {
		return Here{}
	}
	return Here{out.Region, "an EC2 instance"}
}
