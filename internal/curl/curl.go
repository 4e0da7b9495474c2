// Package curl runs curl with a token that is in no argument, environment variable or file, and repeats the request once if the
// token was refused.
//
// The hosts that curl will talk to are determined from its command line, by a table of its options. If they cannot be determined
// for certain, the command is refused. The token goes into a curl config, which curl reads from a pipe that it inherits. It is a
// header and not curl's --oauth2-bearer: curl sends that one by other protocols too, and only a header can have another scheme,
// such as DPoP (RFC 9449 §7.1). curl sends neither of them along a redirect to another host, port or protocol.
//
// ~/.curlrc is not read here. Options in it that would expose the token are reverted. If others could read the request, the
// file is ignored.
//
// The package obtains no token, knows no profile, and does not change the arguments.
package curl
