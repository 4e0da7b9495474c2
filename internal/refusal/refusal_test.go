package refusal

import (
	"strings"
	"testing"
)

func TestReasonIsFoundInTheFormsThatServersSend(t *testing.T) {
	const plain = "text/plain; charset=utf-8"
	for body, want := range map[string]Refusal{
		`{"error":"invalid_grant","error_description":"Token expired","error_uri":"https://as.example/e"}`: {"invalid_grant", "Token expired", "https://as.example/e", true},
		`{"message":"invalid client secret"}`:                                                        {"", "invalid client secret", "", false},
		`{"error":{"message":"Malformed code","code":100,"type":"OAuthException"}}`:                  {"", "Malformed code", "", true},
		`{"error":{"code":"invalid_grant","message":"Bad code"}}`:                                    {"invalid_grant", "Bad code", "", true},
		`{"error":400,"message":"Unauthorized"}`:                                                     {"", "Unauthorized", "", true},
		`{"errorCode":"invalid_client","errorSummary":"Invalid value for 'client_id' parameter."}`:   {"invalid_client", "Invalid value for 'client_id' parameter.", "", true},
		`{"errors":[{"code":99,"message":"Unable to verify your credentials"}]}`:                     {"", "Unable to verify your credentials", "", true},
		`{"errors":["no such client"]}`:                                                              {"", "no such client", "", true},
		`{"errcode":40029,"errmsg":"invalid code"}`:                                                  {"", "invalid code", "", true},
		`{"type":"about:blank","title":"Bad Request","status":400,"detail":"redirect URI mismatch"}`: {"", "redirect URI mismatch", "", false},
		`{"type":"about:blank","title":"Bad Request","status":400}`:                                  {"", "Bad Request", "", false},
		`{"detail":[{"loc":["body","code"],"msg":"field required"}]}`:                                {"", "field required", "", false},
		`{"fault":{"faultstring":"Invalid API call","detail":{"errorcode":"x"}}}`:                    {"", "Invalid API call", "", true},
		`[{"errorCode":"INVALID","message":"Session expired"}]`:                                      {"", "Session expired", "", true},
		`{"status":"BAD_CLIENT_ID","message":"missing or unknown client id"}`:                        {"", "missing or unknown client id", "", false},
		`{"error":"Invalid client secret"}`:                                                          {"", "Invalid client secret", "", true},
		`{"error":"bad request","message":"The code is wrong"}`:                                      {"", "The code is wrong", "", true},
		`{"Message":"no"}`:                                   {"", "no", "", false},
		`"invalid client secret"`:                            {"", "invalid client secret", "", false},
		`error=invalid_client&error_description=who+is+that`: {"invalid_client", "who is that", "", true},
		`Invalid client`:                                     {"", "Invalid client", "", false},
		`<html>Invalid client</html>`:                        {},
		`{}`:                                                 {},
		`{"error":"","errors":[],"errcode":0,"err":false,"fault":{},"error_uri":null}`: {},
		`[]`:                          {},
		`null`:                        {},
		``:                            {},
		`{"error":null,"message":{}}`: {},
		`{"message":{"message":{"message":{"message":{"message":"deep"}}}}}`: {},
		"\xff\xfe":                 {},
		strings.Repeat("x ", 2000): {},
	} {
		if got := Read(plain, []byte(body)); got != want {
			t.Errorf("%.80s: %+v, want %+v", body, got, want)
		}
	}
	if got := Read("text/html", []byte("Invalid client")); got != (Refusal{}) {
		t.Errorf("HTML: %+v", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"error":{"message":["x",{"error":1}]},"errors":[[["y"]]]}`)
	f.Fuzz(func(t *testing.T, body string) { Read("", []byte(body)) })
}
