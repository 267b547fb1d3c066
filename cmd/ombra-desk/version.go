package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(d *desk) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Args:  needs(),
		RunE: runs(func([]string) error {
			version, revision := "(devel)", ""
			if info, ok := debug.ReadBuildInfo(); ok {
				if info.Main.Version != "" {
					version = info.Main.Version
				}
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			if d.json {
				return d.writeJSON(map[string]string{"version": version, "revision": revision, "go": runtime.Version()})
			}
			d.say("ombra-desk %s %s %s\n", version, revision, runtime.Version())
			return nil
		}),
	}
}
