package mattermostfake_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	idShape = regexp.MustCompile(`^[a-z0-9]{26}$`)
	inside  = regexp.MustCompile(`[a-z0-9]{26}`)
)

// own are keys whose values are each server's own.
var own = []string{
	"create_at", "update_at", "edit_at", "delete_at", "last_post_at", "last_root_post_at", "last_reply_at", "request_id", "token", "cookie",
	"server_version", "connection_id", "trigger_id", "response_url", "user_name", "username", "email",
}

// translate writes what was recorded in our ids and addresses.
func (r *replay) translate(text string) string {
	text = inside.ReplaceAllStringFunc(text, func(id string) string {
		if ours, ok := r.ids[id]; ok {
			return ours
		}
		return id
	})
	for _, host := range []string{"http://127.0.0.1:36337", "http://127.0.0.1:38189", "http://127.0.0.1:45765"} {
		text = strings.ReplaceAll(text, host, r.URL)
	}
	return text
}

// same compares a recorded value with ours.
func (r *replay) same(where string, want, got any) {
	r.t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(w)) { // "order" pairs the ids by which "posts" is compared
			v := w[key]
			ours, there := g[key], false
			if _, there = g[key]; !there {
				ours, there = g[r.ids[key]], g[r.ids[key]] != nil
			}
			if !there {
				r.t.Errorf("%s: no %s", where, key)
				continue
			}
			if slices.Contains(own, key) {
				r.sameOwn(where+"."+key, v, ours)
				continue
			}
			r.same(where+"."+key, v, ours)
		}
		if len(w) != len(g) {
			r.t.Errorf("%s: %d keys, recorded were %d: %v", where, len(g), len(w), got)
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			r.t.Errorf("%s: %v, recorded was %v", where, got, want)
			return
		}
		for i := range w {
			r.same(fmt.Sprintf("%s[%d]", where, i), w[i], g[i])
		}
	case string:
		g, ok := got.(string)
		if !ok {
			r.t.Errorf("%s: %v, recorded was %q", where, got, w)
			return
		}
		r.sameText(where, w, g)
	case float64:
		if g, isNumber := got.(float64); !isNumber || g != w && (g < 1e12 || w < 1e12) { // a time is each server's own
			r.t.Errorf("%s: %v, recorded was %v", where, got, want)
		}
	default:
		if want != got {
			r.t.Errorf("%s: %v, recorded was %v", where, got, want)
		}
	}
}

// sameOwn requires the same kind of value, and zero where zero was.
func (r *replay) sameOwn(where string, want, got any) {
	r.t.Helper()
	if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) || (want == float64(0) || want == "") != (got == float64(0) || got == "") {
		r.t.Errorf("%s: %v, recorded was %v", where, got, want)
	}
}

func (r *replay) sameText(where, want, got string) {
	r.t.Helper()
	var w, g any
	switch {
	case idShape.MatchString(want) && r.ids[want] == "" && idShape.MatchString(got):
		r.ids[want] = got
	case strings.HasPrefix(want, "{") && json.Unmarshal([]byte(want), &w) == nil && json.Unmarshal([]byte(got), &g) == nil:
		r.same(where, w, g)
	case sorted(r.translate(want)) != sorted(got) && !strings.HasPrefix(want, "@"):
		r.t.Errorf("%s: %.300q, recorded was %.300q", where, got, r.translate(want))
	}
}

// sorted: a direct channel is named by both ids, the smaller first.
func sorted(name string) string {
	a, b, found := strings.Cut(name, "__")
	if found && a > b {
		return b + "__" + a
	}
	return name
}
