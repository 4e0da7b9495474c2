package proxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// way is how a request reaches the upstream.
type way struct {
	name string
	url  string
	took []time.Duration
	heap uint64 // allocated while it was taken, by all who take part
}

// ways are the upstream itself, the standard library's proxy with nothing to do, and ours.
func ways(b *testing.B, upstream http.Handler) []*way {
	b.Helper()
	up := httptest.NewServer(upstream)
	b.Cleanup(up.Close)
	u, err := url.Parse(up.URL)
	if err != nil {
		b.Fatal(err)
	}
	bare := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(u) },
		Transport: &http.Transport{MaxIdleConnsPerHost: maxIdle, DisableCompression: true},
	})
	b.Cleanup(bare.Close)
	quiet := func(o *Options) { o.Log = nil }
	bound, _ := boundSet(b, "bound")
	return []*way{
		{name: "direct", url: up.URL + "/x"},
		{name: "bare", url: bare.URL + "/x"},
		{name: "proxy", url: start(b, up.URL, quiet).base + "/x"},
		{name: "dpop", url: start(b, up.URL, func(o *Options) { quiet(o); o.Set = bound }).base + "/x"},
	}
}

// inTurns goes each way in each round, and reports the median of the first and how often it goes into the others.
func inTurns(b *testing.B, all []*way, round func(url string) error) {
	b.Helper()
	for _, w := range all { // connections are there
		if err := round(w.url); err != nil {
			b.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	for b.Loop() {
		for _, w := range all {
			runtime.ReadMemStats(&before)
			began := time.Now()
			if err := round(w.url); err != nil {
				b.Fatal(err)
			}
			w.took = append(w.took, time.Since(began))
			runtime.ReadMemStats(&after)
			w.heap += after.TotalAlloc - before.TotalAlloc
		}
	}
	median := func(w *way) float64 {
		slices.Sort(w.took)
		return float64(w.took[len(w.took)/2])
	}
	for _, w := range all {
		b.ReportMetric(median(w)/float64(time.Microsecond), w.name+"-µs")
		b.ReportMetric(float64(w.heap)/float64(len(w.took))/1024, w.name+"-KiB")
		if w != all[0] {
			b.ReportMetric(median(w)/median(all[0]), w.name+"/direct")
			b.ReportMetric(median(w)/median(all[1]), w.name+"/bare")
		}
	}
	b.ReportMetric(0, "ns/op") // of all ways together, which is nobody's
}

func fetch(client *http.Client) func(string) error {
	return func(url string) error {
		resp, err := client.Get(url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
}

func BenchmarkOneAtATime(b *testing.B) {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	inTurns(b, ways(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1024)) })), fetch(client))
}

// BenchmarkManyAtOnce has a round of 400 requests, 32 of them at a time.
func BenchmarkManyAtOnce(b *testing.B) {
	const clients, each = 32, 400 / 32
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	get := fetch(client)
	inTurns(b, ways(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1024)) })), func(url string) error {
		var all sync.WaitGroup
		failed := make(chan error, clients*each)
		for range clients {
			all.Go(func() {
				for range each {
					if err := get(url); err != nil {
						failed <- err
					}
				}
			})
		}
		all.Wait()
		close(failed)
		return <-failed
	})
}

func BenchmarkLargeBody(b *testing.B) {
	const size = 64 << 20
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	inTurns(b, ways(b, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.CopyN(w, zeros{}, size) })), fetch(client))
}
