//go:build !unix

package store

// noFollow is nothing: to make a symbolic link on Windows is a privilege.
const noFollow = 0
