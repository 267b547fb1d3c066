package mattermostfake

import (
	"maps"
	"net/http"
)

var systemRoutes = []route{
	{pattern: "GET " + api + "/system/ping", who: anybody, do: (*Server).ping},
	{pattern: "GET " + api + "/config", who: adminOnly, do: (*Server).getConfig},
	{pattern: "PUT " + api + "/config/patch", who: adminOnly, do: (*Server).patchConfig},
	{pattern: "GET " + api + "/config/client", who: anybody, do: (*Server).getClientConfig},
}

// defaultConfig is that of a server on which an administrator has switched on
// what a bot needs; use [Server.Configure] for one that is as installed.
func defaultConfig() map[string]any {
	return map[string]any{
		"ServiceSettings": map[string]any{
			"SiteURL": "", "EnableBotAccountCreation": true, "EnableUserAccessTokens": true, "DisableBotsWhenOwnerIsDeactivated": true,
			"AllowedUntrustedInternalConnections": "127.0.0.1 localhost", "EnablePostUsernameOverride": false, "EnableCommands": true,
			"EnableDeveloper": false, "EnableAPIUserDeletion": false, "EnableAPITeamDeletion": false, "OutgoingIntegrationRequestsTimeout": 30,
		},
		"FileSettings":         map[string]any{"MaxFileSize": 104857600, "EnableFileAttachments": true, "ExtractContent": true},
		"EmailSettings":        map[string]any{"SendEmailNotifications": true, "EmailNotificationContentsType": "full", "PushNotificationContents": "full"},
		"RateLimitSettings":    map[string]any{"Enable": false},
		"ExperimentalSettings": map[string]any{},
	}
}

func (s *Server) ping(c *call) (int, any, *failure) {
	answer := map[string]any{
		"AndroidLatestVersion": "", "AndroidMinVersion": "", "IosLatestVersion": "", "IosMinVersion": "", "status": "OK", "ActiveSearchBackend": "database",
	}
	if c.URL.Query().Get("get_server_status") == "true" {
		answer["database_status"], answer["filestore_status"] = "OK", "OK"
	}
	return http.StatusOK, answer, nil
}

func (s *Server) getConfig(*call) (int, any, *failure) {
	config := clone(s.config)
	section, _ := config["ServiceSettings"].(map[string]any)
	section["SiteURL"] = s.URL()
	return http.StatusOK, config, nil
}

func (s *Server) patchConfig(c *call) (int, any, *failure) {
	var patch map[string]any
	if err := c.read(&patch); err != nil {
		return 0, nil, err
	}
	merge(s.config, patch)
	return s.getConfig(c)
}

// merge sets what a patch has; a client that writes a whole struct writes null
// for what it does not mean.
func merge(into, patch map[string]any) {
	for key, v := range patch {
		old, isMap := into[key].(map[string]any)
		more, both := v.(map[string]any)
		switch {
		case v == nil:
		case isMap && both:
			merge(old, more)
		case both:
			if meant := given(more); len(meant) > 0 {
				into[key] = meant
			}
		default:
			into[key] = v
		}
	}
}

// given is what of a section is meant.
func given(section map[string]any) map[string]any {
	meant := map[string]any{}
	merge(meant, section)
	return meant
}

// getClientConfig: old servers ask for format=old, which the client of today no
// longer says.
func (s *Server) getClientConfig(c *call) (int, any, *failure) {
	if !s.atLeast("10.0") && c.URL.Query().Get("format") != "old" {
		return 0, nil, fail(http.StatusNotImplemented, "api.config.client.old_format.app_error",
			"New format for the client configuration is not supported yet. Please specify format=old in the query string.")
	}
	return http.StatusOK, map[string]string{"Version": s.o.Version, "SiteURL": s.URL(), "EnableBotAccountCreation": "true"}, nil
}

// Configure sets one setting, as in the System Console.
func (s *Server) Configure(section, key string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	merge(s.config, map[string]any{section: map[string]any{key: value}})
}

// Config is the configuration as it stands.
func (s *Server) Config() map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(clone(s.config))
}

func (s *Server) setting(key string) bool {
	m, _ := s.config["ServiceSettings"].(map[string]any)
	on, _ := m[key].(bool)
	return on
}
