package browser

import (
	"slices"
	"strings"

	"github.com/oauthget/oauthget/internal/ascii"
)

// Obstacle is a reason why the user will probably not see a browser that is opened here, as a clause for a sentence. It is
// empty if none is known.
type Obstacle string

// The obstacles, the most certain first.
const (
	RemoteSession   Obstacle = "this is an SSH session without a display"
	RemoteContainer Obstacle = "this is a remote development container"
	Container       Obstacle = "this is a container"
	NoDisplay       Obstacle = "there is no display"
	TextBrowser     Obstacle = "a text browser would have no terminal"
)

// ObstacleError is returned by Open if it did not try.
type ObstacleError struct{ Obstacle Obstacle }

func (e *ObstacleError) Error() string { return "open browser: " + string(e.Obstacle) }

// Obstacle examines the environment. It is advice: it returns "" if the user named a command, in the profile or in $BROWSER
// (as VS Code does in its containers), that is not a text browser.
func (o Opener) Obstacle() Obstacle {
	_, onlyText := o.named()
	switch {
	case onlyText:
		return TextBrowser
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

// overSSH reports whether the user sits at another machine. A forwarded display shows the browser there. macOS and Windows
// forward none: a browser opens on the screen of the machine itself.
func (o Opener) overSSH() bool {
	remote := o.getenv("SSH_CONNECTION") != "" || o.getenv("SSH_TTY") != ""
	return remote && (o.os() == "darwin" || o.os() == "windows" || !o.hasDisplay())
}

func (o Opener) hasDisplay() bool {
	return o.getenv("DISPLAY") != "" || o.getenv("WAYLAND_DISPLAY") != ""
}

func (o Opener) inContainer() bool {
	// The files of Docker and Podman, the variables of systemd-nspawn and Podman, and of Kubernetes.
	return o.exists("/.dockerenv") || o.exists("/run/.containerenv") ||
		o.getenv("container") != "" || o.getenv("KUBERNETES_SERVICE_HOST") != ""
}

// inWSL reports whether we run in the Windows Subsystem for Linux, from which Windows' browser can be opened.
func (o Opener) inWSL() bool {
	return o.os() == "linux" && (o.getenv("WSL_DISTRO_NAME") != "" || o.getenv("WSL_INTEROP") != "")
}

// wslOpeners open Windows' browser: Windows' own opener by its name, and by its path in case the PATH of Windows is not
// passed on. cmd.exe and PowerShell would interpret the & of a query, and wslview writes the URL into a PowerShell command.
var wslOpeners = [][]string{
	{"rundll32.exe", "url.dll,FileProtocolHandler"},
	{"/mnt/c/Windows/System32/rundll32.exe", "url.dll,FileProtocolHandler"},
}

// shellSafe reports whether s can be pasted into any shell without quotes and is not an option.
func shellSafe(s string) bool {
	return s != "" && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		return !ascii.IsAlphanumeric(r) && !slices.Contains([]rune("-_.:@%"), r)
	})
}
