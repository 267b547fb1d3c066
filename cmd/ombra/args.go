package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// needs is cobra's ExactArgs with the arguments by their names.
func needs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		what := strings.Join(names, " and ")
		switch {
		case len(args) < len(names):
			return usage(cmd.CommandPath()+" needs "+what, cmd.CommandPath()+" --help")
		case len(args) > len(names):
			return usage(cmd.CommandPath()+" takes "+what+" and nothing else", cmd.CommandPath()+" --help")
		}
		return nil
	}
}

// flagError points to the help of the command that was meant.
func flagError(cmd *cobra.Command, err error) error {
	return usage(err.Error(), cmd.CommandPath()+" --help")
}

// plain marks a command that has no JSON. A flag that does nothing would be
// believed by a script.
const plain = "plain"

func isPlain(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[plain] = ""
	for _, sub := range cmd.Commands() {
		isPlain(sub)
	}
	return cmd
}

func (o *options) refuseJSON(cmd *cobra.Command, _ []string) error {
	_, no := cmd.Annotations[plain]
	if no = no || cmd.HasParent() && cmd.Parent().Name() == "completion"; no && o.json { // cobra makes that one itself
		return usage(cmd.CommandPath()+" writes no JSON", "leave --json out")
	}
	return nil
}
