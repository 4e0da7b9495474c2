package browser

import (
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Obstacle is why the person will hardly see a browser that is opened here: a clause to go into a sentence. The empty
// one means that nothing is known to stand in the way.
type Obstacle string

// The obstacles, the surest first.
const (
	RemoteSession   Obstacle = "this is an SSH session without a display"
	RemoteContainer Obstacle = "this is a remote development container"
	Container       Obstacle = "this is a container"
	NoDisplay       Obstacle = "there is no display"
)

// ObstacleError is what Open returns where it did not even try.
type ObstacleError struct{ Obstacle Obstacle }

func (e *ObstacleError) Error() string { return "open browser: " + string(e.Obstacle) }

// Obstacle looks at the surroundings. It is advice: whoever named a command, in the profile or in $BROWSER (as VS Code
// does in its containers), knows better, and then there is none.
func (o Opener) Obstacle() Obstacle {
	switch {
	case o.commands() != "":
		return ""
	case o.overSSH():
		return RemoteSession
	case o.os() == "darwin" || o.os() == "windows" || o.inWSL() || o.hasDisplay():
		return ""
	case o.getenv("CODESPACES") != "" || o.getenv("REMOTE_CONTAINERS") != "":
		return RemoteContainer
	case o.inContainer():
		return Container
	default:
		return NoDisplay
	}
}

// overSSH reports whether the person sits elsewhere. A forwarded display brings the browser to them. macOS and Windows
// have no such thing: a browser opened there is on the screen of the machine itself.
func (o Opener) overSSH() bool {
	remote := o.getenv("SSH_CONNECTION") != "" || o.getenv("SSH_TTY") != ""
	return remote && (o.os() == "darwin" || o.os() == "windows" || !o.hasDisplay())
}

func (o Opener) hasDisplay() bool {
	return o.getenv("DISPLAY") != "" || o.getenv("WAYLAND_DISPLAY") != ""
}

func (o Opener) inContainer() bool {
	// Docker's mark, Podman's mark, systemd-nspawn's and Podman's variable, Kubernetes' variable.
	return o.exists("/.dockerenv") || o.exists("/run/.containerenv") ||
		o.getenv("container") != "" || o.getenv("KUBERNETES_SERVICE_HOST") != ""
}

// inWSL reports whether Windows is underneath, whose browser can be opened from here.
func (o Opener) inWSL() bool {
	return o.os() == "linux" && (o.getenv("WSL_DISTRO_NAME") != "" || o.getenv("WSL_INTEROP") != "")
}

// wslOpeners reach Windows' browser: Windows' own opener by its name and, where the PATH of Windows is switched off, by its
// place. Not cmd.exe and not PowerShell: both would read the & of a query as their own. And not wslu's wslview, which
// writes the URL into a command of PowerShell.
var wslOpeners = [][]string{
	{"rundll32.exe", "url.dll,FileProtocolHandler"},
	{"/mnt/c/Windows/System32/rundll32.exe", "url.dll,FileProtocolHandler"},
}

// shellSafe reports whether s can be pasted into any shell as it is and is no option.
func shellSafe(s string) bool {
	return s != "" && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		return !ascii.IsAlphanumeric(r) && !slices.Contains([]rune("-_.:@%"), r)
	})
}
