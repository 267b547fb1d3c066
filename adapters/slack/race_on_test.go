//go:build race

package slack_test

import "time"

// patience is Slack's in these tests. The race detector makes everybody slow, and
// it is not the three seconds that are looked at then.
const patience = 15 * time.Second
