// Package curl runs curl with a token that stands in no argument, no environment and no file, and asks once more where
// the token was refused.
//
// Which hosts curl is going to talk to is read from its own command line, by the table of its own options: what cannot
// be told from there is refused, and never guessed. The token goes into a curl config, which curl reads from a pipe it
// inherits. It is a header of ours and not curl's --oauth2-bearer, because curl sends that one along other protocols
// too, and only a header can bear a scheme such as DPoP (RFC 9449 §7.1); along a redirect to another host, port or
// protocol curl takes neither.
//
// ~/.curlrc is not seen. What there would lead the token astray is taken back, and where whoever gets hold of the
// request could read it, the file is left out.
//
// The package deliberately obtains no token, knows no profile, and changes none of the arguments.
package curl
