// An ordinary Bolt app, as somebody would write it for a real workspace. It knows
// nothing of the fake but the address in SLACK_API_URL. bolt_test.go plays the
// people who use it. It writes "ready PORT" once, and nothing else to its output.
'use strict';

const { App, LogLevel } = require('@slack/bolt');

const socketMode = process.env.MODE === 'socket';
const app = new App({
  token: process.env.BOT_TOKEN,
  appToken: process.env.APP_TOKEN,
  signingSecret: process.env.SIGNING_SECRET,
  socketMode,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

const plain = (text) => ({ type: 'plain_text', text });
const mrkdwn = (text) => ({ type: 'mrkdwn', text });
const section = (text) => ({ type: 'section', text: mrkdwn(text) });
const button = (text, action_id, value) => ({ type: 'button', text: plain(text), action_id, value });
const option = (text, value) => ({ text: plain(text), value });
const input = (block_id, label, element, optional = false) => ({ type: 'input', block_id, label: plain(label), element, optional });

const form = () => ({
  type: 'modal',
  callback_id: 'form',
  private_metadata: 'kept for later',
  notify_on_close: true,
  title: plain('Report'),
  submit: plain('Send'),
  close: plain('Close'),
  blocks: [
    section('Tell us what happened.'),
    input('what', 'What happened?', { type: 'plain_text_input', action_id: 'what', multiline: true, max_length: 3000 }),
    input('kind', 'What kind?', {
      type: 'static_select', action_id: 'kind', options: [option('Harm', 'harm'), option('Other', 'other')],
    }, true),
    input('who', 'Who must not see it?', {
      type: 'checkboxes', action_id: 'who', options: [option('Anna', 'anna'), option('Bela', 'bela')],
    }, true),
    input('when', 'When?', { type: 'datepicker', action_id: 'when' }, true),
    input('files', 'Files', { type: 'file_input', action_id: 'files', max_files: 3 }, true),
  ],
});

const card = (title, text, ...buttons) => ({
  type: 'modal',
  callback_id: 'card',
  title: plain(title),
  close: plain('Close'),
  blocks: [section(text), ...(buttons.length ? [{ type: 'actions', block_id: 'buttons', elements: buttons }] : [])],
});

const fetched = async (file) => {
  const res = await fetch(file.url_private_download, { headers: { Authorization: `Bearer ${process.env.BOT_TOKEN}` } });
  return Buffer.from(await res.arrayBuffer());
};

app.command('/ombra', async ({ command, ack, respond, client }) => {
  switch (command.text) {
    case 'now':
      return ack({ text: 'Answered in the ack' });
    case 'later': {
      await ack();
      const said = [];
      for (let i = 1; i <= 6; i += 1) {
        try {
          await respond({ text: `Answer ${i}`, response_type: 'ephemeral' });
          said.push(i);
        } catch {
          said.push('refused');
        }
      }
      return client.chat.postMessage({ channel: command.user_id, text: `Posts: ${said.join(' ')}` });
    }
    default:
      await ack();
      return client.views.open({ trigger_id: command.trigger_id, view: form() });
  }
});

app.shortcut('report', async ({ shortcut, ack, client }) => {
  await ack();
  await client.views.open({ trigger_id: shortcut.trigger_id, view: form() });
  try {
    await client.views.open({ trigger_id: shortcut.trigger_id, view: form() });
  } catch (e) {
    await client.chat.postMessage({ channel: shortcut.user.id, text: `Twice: ${e.data.error}` });
  }
});

app.view('form', async ({ ack, body, view, client }) => {
  const values = view.state.values;
  const what = values.what.what.value;
  if (what === 'bad') return ack({ response_action: 'errors', errors: { what: 'That is not enough' } });
  if (what === 'push') return ack({ response_action: 'push', view: card('On top', 'A second view') });
  if (what === 'clear') return ack({ response_action: 'clear' });
  if (what === 'large') {
    return ack({ response_action: 'update', view: { ...card('Large', 'x'), blocks: Array(8).fill(section('x'.repeat(2900))) } });
  }
  const said = [
    what, values.kind.kind.selected_option?.value, values.who.who.selected_options.map((o) => o.value).join('+'),
    values.when.when.selected_date, view.private_metadata,
  ];
  for (const file of values.files.files.files ?? []) said.push(`${file.name}=${await fetched(file)}`);
  return ack({ response_action: 'update', view: card('Thank you', said.join(', '), button('More', 'more', 'a value'), button('File', 'file', 'x')) });
});

app.view({ callback_id: 'form', type: 'view_closed' }, async ({ ack, body, client }) => {
  await ack();
  await client.chat.postEphemeral({ channel: (await client.conversations.open({ users: body.user.id })).channel.id, user: body.user.id, text: 'You closed it' });
});

app.action('more', async ({ ack, action, body, client }) => {
  await ack();
  await client.views.update({ view_id: body.view.id, hash: body.view.hash, view: card('More', `It has ${action.value}`) });
});

app.action('file', async ({ ack, body, client }) => {
  await ack();
  const channel = (await client.conversations.open({ users: body.user.id })).channel.id;
  await client.filesUploadV2({ channel_id: channel, filename: 'paper.age', file: Buffer.from([0, 255, 1, 254, 13, 10]), initial_comment: 'Here it is' });
});

app.action('in message', async ({ ack, respond }) => {
  await ack();
  await respond({ replace_original: true, text: 'It was replaced' });
});

app.event('app_home_opened', async ({ event, client }) => {
  if (event.tab !== 'home') return;
  await client.views.publish({
    user_id: event.user,
    view: { type: 'home', blocks: [section('*Welcome*'), { type: 'actions', elements: [button('Report', 'from home', 'x')] }] },
  });
});

app.action('from home', async ({ ack, body, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form() });
});

const events = [];
app.message(async ({ message, body, say, client }) => {
  if (message.bot_id || (message.subtype && message.subtype !== 'file_share')) return;
  events.push(body.event_id);
  const files = await Promise.all((message.files ?? []).map(fetched));
  const again = await client.conversations.history({ channel: message.channel, latest: message.ts, inclusive: true, limit: 1 });
  await say({
    text: 'Heard',
    blocks: [
      section(`Heard ${message.text}, kept ${again.messages[0].text === message.text}, files ${files.join('+')}, events ${events.length}/${new Set(events).size}`),
      { type: 'actions', elements: [button('Change', 'in message', 'x')] },
    ],
  });
});

app.error(async (error) => { process.stderr.write(`${error.code} ${error.message}\n`); });

(async () => {
  const server = await app.start(0);
  const port = socketMode ? 0 : server.address().port;
  process.stdout.write(`ready ${port}\n`);
})();
