//go:build !unix

package proxy

func isRefused(error) bool { return false }
