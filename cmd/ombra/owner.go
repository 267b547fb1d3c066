package main

import (
	"os"
	"strconv"
	"syscall"
)

// checkOwner refuses to touch an office of another user.
func checkOwner(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fail("there is no data folder at "+dir, "ombra init for a new office; check office.data if there should be one")
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if ok && int(owner.Uid) != os.Geteuid() {
		return fail("the data folder belongs to another user", "run this as its owner: sudo -u '#"+strconv.Itoa(int(owner.Uid))+"' ombra …")
	}
	return nil
}
