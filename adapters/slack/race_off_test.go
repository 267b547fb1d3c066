//go:build !race

package slack_test

import "time"

// patience is Slack's in these tests: as in life.
const patience = 3 * time.Second
