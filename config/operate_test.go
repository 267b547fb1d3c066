package config

import (
	"errors"
	"strings"
	"testing"

	"ombra/crypto"
)

func TestOperation(t *testing.T) {
	id, err := crypto.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	pq := id.Recipient().String()
	for _, text := range []string{
		"[backup]\nrecipient = \"" + pq + "\"\nfolder = \"../backups\"\nleaves = \"/mnt/far\"\nkeep_days = 7\n",
		"[monitor]\nlisten = \"127.0.0.1:9464\"\nmetrics = true\n", "[monitor]\nlisten = \"[::1]:9464\"\n",
		"[monitor]\nlisten = \"run/monitor.sock\"\n", "[monitor]\nlisten = \":9464\"\nexposed = true\n",
	} {
		if _, err := Parse("ombra.toml", []byte(office+text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		"[backup]\nkeep_days = 0\n":                              "backup.keep_days is 0",
		"[backup]\nfolder = \"data/backups\"\n":                  "backup.folder lies in the data folder",
		"[backup]\nleaves = \"./data\"\n":                        "backup.leaves lies in the data folder",
		"[monitor]\nmetrics = true\n":                            "does nothing without listen",
		"[monitor]\nlisten = \"9464\"\n":                         "monitor.listen is no address",
		"[monitor]\nlisten = \"127.0.0.1:http\"\n":               "monitor.listen is no address",
		"[monitor]\nlisten = \"localhost:9464\"\n":               "monitor.listen names no address",
		"[monitor]\nlisten = \":9464\"\n":                        "other machines can reach monitor.listen",
		"[monitor]\nlisten = \"0.0.0.0:9464\"\nmetrics = true\n": "other machines can reach monitor.listen",
		"[monitor]\nlisten = \"192.0.2.1:9464\"\n":               "other machines can reach monitor.listen",
	} {
		_, err := Parse("ombra.toml", []byte(office+text))
		var found Problems
		if !errors.As(err, &found) || len(found) != 1 || !strings.Contains(found[0].What, want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
