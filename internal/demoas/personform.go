package demoas

import (
	"errors"
	"html"
	"net/url"
	"strings"
)

// postedForm reads the page of the response mode form_post: its inputs and where they go. It reads markup of ours alone.
func postedForm(body string) (url.Values, *url.URL, error) {
	_, rest, _ := strings.Cut(body, `data-page="form_post" action="`)
	action, rest, found := strings.Cut(rest, `"`)
	target, err := url.Parse(html.UnescapeString(action))
	if !found || err != nil {
		return nil, nil, errors.New("visit authorization URL: the form leads nowhere")
	}
	form := url.Values{}
	inputs := strings.Split(rest, `<input type="hidden" name="`)
	for _, input := range inputs[1:] {
		name, input, _ := strings.Cut(input, `" value="`)
		value, _, _ := strings.Cut(input, `"`)
		form.Set(html.UnescapeString(name), html.UnescapeString(value))
	}
	return form, target, nil
}
