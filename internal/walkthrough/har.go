package walkthrough

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/trace"
)

// HAR returns the steps as an HTTP Archive 1.2, which browsers and proxies can read. Steps without a message are left out.
func HAR(version string, steps []Step) map[string]any {
	entries := []any{}
	for _, s := range steps {
		switch {
		case s.Hop != nil && !s.Hop.Back:
			entries = append(entries, hopEntry(s))
		case s.Exchange != nil:
			entries = append(entries, entry(s))
		}
	}
	return map[string]any{"log": map[string]any{
		"version": "1.2",
		"creator": map[string]any{"name": "oauthget", "version": version},
		"entries": entries,
		"comment": "secrets are replaced by fingerprints",
	}}
}

func entry(s Step) map[string]any {
	e := s.Exchange
	millis := float64(e.Took) / float64(time.Millisecond)
	request := harRequest(e.Method, e.Target, e.Query)
	request["headers"] = pairs(e.Request.Header)
	request["bodySize"] = e.Request.Body.Size
	if e.Request.Body.Size > 0 {
		request["postData"] = map[string]any{"mimeType": e.Request.Body.Type, "params": pairs(e.Request.Body.Fields), "text": ""}
	}
	return map[string]any{
		"startedDateTime": e.Started.UTC().Format(time.RFC3339Nano), "time": millis,
		"request": request, "response": harResponse(e),
		"cache": map[string]any{}, "timings": map[string]any{"send": 0, "wait": millis, "receive": 0},
		"comment": comment(s),
	}
}

// hopEntry returns the entry of a request by the browser, whose answer is unknown.
func hopEntry(s Step) map[string]any {
	return map[string]any{
		"startedDateTime": s.Hop.When.UTC().Format(time.RFC3339Nano), "time": 0,
		"request": harRequest(http.MethodGet, s.Hop.Target, s.Hop.Parameters), "response": emptyResponse(),
		"cache": map[string]any{}, "timings": map[string]any{"send": 0, "wait": 0, "receive": 0},
		"comment": comment(s) + "; in the browser",
	}
}

func comment(s Step) string { return strings.TrimSuffix(s.Title+": "+s.Rule, ": ") }

func harRequest(method, target string, query []trace.Field) map[string]any {
	values := url.Values{}
	for _, f := range query {
		values.Add(f.Name, f.Value)
	}
	if encoded := values.Encode(); encoded != "" {
		target += "?" + encoded
	}
	return map[string]any{
		"method": method, "url": target, "httpVersion": "HTTP/1.1", "cookies": []any{}, "headers": []any{},
		"queryString": pairs(query), "headersSize": -1, "bodySize": 0,
	}
}

func harResponse(e *trace.Exchange) map[string]any {
	r := emptyResponse()
	if e.Failed != "" {
		r["comment"] = e.Failed
		return r
	}
	if e.Reason != "" {
		r["comment"] = e.Reason
	}
	body := e.Response.Body
	r["status"], r["statusText"], r["headers"] = e.Status, http.StatusText(e.Status), pairs(e.Response.Header)
	r["bodySize"] = body.Size
	r["content"] = map[string]any{"size": body.Size, "mimeType": body.Type, "text": strings.Join(message("<", trace.Message{Body: body}, nil), "\n")}
	return r
}

func emptyResponse() map[string]any {
	return map[string]any{
		"status": 0, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": []any{}, "headers": []any{},
		"content": map[string]any{"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": -1,
	}
}

func pairs(list []trace.Field) []any {
	out := []any{}
	for _, f := range list {
		out = append(out, map[string]any{"name": f.Name, "value": f.Value})
	}
	return out
}
