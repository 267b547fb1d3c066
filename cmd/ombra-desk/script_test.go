package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run the desk as a program of its own, beside one that
// plays the office's server. Key files are made with a low work factor here: the
// scripts are about what people do, not about how long a guess takes.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ombra-desk": func() {
			d := newDesk()
			d.work = 10
			os.Exit(run(os.Args[1:], d))
		},
		"host": func() { os.Exit(hostMain(os.Args[1:])) },
	})
}

// TestScripts tells what ombudsmen, filers and auditors do, end to end.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("OMBRA_DESK_HOME", env.WorkDir+"/home")
			return nil
		},
	})
}
