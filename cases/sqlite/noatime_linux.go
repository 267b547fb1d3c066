package sqlite

import "golang.org/x/sys/unix"

// noatime leaves a file's time of access alone.
const noatime = unix.O_NOATIME
