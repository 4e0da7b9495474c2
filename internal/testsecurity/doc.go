// Package testsecurity is a security(1) for tests: the program through which macOS lets others use its keychains. It knows the
// commands that oauthget and go-keyring give it, and behaves as the source that Apple publishes (Security, SecurityTool/macOS)
// says: what goes to stdout and what to stderr, the exit statuses, how a line of `security -i` is cut and split.
//
// It is not macOS. What a person is asked, and when, is for a Mac to show.
//
// The program is the test binary under another name: TestMain calls Main first.
package testsecurity
