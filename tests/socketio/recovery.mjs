// socket.io-client 4.8 loses its connection and goes on with its session: recovery.mjs URL websocket|polling|upgrade.
// Its exit status is 0 when it was told what it had missed, twice, and once more after the server had not yet noticed.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {io} from 'client-4.8';

const [url, transport] = process.argv.slice(2);
const {origin, pathname} = new URL(url);
const transports = transport === 'upgrade' ? ['polling', 'websocket'] : [transport];
const open = (options) => io(origin, {path: pathname, forceNew: true, ...options});

const deadline = setTimeout(() => {
  console.log('nothing more came');
  process.exit(1);
}, 40_000);

const witness = open({transports: ['websocket']});
await once(witness, 'connect');
const said = async (word) => {
  witness.emit('to-all', word);
  await new Promise((resolve) => witness.on('all', function heard(found) {
    if (found === word) resolve(witness.off('all', heard));
  }));
};

const client = open({transports, auth: {token: 't'}, reconnectionDelay: 10, reconnectionDelayMax: 10});
const heard = [];
let greetings = 0;
client.on('all', (word) => heard.push(word));
client.on('auth', (auth) => {
  assert.deepEqual(auth, {token: 't'});
  ++greetings;
});
await once(client, 'connect');
assert.equal(client.recovered, false);
if (transport === 'upgrade' && client.io.engine.transport.name === 'polling') await once(client.io.engine, 'upgrade');
const id = client.id;
await said('before');

for (const round of [1, 2, 3]) {
  // It must not come back before the others have said something.
  client.io.reconnection(false);
  const disconnected = once(client, 'disconnect');
  client.io.engine.close();
  await disconnected;
  await said(`missed ${round}`);
  await said(`missed ${round} as well`);
  client.connect();
  await once(client, 'connect');
  assert.equal(client.recovered, true);
  assert.equal(client.id, id);
  const acknowledged = await client.timeout(20_000).emitWithAck('message-with-ack', round);
  assert.equal(acknowledged, round);
}
const missed = [1, 2, 3].flatMap((round) => [`missed ${round}`, `missed ${round} as well`]);
assert.deepEqual(heard, ['before', ...missed]);
assert.equal(greetings, 1);

client.disconnect();
client.connect();
await once(client, 'connect');
assert.equal(client.recovered, false);
assert.notEqual(client.id, id);
client.disconnect();
witness.disconnect();
clearTimeout(deadline);
