package main

import (
	"os"

	"github.com/spf13/cobra"

	"tollgate/targets/lab/doors"
)

// newLabFunction is the sample application as a Lambda function, which a lab
// starts for each execution environment where its file has
// "command": ["tollgate", "lab", "function"].
func newLabFunction() *cobra.Command {
	return &cobra.Command{
		Use:    "function",
		Short:  "Be the sample application as a Lambda function",
		Hidden: true,
		Args:   args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return doors.ServeFunction(c.Context(), os.Getenv)
		},
	}
}
