// Package testpty is a terminal for tests, with the test in the place of the person: what is written to one end is
// typed, and what is read from it was shown. It knows Linux alone, where the tests of terminals run.
package testpty
