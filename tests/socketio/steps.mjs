// What every client does with the gateway, step by step, each on connections of its own. For Node.js and for browsers.
import {Client, bytes, equal, shown} from './socket.mjs';

const kText = 'caf\u00e9 \u{1F600} \u4e2d \u2028 \u0001\u001e \\ "quoted"\n';
const kNested = {name: 'caf\u00e9', list: [1, -2.5, null, true, {deep: [[], {}]}], empty: ''};
const kQuick = 200;

/** One client version with one transport setting: what the steps need to know. */
export class Cell {
  /** `io` and `peerIo` are socket.io-client; `version` is that of `io`; `transport` polling, websocket or upgrade. */
  constructor({io, peerIo, version, transport, url, binary}) {
    Object.assign(this, {io, peerIo, version, transport, binary});
    this.url = new URL(url);
    this.tag = `${version} ${transport} ${Math.random()}`;
    this.major = Number(version.split('.')[0]);
    this.clients = [];
  }

  start(options = {}, io = this.io) {
    const transports = this.transport === 'upgrade' ? {} : {transports: [this.transport]};
    const socket = io(this.url.origin, {path: this.url.pathname, forceNew: true, reconnectionDelay: 50,
                                        ...transports, ...options});
    this.clients.push(new Client(socket, this));
    return this.clients.at(-1);
  }

  async open(options, io) {
    const client = await this.start(options, io).connected();
    if (this.transport === 'upgrade') await client.upgraded();
    else equal(client.transport, this.transport, 'transport');
    return client;
  }

  async peer(transport) {
    const options = {path: this.url.pathname, forceNew: true, transports: [transport]};
    const peer = new Client(this.peerIo(this.url.origin, options), this);
    this.clients.push(peer);
    return peer.connected();
  }

  closeAll() {
    for (const client of this.clients.splice(0)) client.close();
  }
}

async function connect(cell) {
  const client = await cell.open();
  equal(client.socket.connected, true, 'connected');
  equal(typeof client.socket.id, 'string', 'the type of the id');
}

async function auth(cell) {
  await (await cell.open()).hears('auth', {});
  if (cell.major < 3) return;
  const payload = {token: kText, nested: kNested};
  await (await cell.open({auth: payload})).hears('auth', payload);
  await (await cell.open({auth: (give) => give({by: 'function'})})).hears('auth', {by: 'function'});
}

async function events(cell) {
  const client = await cell.open();
  await client.echo('one');
  await client.echo(1, 'two', null, true, [], {}, kNested);
  await client.echo();
  await client.echo(kText, {[kText]: kText});
  await client.quiet();
}

async function acks(cell) {
  const client = await cell.open();
  await client.ack('one');
  await client.ack(1, kNested, [kText], null);
  await client.ack();
  await client.ask('one', 2, kNested);
  await client.ask();
  await client.quiet();
}

/** The same text, so that two wrongs of one client cannot make a right. */
const text = (transport) => async (cell) => {
  const client = await cell.open();
  const peer = await cell.peer(transport);
  for (const speaker of [client, peer]) {
    speaker.emit('to-all', cell.tag, kText, {[kText]: [kText]});
    for (const listener of [client, peer]) await listener.hears('all', cell.tag, kText, {[kText]: [kText]});
  }
  await client.quiet();
  await peer.quiet();
};

async function large(cell) {
  const client = await cell.open();
  const payload = 'abcdefghij'.repeat(100_000);
  await client.echo(payload);
  await client.ack(payload);
  await client.quiet();
}

async function binary(cell) {
  const client = await cell.open();
  const payload = cell.binary(Uint8Array.from({length: 1000}, (_, at) => at % 256));
  equal(bytes(payload).length, 1000, 'the length of what is sent');
  await client.echo(payload);
  await client.echo('first', {deep: [payload, {deeper: payload}]}, 'last');
  await client.ack('one', payload);
  await client.ask(payload, 'two');
  await client.quiet();
}

/** Many at once, from the first moment on and while the transport changes: each comes back once and in order. */
async function quick(cell) {
  const client = cell.start();
  let sent = 0;
  let total = kQuick;
  let owed = kQuick;
  const burst = () => {
    if (!client.socket.connected) return;
    for (; owed > 0; --owed) client.emit('message', sent++);
  };
  client.socket.on('connect', burst);
  if (cell.transport === 'upgrade') {
    for (const moment of ['upgrading', 'upgrade']) {
      total += kQuick / 4;
      client.engine.on(moment, () => {
        owed += kQuick / 4;
        burst();
      });
    }
  }
  for (let number = 0; number < total; ++number) await client.hears('message-back', number);
  if (cell.transport === 'upgrade') await client.upgraded();
  await client.quiet();
}

async function namespace(cell) {
  const root = await cell.open();
  const custom = await new Client(root.socket.io.socket('/custom'), cell).connected();
  await custom.hears('auth', {});
  await custom.echo(kText, kNested);
  await custom.ack('one', kNested);
  await custom.ask('two');
  await root.echo('the other is still there');
  custom.emit('to-all', cell.tag, 'both');
  for (const listener of [root, custom]) await listener.hears('all', cell.tag, 'both');
  await root.quiet();
  await custom.quiet();
  custom.socket.disconnect();
  equal((await custom.next('disconnect'))[0], 'io client disconnect', 'the reason');
  await root.quiet();
}

async function refused(cell) {
  const root = await cell.open();
  const nowhere = new Client(root.socket.io.socket('/nowhere'), cell);
  const [reason] = await nowhere.next(cell.major < 3 ? 'error' : 'connect_error');
  equal(reason?.message ?? reason, 'Invalid namespace', 'the reason');
  equal(nowhere.socket.connected, false, 'connected');
  root.trouble.splice(0);  // some generations tell all namespaces
  await root.quiet();
}

async function kick(cell) {
  const client = await cell.open();
  client.emit('kick');
  equal((await client.next('disconnect'))[0], 'io server disconnect', 'the reason');
  equal(client.socket.connected, false, 'connected');
  await client.connectAgain();
  await client.quiet();
}

async function reconnect(cell) {
  const client = await cell.open();
  for (let round = 0; round < 2; ++round) {
    client.emit('drop');
    const [reason] = await client.next('disconnect');
    if (!/^transport (close|error)$/.test(reason)) throw new Error(`the reason is ${shown(reason)}`);
    await client.connected();
    if (cell.transport === 'upgrade') await client.upgraded();
    await client.echo('again', round);
    await client.ack('again', round);
  }
  await client.quiet();
}

async function disconnect(cell) {
  const client = await cell.open();
  for (let round = 0; round < 2; ++round) {
    client.socket.disconnect();
    equal((await client.next('disconnect'))[0], 'io client disconnect', 'the reason');
    await client.connectAgain();
    if (cell.transport === 'upgrade') await client.upgraded();
    await client.echo('again', round);
  }
  await client.quiet();
}

const steps = {
  connect, auth, events, acks, 'text-websocket-peer': text('websocket'), 'text-polling-peer': text('polling'), large,
  binary, quick, namespace, refused, kick, reconnect, disconnect,
};

/** Runs the steps and prints a line for each; whether all passed. Without a connection there is nothing more to see. */
export async function run(cell, print, wanted = '') {
  let passed = true;
  for (const [name, step] of Object.entries(steps)) {
    if (wanted && name !== wanted) continue;
    cell.step = name;
    try {
      await step(cell);
      await print(`${name} ok`);
    } catch (problem) {
      passed = false;
      await print(`${name} FAILED ${problem.message.replaceAll('\n', ' | ')}`);
      if (name === 'connect') break;
    } finally {
      cell.closeAll();
    }
  }
  return passed;
}
