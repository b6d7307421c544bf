// Controllers, dashboards, users and agents as npm `ws` clients. run.py starts this with the deployment as JSON.
import assert from 'node:assert/strict';

import {Client} from './node_client.mjs';
import fleet from './node_fleet.mjs';
import telemetry from './node_telemetry.mjs';

async function deflateIsDeclined() {
  for (const perMessageDeflate of [true, {serverNoContextTakeover: true, clientMaxWindowBits: 10}]) {
    const client = await Client.open('/echo', {perMessageDeflate});
    assert.equal(client.socket.extensions, '');
    client.send('x'.repeat(100_000));
    const [data, isBinary] = await client.is('message');
    assert.equal(data.toString(), 'x'.repeat(100_000));
    assert.equal(isBinary, false);
    await client.leave();
  }
}

async function noSubprotocolIsChosen() {
  const client = new Client('/echo', {protocols: ['chat', 'superchat']});
  const [problem] = await client.is('error');  // the gateway knows none; `ws` insists, as browsers do
  assert.match(problem.message, /no subprotocol/i);
}

async function manyAtOnce() {
  const clients = await Promise.all(Array.from({length: 50}, () => Client.open('/echo')));
  await Promise.all(clients.map(async (client, number) => {
    for (let i = 0; i < 40; ++i) client.send(`${number} ${i}`);
    for (let i = 0; i < 40; ++i) assert.equal((await client.is('message'))[0].toString(), `${number} ${i}`);
    await client.leave();
  }));
}

const echo = [deflateIsDeclined, noSubprotocolIsChosen, manyAtOnce];

let passed = 0;
let failed = 0;
for (const scenario of [...telemetry, ...echo, ...fleet]) {
  try {
    await scenario();
    ++passed;
    console.log(`ws ${scenario.name} ok`);
  } catch (problem) {
    ++failed;
    console.log(`ws ${scenario.name} FAILED ${problem.message.replaceAll('\n', ' | ')}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
