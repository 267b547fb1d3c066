//go:build !linux

package sqlite

const noatime = 0
