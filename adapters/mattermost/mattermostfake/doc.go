// Package mattermostfake is a Mattermost server for tests: what a bot and an
// administrator need of the REST API v4 and of the WebSocket, as the official
// client speaks it, and the calls that a real server makes to an integration:
// slash commands, buttons and dialogs.
//
// It was built from traffic recorded with a 9.9 server (testdata/traces.jsonl;
// a test replays it and compares the shape of every answer and event) and is as
// strict, and as careless, as that server was: a dialog submission is unsigned
// and tied to no opened dialog, a bot may delete nobody's message, deletion is
// soft, an invalid dialog gets 200 and a warning in the log.
//
//	srv := mattermostfake.Start(t, mattermostfake.Options{})
//	admin := srv.AddUser("root", mattermostfake.SystemAdmin)
//	bot := srv.AddBot("ombra", admin)
//	cmd := srv.AddCommand(admin, "ombra", "http://127.0.0.1:…/slash") // cmd.Token is the secret
//	anna := srv.Seat("anna") // a bottest.Person
//
// What a real server keeps, this one keeps: [Server.Export] gives database, file
// store, audit file and debug log as files, for a scan. What can go wrong goes
// wrong on request: [Server.Fail], [Server.Restart], [Server.DropSockets] and
// [Server.Weather].
//
// Goroutines: one that serves HTTP, and per socket a reader and a writer; all end
// with [Server.Close], which Start registers with the test. One mutex guards the
// whole state; no call out is made under it.
package mattermostfake
