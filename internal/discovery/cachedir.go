package discovery

import "path"

// CacheDir returns the directory for cached documents: $XDG_CACHE_HOME/oauthget, else ~/.cache/oauthget, on macOS too;
// on Windows %LocalAppData%\oauthget\cache. It is empty, which means no cache, where the environment names no home.
func CacheDir(getenv func(string) string, goos string) string {
	if goos == "windows" {
		if local := getenv("LocalAppData"); local != "" {
			return local + `\oauthget\cache`
		}
		return ""
	}
	// "If an implementation encounters a relative path in any of these variables it should consider the path invalid and
	// ignore it." XDG Base Directory Specification.
	if xdg := getenv("XDG_CACHE_HOME"); path.IsAbs(xdg) {
		return path.Join(xdg, "oauthget")
	}
	if home := getenv("HOME"); path.IsAbs(home) {
		return path.Join(home, ".cache", "oauthget")
	}
	return ""
}
