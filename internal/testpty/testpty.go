// Package testpty opens terminals for tests, in which the test is the person: what it writes to one end is typed, and what it
// reads from it was shown. It supports Linux only.
package testpty
