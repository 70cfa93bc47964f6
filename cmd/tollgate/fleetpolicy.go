package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tollgate/scenarios/fleet/store"
)

func newFleetPolicy() *cobra.Command {
	var address string
	c := &cobra.Command{
		Use:   "policy",
		Short: "Print the least IAM policy for the bucket of a fleet",
		Long: `Policy prints the least IAM policy with which the shards of a run, and those who start,
follow and merge it, can use a bucket: to read and write objects below the prefix, and
to list them. It allows nothing to be deleted, and nothing outside the prefix. Give it
to the role of the tasks, or of the service account. AWS_REGION decides whether it is
for China or GovCloud, whose resources have other names.

A bucket that encrypts with a KMS key of your own needs kms:GenerateDataKey and
kms:Decrypt for that key as well.

EXIT STATUS
  0  printed
  2  wrong flags, such as a store that is no bucket`,
		Example: "  tollgate fleet policy --store s3://runs/load",
		Args:    args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := store.Policy(address, os.Getenv("AWS_REGION"))
			if err != nil {
				return usage(err)
			}
			_, err = fmt.Fprint(c.OutOrStdout(), text)
			return err
		},
	}
	c.Flags().StringVar(&address, "store", "", "`bucket` that the shards share, and the prefix: s3://BUCKET/PREFIX")
	return c
}
