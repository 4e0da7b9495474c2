package agentserver

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/oauthget/oauthget/internal/account"
	"github.com/oauthget/oauthget/internal/agent"
	"github.com/oauthget/oauthget/internal/ascii"
	"github.com/oauthget/oauthget/internal/bounded"
	"github.com/oauthget/oauthget/internal/dpop"
	"github.com/oauthget/oauthget/internal/remedy"
	"github.com/oauthget/oauthget/internal/session"
	"github.com/oauthget/oauthget/internal/token"
	"github.com/oauthget/oauthget/internal/tokensource"
	"github.com/oauthget/oauthget/internal/untrusted"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 64 << 10

// maxMethod bounds the name of a method, in bytes. Registered ones have up to 17.
const maxMethod = 64

// badRequest reports a request that is not one of the protocol.
type badRequest struct {
	status int
	why    string
}

func (e *badRequest) Error() string { return e.why }

// serve answers a request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	a := &answer{server: s, w: w, r: r, control: http.NewResponseController(w)}
	if err := a.check(); err != nil {
		a.fail(err)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET " + agent.PathProfile:
		a.profile(nameIn(r.URL.Query()))
	case "GET " + agent.PathStatus:
		a.status(nameIn(r.URL.Query()))
	case "POST " + agent.PathToken:
		take(a, a.token)
	case "POST " + agent.PathProof:
		take(a, a.proof)
	case "POST " + agent.PathExpire:
		take(a, a.expire)
	default:
		a.fail(&badRequest{http.StatusNotFound, "there is no such request in version 1 of the protocol"})
	}
}

func nameIn(query url.Values) agent.Name {
	return agent.Name{Name: query.Get("name"), Account: query.Get("account")}
}

// answer is one request, and its answer.
type answer struct {
	server  *Server
	w       http.ResponseWriter
	r       *http.Request
	control *http.ResponseController
}

// hosts are the names under which the agent is asked. A page that reaches it through something that forwards the socket has another.
var hosts = []string{agent.Host, "localhost"}

func (a *answer) check() error {
	h := a.r.Header
	switch {
	case !slices.Contains(hosts, a.r.Host):
		return &badRequest{http.StatusForbidden, "the Host is none of " + agent.Host + " and localhost"}
	case h.Get("Origin") != "" || h.Get("Sec-Fetch-Site") != "":
		return &badRequest{http.StatusForbidden, "the agent answers no web page"}
	}
	return nil
}

// take reads the body of a request and passes it to do.
func take[T any](a *answer, do func(T)) {
	kind, _, err := mime.ParseMediaType(a.r.Header.Get("Content-Type"))
	if err != nil || kind != agent.TypeJSON {
		a.fail(&badRequest{http.StatusUnsupportedMediaType, "the Content-Type is not " + agent.TypeJSON})
		return
	}
	_ = a.control.SetReadDeadline(time.Now().Add(readTime))
	data, err := bounded.Read(a.r.Body, maxBody)
	_ = a.control.SetReadDeadline(time.Time{})
	if err != nil {
		a.fail(&badRequest{http.StatusRequestEntityTooLarge, "the body is longer than 64 KiB, or did not arrive in time"})
		return
	}
	var request T
	if err := json.Unmarshal(data, &request); err != nil {
		a.fail(&badRequest{http.StatusBadRequest, "the body is not the JSON object of this request"})
		return
	}
	do(request)
}

func (a *answer) profile(n agent.Name) {
	a.withStored(n, func(_ context.Context, opened *session.Session) (any, error) { return opened.Description(), nil })
}

func (a *answer) status(n agent.Name) {
	ctx, o := a.server.forClient(a.r.Context(), true)
	if n.Name != "" {
		if _, err := a.server.open(ctx, o, n); err != nil {
			a.fail(err)
			return
		}
	}
	report, err := account.List(ctx, o, n.Name)
	if err != nil {
		a.fail(err)
		return
	}
	report.Registrations = nil
	report.Profiles = slices.DeleteFunc(report.Profiles, func(p account.Status) bool { return !a.server.serves(p.Profile, p.API) })
	a.send(http.StatusOK, report)
}

func (a *answer) token(request agent.TokenRequest) {
	s := a.server
	key := flightKey{
		Name: request.Name, minTTL: tokensource.DefaultMinTTL, timeout: seconds(request.Timeout), afterFailure: seconds(request.AfterFailure),
		force: request.Force, idToken: request.IDToken, noInput: request.NoInput, post: request.Post, refusedAt: request.RefusedAt.UTC(), refused: sha256.Sum256([]byte(request.Refused)),
	}
	if request.MinTTL != nil {
		key.minTTL = seconds(*request.MinTTL)
	}
	c := clientOf(a.r.Context())
	w := wish{"a token", request.Name}
	if request.IDToken {
		w.what = "a token and an ID Token"
	}
	who := fmt.Sprintf("%s asks for %s", c, w)
	s.options.Session.Console.Step("%s", who)
	stream := a.stream()
	if !s.agreed(c, w) {
		if !request.NoInput {
			stream.write(agent.Line{Progress: "waiting for an answer, " + atAgent})
		}
		if err := stream.during(func(ctx context.Context) error { return s.agree(ctx, w, request.NoInput) }); err != nil {
			stream.end(nil, err)
			return
		}
	}
	refused := token.NewSecret(request.Refused)
	f, leave, err := s.flights.join(key, c.process, func(ctx context.Context, f *flight) { s.look(ctx, f, key, refused, who) })
	if err != nil {
		stream.end(nil, err)
		return
	}
	defer leave()
	if stream.follow(f) {
		stream.end(&f.result, f.err)
	}
}

// seconds is a duration of a request. One that is too long or negative is as long as any.
func seconds(n int64) time.Duration {
	const most = int64(10 * 365 * 24 * time.Hour / time.Second)
	return time.Duration(max(0, min(n, most))) * time.Second
}

func (a *answer) proof(request agent.ProofRequest) {
	u, err := url.Parse(request.URL)
	if err == nil {
		err = dpop.CheckURL(u)
	}
	if len(request.Method) > maxMethod || strings.ContainsFunc(request.Method, func(r rune) bool { return !ascii.IsTchar(r) }) {
		err = errors.New("not a method")
	}
	if err == nil && request.Nonce != "" {
		err = dpop.CheckNonce(request.Nonce)
	}
	if err != nil {
		a.fail(&badRequest{http.StatusBadRequest, "the URL, the method or the nonce has not the form that a proof takes"})
		return
	}
	if a.server.options.Confirm == ConfirmEach {
		if err := a.server.agree(a.r.Context(), wish{"a proof", request.Name}, false); err != nil {
			a.fail(err)
			return
		}
	}
	a.withStored(request.Name, func(ctx context.Context, opened *session.Session) (any, error) {
		proof, err := opened.Prove(ctx, dpop.Request{Method: request.Method, URL: u, AccessToken: token.NewSecret(request.AccessToken), Nonce: request.Nonce})
		return agent.Proof{Proof: proof.Reveal()}, err
	})
}

func (a *answer) expire(request agent.ExpireRequest) {
	a.withStored(request.Name, func(ctx context.Context, opened *session.Session) (any, error) {
		if err := a.server.renewals.take(labelOf(opened), a.server.options.Session.Now()); err != nil {
			return nil, err
		}
		return struct{}{}, opened.Expire(ctx, token.NewSecret(request.AccessToken))
	})
}

// withStored answers with what do returns for a profile, whose store is not asked for anything that takes a person.
func (a *answer) withStored(n agent.Name, do func(context.Context, *session.Session) (any, error)) {
	ctx, o := a.server.forClient(a.r.Context(), true)
	opened, err := a.server.open(ctx, o, n)
	if err != nil {
		a.fail(err)
		return
	}
	body, err := do(ctx, opened)
	if err != nil {
		a.fail(err)
		return
	}
	a.send(http.StatusOK, body)
}

// send sends a whole answer.
func (a *answer) send(status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":{"code":"failed","status":1,"message":"the answer has no JSON"}}`)
	}
	h := a.w.Header()
	h.Set("Content-Type", agent.TypeJSON)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_ = a.control.SetWriteDeadline(time.Now().Add(writeTime))
	a.w.WriteHeader(status)
	_, _ = a.w.Write(append(data, '\n'))
}

func (a *answer) fail(err error) {
	f, status := a.server.failure(err)
	a.send(status, struct {
		Error *agent.Failure `json:"error"`
	}{f})
}

// failure says what an error comes to for a client, and for one that looks at the status of HTTP.
func (s *Server) failure(err error) (*agent.Failure, int) {
	if bad, ok := errors.AsType[*badRequest](err); ok {
		return &agent.Failure{Code: agent.CodeFailed, Status: remedy.StatusFailure, Message: bad.why}, bad.status
	}
	status, hints := s.options.Remedy(err)
	f := &agent.Failure{Code: agent.CodeFailed, Status: status, Message: untrusted.Line(err.Error()), Hints: hints}
	switch {
	case errors.As(err, new(*refusedError)):
		f.Code, f.Status = agent.CodeRefused, remedy.StatusDenied
		return f, http.StatusForbidden
	case errors.Is(err, errBusy), errors.Is(err, errTooOften):
		f.Status, f.Hints = remedy.StatusNetwork, []string{fmt.Sprintf("wait %s, or see which client asks so often", renewalsWithin)}
		return f, http.StatusTooManyRequests
	case errors.Is(err, errEnding):
		f.Status, f.Hints = remedy.StatusNetwork, []string{"start it again: oauthget agent"}
		return f, http.StatusServiceUnavailable
	case errors.Is(err, errUnanswered):
		f.Status, f.Hints = remedy.StatusTimeout, []string{"answer the question of oauthget agent, or give more time with its --timeout"}
		return f, http.StatusForbidden
	case errors.As(err, new(*session.OpenAPIError)):
		f.Code = agent.CodeOpenAPI
	case errors.Is(err, tokensource.ErrInteractionRequired):
		f.Code = agent.CodeInteraction
	case errors.As(err, new(*tokensource.LoginError)):
		f.Code = agent.CodeLogin
	}
	return f, http.StatusBadGateway
}
