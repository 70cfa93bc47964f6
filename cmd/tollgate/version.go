package main

import (
	"fmt"
	"io"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program, and what it can do on this system",
		Args:  args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := io.WriteString(c.OutOrStdout(), versionText())
			return err
		},
	}
}

// versionText is what version and --version print.
func versionText() string {
	return fmt.Sprintf("tollgate %s\n%s/%s, %s; load engines: %s\n", version(), runtime.GOOS, runtime.GOARCH, runtime.Version(), enginesHere(engines.All))
}

// enginesHere names the engines that send load on this system, and says of the others why
// they do not.
func enginesHere(all engines.Table) string {
	var names, missing []string
	for _, k := range all {
		switch lack := lackOf(k); {
		case k.Offline:
		case lack == "":
			names = append(names, k.Name)
		default:
			missing = append(missing, fmt.Sprintf("not %s: %s", k.Name, lack))
		}
	}
	text := strings.Join(names, ", ")
	if missing != nil {
		text += " (" + strings.Join(missing, "; ") + ")"
	}
	return text
}

// lackingHere names the engines that this system lacks, for the help of flags; "" for none.
func lackingHere(all engines.Table) string {
	var names []string
	for _, k := range all {
		if lackOf(k) != "" {
			names = append(names, k.Name)
		}
	}
	if names == nil {
		return ""
	}
	return fmt.Sprintf(" (%s has no %s)", runtime.GOOS, strings.Join(names, ", "))
}

// lackOf is what an engine lacks to send what it sends, on this system.
func lackOf(k load.Kind) string {
	if k.Offline {
		return ""
	}
	return k.Lacks(load.Needs{Scheme: "http", Messages: k.Messages})
}

// released is the version of a build from a tag; other builds have pseudo-versions.
var released = regexp.MustCompile(`^v\d+\.\d+\.\d+(-(alpha|beta|rc)\.?\d+)?$`)

// version is the version of a release, or the commit for a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if released.MatchString(info.Main.Version) {
		return info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "commit " + s.Value[:12]
		}
	}
	if v := info.Main.Version; v != "" {
		return v
	}
	return "unknown"
}
