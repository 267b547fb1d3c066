// An intake bot as a good engineer would write one for Slack: Bolt, the age of
// age's own author, and SQLite through libsql. bench_test.go measures Ombra beside
// it, and peer_test.go proves that it does the job: what was filed opens with an
// ombudsman's identity, a submission that comes twice is stored once, and a changed
// one is added. Its modals are drawn as Ombra draws them (VIEWS). Like the office
// of the benchmark it says "ready ADDRESS" once, and when its input ends what it
// measured of itself.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { Worker } = require('node:worker_threads');
const { App, HTTPReceiver, LogLevel } = require('@slack/bolt');
const Database = require('libsql');

const socketMode = process.env.MODE === 'socket';
const views = JSON.parse(process.env.VIEWS); // gate, form, receipt
const roster = JSON.parse(process.env.ROSTER); // name: age1pq…
const designate = 2;
const reserve = 1;

// ---- the store

const db = new Database(path.join(process.env.DATA, 'peer.db'));
db.exec('PRAGMA journal_mode = WAL');
db.exec('PRAGMA synchronous = FULL');
db.exec('PRAGMA foreign_keys = ON');
db.exec(`CREATE TABLE IF NOT EXISTS cases (
  id INTEGER PRIMARY KEY, lookup BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, stage TEXT NOT NULL, opened TEXT NOT NULL, urgent INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS holders (
  "case" INTEGER NOT NULL REFERENCES cases, name TEXT NOT NULL, live INTEGER NOT NULL, PRIMARY KEY ("case", name)
) STRICT;
CREATE TABLE IF NOT EXISTS papers (
  id INTEGER PRIMARY KEY, "case" INTEGER NOT NULL REFERENCES cases, tag BLOB NOT NULL, sealed BLOB NOT NULL, UNIQUE ("case", tag)
) STRICT;
CREATE TABLE IF NOT EXISTS outbox (name TEXT PRIMARY KEY, about TEXT NOT NULL, day TEXT NOT NULL) STRICT;`);

// The comparison is worth nothing without a synced commit on both sides.
const pragma = (name) => Object.values(db.prepare(`PRAGMA ${name}`).get())[0];
if (pragma('journal_mode') !== 'wal' || pragma('synchronous') !== 2) throw new Error('the store does not sync');

const sql = {
  found: db.prepare('SELECT id FROM cases WHERE lookup = ?'),
  opened: db.prepare(`INSERT INTO cases (lookup, kind, stage, opened, urgent) VALUES (?, 'report', 'received', ?, ?)`),
  held: db.prepare('INSERT INTO holders ("case", name, live) VALUES (?, ?, ?)'),
  added: db.prepare('INSERT INTO papers ("case", tag, sealed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
  told: db.prepare(`INSERT INTO outbox (name, about, day) VALUES (?, 'news', ?) ON CONFLICT DO NOTHING`),
};

// store returns when the commit is synced. A receipt that is known has its case.
const store = db.transaction((filing) => {
  let id = sql.found.get([filing.lookup])?.id; // libsql takes a lone Buffer for names and their values
  if (id === undefined) {
    id = sql.opened.run(filing.lookup, filing.day, filing.urgent ? 1 : 0).lastInsertRowid;
    for (const h of filing.holders) sql.held.run(id, h.name, h.live ? 1 : 0);
  }
  if (sql.added.run(id, filing.tag, filing.sealed).changes > 0) {
    for (const h of filing.holders) if (h.live) sql.told.run(h.name, filing.day);
  }
});

// ---- sealing

const idle = Array.from({ length: os.availableParallelism() }, () => new Worker(path.join(__dirname, 'seal.js'), { workerData: roster }));
const waiting = [];

// seal has whichever thread is free seal to everybody drawn.
const seal = (names, plain) => new Promise((resolve, reject) => {
  waiting.push({ job: { names, plain }, resolve, reject });
  next();
});

const next = () => {
  if (waiting.length === 0 || idle.length === 0) return;
  const worker = idle.pop();
  const { job, resolve, reject } = waiting.shift();
  worker.once('error', reject);
  worker.once('message', (sealed) => {
    worker.off('error', reject);
    idle.push(worker);
    next();
    resolve(Buffer.from(sealed));
  });
  worker.postMessage(job);
};

// draw picks who gets the case: at random, and nobody who was excluded.
const draw = (excluded) => {
  const names = Object.keys(roster).filter((name) => !excluded.includes(name));
  for (let i = names.length - 1; i > 0; i -= 1) {
    const j = crypto.randomInt(i + 1);
    [names[i], names[j]] = [names[j], names[i]];
  }
  return names.slice(0, designate + reserve).map((name, i) => ({ name, live: i < designate }));
};

// ---- receipts

const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const hash = (...parts) => parts.reduce((h, part) => h.update(part), crypto.createHash('sha256')).digest();

// written is 26 symbols for 16 bytes, and two to check them by, in groups of four.
const written = (secret) => {
  let n = BigInt(`0x${secret.toString('hex')}`);
  let text = '';
  for (let i = 0; i < 26; i += 1, n >>= 5n) text = symbols[Number(n & 31n)] + text;
  const sum = hash('check', secret);
  return (text + symbols[sum[0] & 31] + symbols[sum[1] & 31]).match(/.{4}/g);
};

// What a form carries is sealed for its account, so that Slack keeps no receipt.
const formKey = crypto.randomBytes(32);

const hide = (secret, account) => {
  const nonce = crypto.randomBytes(12);
  const c = crypto.createCipheriv('aes-256-gcm', formKey, nonce).setAAD(Buffer.from(account));
  return Buffer.concat([nonce, c.update(secret), c.final(), c.getAuthTag()]).toString('base64url');
};

const reveal = (text, account) => {
  const b = Buffer.from(text, 'base64url');
  const d = crypto.createDecipheriv('aes-256-gcm', formKey, b.subarray(0, 12)).setAAD(Buffer.from(account)).setAuthTag(b.subarray(-16));
  return Buffer.concat([d.update(b.subarray(12, -16)), d.final()]);
};

const accountOf = (body) => `${body.team.id}/${body.user.id}`;

// ---- the conversation

// Over HTTP Bolt gives up a request that is not answered in three seconds. The
// benchmark lets it take longer, so as to see how long.
const receiver = new HTTPReceiver({
  signingSecret: process.env.SECRET, endpoints: '/slack', logLevel: LogLevel.ERROR, unhandledRequestTimeoutMillis: Number(process.env.PATIENCE_MS),
});

const app = new App({
  token: process.env.BOT_TOKEN,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env.API },
  ...(socketMode ? { socketMode, appToken: process.env.APP_TOKEN } : { receiver }),
});

const times = { modal: [], receipt: [] };

app.use(async ({ context, next }) => {
  context.began = performance.now();
  await next();
});

app.command('/ombra', async ({ command, ack, client, context }) => {
  await ack();
  times.modal.push(performance.now() - context.began);
  await client.views.open({ trigger_id: command.trigger_id, view: views.gate });
});

app.action('go-on', async ({ ack, body, client }) => {
  await ack();
  const view = { ...views.form, private_metadata: hide(crypto.randomBytes(16), accountOf(body)) };
  await client.views.update({ view_id: body.view.id, view });
});

// answer is what stands in a field, for people and for machines.
const answer = (element) => {
  const options = element.selected_options ?? (element.selected_option ? [element.selected_option] : undefined);
  if (options) return { shown: options.map((o) => o.text.text), values: options.map((o) => o.value) };
  const value = element.value ?? element.selected_date;
  return { shown: value ? [value] : [], values: value ? [value] : [] };
};

const read = (view) => {
  const answers = {};
  let text = '';
  for (const block of view.blocks.filter((b) => b.type === 'input')) {
    const { shown, values } = answer(Object.values(view.state.values[block.block_id])[0]);
    if (values.length === 0) continue;
    text += `${block.label.text}\n${shown.join('\n')}\n\n`;
    answers[block.block_id] = values;
  }
  return { text, answers };
};

app.view('form', async ({ ack, body, view, context }) => {
  const secret = reveal(view.private_metadata, accountOf(body));
  const { text, answers } = read(view);
  if (!answers['q.what']?.[0].trim()) return ack({ response_action: 'errors', errors: { 'q.what': 'Please write a sentence.' } });
  if (Object.values(view.state.values.files ?? {})[0]?.files?.length) return ack({ response_action: 'errors', errors: { files: 'Files are not taken here.' } });
  const holders = draw(answers.exclude ?? []);
  const plain = `${text}\n${JSON.stringify({ kind: 'report', lang: 'en', answers })}\n`;
  store.immediate({
    lookup: hash('lookup', secret),
    tag: crypto.createHmac('sha256', hash('tag', secret)).update(plain).digest(),
    day: new Date().toISOString().slice(0, 10),
    urgent: answers.danger?.[0] === 'notify',
    holders,
    sealed: await seal(holders.map((h) => h.name).sort(), plain),
  });
  const shown = JSON.parse(JSON.stringify(views.receipt).replace('RECEIPT', written(secret).join('-')));
  times.receipt.push(performance.now() - context.began);
  return ack({ response_action: 'update', view: { ...shown, private_metadata: hide(secret, accountOf(body)) } });
});

app.view('receipt', async ({ ack, body, view }) => {
  const typed = Object.values(view.state.values.group)[0].value ?? '';
  const groups = written(reveal(view.private_metadata, accountOf(body)));
  if (groups.includes(typed.trim().toUpperCase())) return ack();
  return ack({ response_action: 'errors', errors: { group: 'That is not on your receipt.' } });
});

const at = (list, percent) => list.sort((a, b) => a - b)[Math.floor(((list.length - 1) * percent) / 100)] ?? 0;

(async () => {
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  fs.writeSync(1, `ready ${socketMode ? '' : `127.0.0.1:${server.address().port}`}\n`);
  process.stdin.resume().on('end', () => {
    db.close();
    const own = {};
    for (const [what, list] of Object.entries(times)) for (const p of [50, 99]) own[`own-${what}-p${p}-ms`] = at(list, p);
    fs.writeSync(1, `${JSON.stringify(own)}\n`);
    process.exit(0);
  });
})();
