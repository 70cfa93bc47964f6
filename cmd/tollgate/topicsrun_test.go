//go:build readme

package main

import (
	"testing"

	"tollgate/cmd/tollgate/help"
)

// TestExamplesOfTheHelpThatSendLoadRun belongs to make readme. A run that the machine
// was too busy for is invalid, and says so.
func TestExamplesOfTheHelpThatSendLoadRunAsThoseOfTheREADME(t *testing.T) {
	for _, topic := range help.Topics() {
		t.Run(topic.Name, func(t *testing.T) { executeExamples(t, topic.Name, "sh", slow) })
	}
}
