// Seals off the event loop, in a thread of its own: three post-quantum recipients
// take ten milliseconds in JavaScript, and with many people at once nobody else
// would be answered.
'use strict';

const { parentPort, workerData: roster } = require('node:worker_threads');

const sealers = new Map(); // recipients are parsed once for whoever is drawn together

const sealer = (age, names) => {
  const key = names.join('\n');
  if (!sealers.has(key)) {
    const e = new age.Encrypter();
    for (const name of names) e.addRecipient(roster[name]);
    sealers.set(key, e);
  }
  return sealers.get(key);
};

(async () => {
  const age = await import('age-encryption'); // an ES module
  parentPort.on('message', async ({ names, plain }) => {
    const sealed = await sealer(age, names).encrypt(plain);
    parentPort.postMessage(sealed, [sealed.buffer]);
  });
})();
