package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// cyclonedx is run by version rather than required: it brings a whole git.
const cyclonedx = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

// sbom writes the bill of materials of a program in CycloneDX: the modules that its own
// build information lists, with their checksums, so it says what is in the binary and not
// what a go.mod might bring.
func (r *release) sbom(ctx context.Context, s system, binary string) error {
	name := filepath.Join(r.out, "tollgate_"+s.os+"_"+s.arch+".cdx.json")
	c := exec.CommandContext(ctx, "go", "run", cyclonedx, "bin", "-json", "-noserial", "-std", "-output", name, binary)
	if err := run(c); err != nil {
		return err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var bom map[string]any
	if err := json.Unmarshal(data, &bom); err != nil {
		return err
	}
	about, ok := bom["metadata"].(map[string]any)
	if !ok {
		return fmt.Errorf("%s has no metadata", name)
	}
	about["timestamp"] = r.at.Format(time.RFC3339) // the tool writes when it ran
	if data, err = json.MarshalIndent(bom, "", "  "); err != nil {
		return err
	}
	return os.WriteFile(name, append(data, '\n'), 0o644)
}
