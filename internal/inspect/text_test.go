package inspect

import (
	"testing"
	"time"
)

func TestLapseIsAsExactAsAPersonWantsIt(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 400 * time.Millisecond: "0s", 59 * time.Second: "59s", 61 * time.Second: "1m", time.Hour + 10*time.Minute: "1h10m",
		47*time.Hour + 59*time.Minute: "47h59m", 49 * time.Hour: "2 days", 900 * 24 * time.Hour: "900 days",
	} {
		if got := lapse(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
