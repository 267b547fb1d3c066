package main

import (
	"context"
	"errors"
	"log/slog"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ombra/adapters/terminal"
	"ombra/bot"
	"ombra/cases"
	"ombra/config"
)

func newServe(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve the office until it is told to stop",
		Long: `Serve the office until it is told to stop.

Prints one line, "ready", when people can be answered. SIGTERM and SIGINT end it
within ten seconds: conversations under way are finished first. A second signal
ends it at once; whatever was shown as filed is on disk either way.`,
		Args: cobra.NoArgs,
		RunE: runs(func(ctx context.Context, _ []string) error { return o.serve(ctx) }),
	}
}

// patience says how long a stop may take, each counted from the signal.
type patience struct {
	flows time.Duration // until conversations are cut off
	links time.Duration // until nobody waits any more for who does not read an answer
	all   time.Duration
}

var usualPatience = patience{6 * time.Second, 8 * time.Second, 9500 * time.Millisecond}

func (o *options) serve(ctx context.Context) error {
	ctx, unhear := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	// After the first signal the second one does what the system does: it kills.
	defer context.AfterFunc(ctx, unhear)()
	defer unhear()
	cfg, err := o.load()
	if err != nil {
		return err
	}
	if !cfg.Test && !isOnChat(cfg) {
		return fail("no chat platform is configured, so nobody could reach the office",
			"add [slack] or [mattermost] to the configuration; see docs/slack.md and docs/mattermost.md")
	}
	of, err := openOffice(ctx, cfg, o.now)
	if err != nil {
		return err
	}
	s, err := o.newServer(ctx, of)
	if err != nil {
		return errors.Join(err, of.close())
	}
	return s.run(ctx, func() {
		o.say("ready\n")
		if tellManager(ctx) != nil { // it would wait, and then start us anew
			s.log.LogAttrs(ctx, slog.LevelWarn, logManager)
		}
	})
}

// A server is an office being served.
type server struct {
	*office
	log   *slog.Logger
	bot   *bot.Bot
	keys  *bot.Keyring
	wire  *terminal.Wire // of a test office, else nil
	chats map[string]chat
	admin *adminServer
	// monitor is nil unless the configuration has a place for it.
	monitor *monitor
	patience

	mu         sync.Mutex
	complained map[string]time.Time // by job; guarded by mu
}

// newServer does everything that can fail before people are answered.
func (o *options) newServer(ctx context.Context, of *office) (*server, error) {
	if err := of.sweep(ctx); err != nil {
		return nil, err
	}
	s := &server{office: of, patience: usualPatience, complained: map[string]time.Time{}}
	var err error
	platforms := map[string]bot.Platform{}
	if of.cfg.Test {
		if s.wire, err = terminal.Listen(path(of.cfg, "test.sock")); err != nil {
			return nil, socketError(of.cfg, err)
		}
		platforms["terminal"] = s.wire
	}
	if s.admin, err = listenAdmin(of); err != nil {
		return nil, socketError(of.cfg, err)
	}
	out := o.err
	if o.mute != nil {
		if out, err = o.mute(); err != nil {
			return nil, err
		}
		o.err = out // what serve has to say at the end goes there too
	}
	s.log = newLogger(out, of.cfg.Location)
	s.admin.log = s.log
	if s.monitor, err = s.listenMonitor(ctx); err != nil {
		return nil, err
	}
	if s.bot, s.keys, err = of.newBot(s.log, platforms); err != nil {
		return nil, err
	}
	return s, s.listen(platforms)
}

// listen makes the chat platforms. The bot knows them by the map, and speaks to
// nobody before it is served.
func (s *server) listen(platforms map[string]bot.Platform) (err error) {
	if s.chats, err = chats(s.cfg, s.log, s.bot.Verbs()); err != nil {
		return err
	}
	for name, c := range s.chats {
		if err := c.Listen(); err != nil {
			return fail(err.Error(), "look at ["+name+"] in the configuration, and whether something else listens there")
		}
		platforms[name] = c
	}
	return nil
}

// socketError explains the one failure that says nothing by itself.
func socketError(cfg *config.Config, err error) error {
	if len(path(cfg, "admin.sock")) > 100 {
		return fail("the path of the data folder is too long for a socket", "choose a folder whose path has less than 90 characters")
	}
	return err
}

// run serves until ctx ends or a part fails, and then stops in order: intake,
// flows, jobs, checkpoint of the database, close.
func (s *server) run(ctx context.Context, ready func()) error {
	flows, endFlows := context.WithCancel(context.WithoutCancel(ctx))
	defer endFlows()
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	defer endWork()
	intake, ended := errgroup.WithContext(ctx)
	jobs, failed := errgroup.WithContext(work)
	if s.wire != nil {
		s.start(intake, ended, partPlatforms, func(ctx context.Context) error { return s.wire.Serve(ctx, s.handler(flows)) })
	}
	for _, c := range s.chats {
		s.start(intake, ended, partPlatforms, func(ctx context.Context) error { return c.Serve(ctx, s.handler(flows)) })
	}
	s.start(intake, ended, partAdmin, func(ctx context.Context) error { return s.admin.serve(ctx) })
	if s.monitor != nil {
		s.start(jobs, failed, partMonitor, s.monitor.serve)
	}
	// A job that dies takes the intake with it: an office whose notices go
	// nowhere should not go on taking filings as if somebody heard of them.
	intake.Go(func() error {
		select {
		case <-failed.Done():
			return errPart
		case <-ended.Done():
			return nil
		}
	})
	s.start(jobs, failed, partNotices, func(ctx context.Context) error { s.bot.Deliver(ctx); return nil })
	s.start(jobs, failed, partJobs, func(ctx context.Context) error { s.service.Run(ctx, s.jobFailed); return nil })
	s.start(jobs, failed, partKeys, s.ageKeys)
	s.start(jobs, failed, partLeaves, s.keepLeaves)
	s.log.LogAttrs(ctx, slog.LevelInfo, logServing)
	ready()

	<-ended.Done()
	began := time.Now()
	s.log.LogAttrs(ctx, slog.LevelInfo, logStopping)
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop(intake, jobs, endFlows, endWork) }()
	select {
	case err := <-stopped:
		s.log.LogAttrs(ctx, slog.LevelInfo, logStopped, slog.Duration("took", time.Since(began).Round(time.Millisecond)))
		return err
	case <-time.After(s.all):
		return fail("stopping took longer than ten seconds and was cut short", "nothing that was shown as filed is lost; look at ombra check")
	}
}

var errPart = fail("a part of the server failed, so all of it has stopped", "see the log, then start it again")

// stop ends everything in order. It runs beside run, which does not wait for it
// longer than it may.
func (s *server) stop(intake, jobs *errgroup.Group, endFlows, endWork context.CancelFunc) error {
	cut := time.AfterFunc(s.flows, func() {
		s.log.LogAttrs(context.Background(), slog.LevelWarn, logSlow)
		endFlows()
	})
	defer cut.Stop()
	talked := make(chan error, 1)
	go func() { talked <- intake.Wait() }()
	var err error
	select {
	case err = <-talked:
	case <-time.After(s.links):
	}
	endFlows()
	endWork()
	// Closing the last connection moves the journal into the database.
	return errors.Join(err, jobs.Wait(), s.close())
}

// start runs a part of the server. A panic ends the server, not the process;
// its value may hold what somebody typed, and is dropped.
func (s *server) start(g *errgroup.Group, ctx context.Context, part string, f func(context.Context) error) {
	g.Go(func() (err error) {
		defer func() {
			if recover() != nil {
				s.log.LogAttrs(context.Background(), slog.LevelError, logPanicked, slog.String("job", part))
				err = errPart
			}
		}()
		if err := f(ctx); err != nil {
			s.log.LogAttrs(context.Background(), slog.LevelError, logPart, slog.String("job", part))
			return errPart
		}
		return nil
	})
}

// handler is the bot, which a stop can cut off.
func (s *server) handler(flows context.Context) bot.Handler {
	return func(ctx context.Context, ev bot.Event) bot.Step {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(flows, cancel)()
		return s.bot.Handle(ctx, ev)
	}
}

// jobFailed logs a failure when it begins and then once an hour: the jobs are
// tried again every minute.
func (s *server) jobFailed(job string, err error) {
	s.mu.Lock()
	quiet := time.Since(s.complained[job]) < time.Hour
	if !quiet {
		s.complained[job] = time.Now()
	}
	s.mu.Unlock()
	if quiet {
		return
	}
	s.log.LogAttrs(context.Background(), slog.LevelError, logJob,
		slog.String("job", job), slog.String("kind", cases.KindOf(err).String()))
}

// ageKeys destroys old keys and makes new ones, at every full hour: a key must be
// made when a day begins, not when the first person of the day comes, whose hour
// the file would then tell.
func (s *server) ageKeys(ctx context.Context) error {
	open := true
	for {
		if err := errors.Join(s.keys.Age(s.now()), s.transport.age()); err != nil {
			s.jobFailed(partKeys, err)
		}
		open = s.sayOpen(ctx, open)
		now := s.now()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(now.Truncate(time.Hour).Add(time.Hour).Sub(now)):
		}
	}
}

// sayOpen logs when intake closes or opens by itself: mandates end at midnight.
func (s *server) sayOpen(ctx context.Context, was bool) (is bool) {
	is = s.service.Open()
	switch {
	case was && !is:
		s.log.LogAttrs(ctx, slog.LevelWarn, logClosed)
	case !was && is:
		s.log.LogAttrs(ctx, slog.LevelInfo, logOpen)
	}
	return is
}
