package compare

import "tollgate/results"

// Write keeps a comparison in its run directory, as a whole or not at all.
func (c *Comparison) Write(dir string) error { return results.WriteJSON(dir, File, c) }

// Write keeps a decision in the run's directory, as a whole or not at all.
func (d *Decision) Write(dir string) error { return results.WriteJSON(dir, FileGate, d) }
