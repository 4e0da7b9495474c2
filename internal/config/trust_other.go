//go:build !unix

package config

import "io/fs"

// Windows keeps who may write in an ACL, which %AppData% hands down; its mode bits say nothing.

func writableByAll(fs.FileInfo) bool { return false }

func foreign(fs.FileInfo) bool { return false }
