package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// needs is cobra.ExactArgs in words that name what is missing.
func needs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usage(cmd.CommandPath()+" needs "+strings.Join(names[len(args):], " and "), cmd.CommandPath()+" --help")
		}
		return atMost(names...)(cmd, args)
	}
}

// atMost is cobra.MaximumNArgs likewise.
func atMost(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) <= len(names):
			return nil
		case len(names) == 0:
			return usage(cmd.CommandPath()+" takes nothing but flags", cmd.CommandPath()+" --help")
		}
		return usage(cmd.CommandPath()+" takes "+strings.Join(names, " and ")+" and nothing more", cmd.CommandPath()+" --help")
	}
}
