package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/targets/stack"
)

func newStack() *cobra.Command {
	c := &cobra.Command{
		Use:   "stack",
		Short: "Print the reference stack, to measure front doors in an account of your own",
		Long: `Stack prints what to deploy to an AWS account so that front doors can be measured there:
one small function behind a REST API, an HTTP API, function URLs, a WebSocket API, an
Application Load Balancer and, on demand, a CloudFront distribution. The function does as
much work as a request asks for, and says which environment answered.

From an account to a number with the AWS CLI, in about ten minutes:

  tollgate stack function --architecture arm64
  tollgate stack cloudformation > template.yaml
  aws s3 mb s3://BUCKET
  aws s3 cp function-arm64.zip s3://BUCKET/tollgate/function-arm64.zip
  aws cloudformation deploy --stack-name tollgate-reference \
    --template-file template.yaml --capabilities CAPABILITY_IAM \
    --parameter-overrides CodeBucket=BUCKET Email=YOU@EXAMPLE.COM \
      BalancerClients=$(curl -s https://checkip.amazonaws.com)/32
  KEYID=$(aws cloudformation describe-stacks --stack-name tollgate-reference \
    --query "Stacks[0].Outputs[?OutputKey=='KeyId'].OutputValue" --output text)
  export API_KEY=$(aws apigateway get-api-key --api-key $KEYID --include-value \
    --query value --output text)
  tollgate init rest.yaml --stack tollgate-reference --resource RestApi
  tollgate doctor rest.yaml
  tollgate plan rest.yaml
  tollgate run rest.yaml

or with Terraform or OpenTofu:

  tollgate stack function --architecture arm64
  tollgate stack terraform > main.tf
  terraform init
  terraform apply -var region=REGION -var email=YOU@EXAMPLE.COM \
    -var balancer_clients=$(curl -s https://checkip.amazonaws.com)/32

Only the REST API needs API_KEY. --resource takes HttpApi, FunctionUrl, IamUrl, SocketApi
and LoadBalancer as well.

Without any request, in us-east-1, it costs what the load balancer and its two addresses
do: $0.0325 an hour, $0.78 a day, $23.73 a month (parameter Balancer=no, or -var
balancer=false, leaves them out). With a request a second at each front door it is
$0.0588 an hour:

  tollgate stack hour > hour.yaml
  tollgate price hour.yaml

It mails you when the account's costs of a month pass half of a budget of $10, once a
month: set BudgetUSD above twice what the account costs anyway. It also mails when the
forecast is above the budget, for which AWS needs about five weeks of history. Budgets are
evaluated up to three times a day: tollgate's --max-cost is what bounds a run.

One command removes it, and "aws s3 rb --force s3://BUCKET" the bucket:

  aws cloudformation delete-stack --stack-name tollgate-reference
  terraform destroy -var region=REGION -var email=YOU@EXAMPLE.COM \
    -var balancer_clients=0.0.0.0/0

Its public function URL and open routes answer everyone who knows their addresses;
BalancerClients says who reaches the load balancer. Parameters bound what strangers can
make it cost: Concurrency (50 environments at a time; none in an account whose own limit
is below 150), Timeout (3 s for a request), MostBytes (10,000 of an answer) and StageRate
(200/s at each API). Raise them for the run that needs it, and remove the stack when you
have measured. What an hour under attack costs:

  tollgate stack attack > attack.yaml
  tollgate price attack.yaml --worst

EXIT STATUS
  0  printed, or written
  1  could not: there is no Go to build the function, or it cannot build it
  2  wrong flags, or a file of that name exists; nothing is written`,
	}
	for _, f := range stack.Files {
		c.AddCommand(&cobra.Command{
			Use:   f.Name,
			Short: "Print " + f.What,
			Long: fmt.Sprintf(`%s prints %s.

EXIT STATUS
  0  printed`, strings.ToUpper(f.Name[:1])+f.Name[1:], f.What),
			Example: fmt.Sprintf("  tollgate stack %s > %s", f.Name, f.As),
			Args:    args(0, 0),
			RunE: func(c *cobra.Command, _ []string) error {
				_, err := bytesOut(c).Write(f.Text())
				return err
			},
		})
	}
	c.AddCommand(newStackFunction())
	return c
}

// newStackFunction builds the function.
func newStackFunction() *cobra.Command {
	var architecture string
	var force bool
	c := &cobra.Command{
		Use:   "function [FILE]",
		Short: "Build the function of the reference stack, as the archive that Lambda takes",
		Long: `Function builds the reference stack's function from the source that this program
carries, writes the archive and prints its SHA-256. It needs Go, and its module proxy or
cache for two libraries. Releases have the same archives, for machines without Go. Without
FILE it writes function-ARCHITECTURE.zip to the current folder.

EXIT STATUS
  0  written
  1  could not: there is no Go, or it cannot build the function
  2  wrong flags, or the file exists; nothing is written`,
		Example: `  tollgate stack function
  tollgate stack function build/function.zip --architecture x86_64`,
		Args: args(0, 1),
		RunE: func(c *cobra.Command, given []string) error {
			names := slices.Sorted(maps.Keys(stack.Architectures))
			if !slices.Contains(names, architecture) {
				return usage(fmt.Errorf("--architecture %s: there are %s", architecture, strings.Join(names, " and ")))
			}
			out := append(given, "function-"+architecture+".zip")[0]
			if !force && exists(out) {
				return usage(fmt.Errorf("%s exists: choose another name, or overwrite it with --force", out))
			}
			archive, err := stack.Archive(c.Context(), architecture)
			if err != nil {
				return err
			}
			if err := writeWhole(out, archive); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%x  %s\n", sha256.Sum256(archive), out)
			return err
		},
	}
	c.Flags().StringVar(&architecture, "architecture", "arm64", "`processor` of the function: arm64 or x86_64")
	c.Flags().BoolVar(&force, "force", false, "overwrite the file")
	_ = c.RegisterFlagCompletionFunc("architecture", cobra.FixedCompletions(slices.Sorted(maps.Keys(stack.Architectures)), cobra.ShellCompDirectiveNoFileComp))
	return c
}
