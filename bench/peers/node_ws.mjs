// The same gateway as bench/profiles/bench.yaml, written by hand for Node.js: `ws`, JSON.parse, and `ajv` with the same
// schema compiled once. It does what their authors advise for speed: no compression, bufferutil, a message to many is
// serialised once, and what is forwarded is the buffer that came in.
import {readFileSync} from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import {WebSocketServer} from 'ws';

const schema = JSON.parse(readFileSync(new URL('../schemas/bench.json', import.meta.url), 'utf8'));
const ajv = new Ajv({schemas: [schema]});
const valid = Object.fromEntries(
    Object.keys(schema.$defs).map((event) => [event, ajv.getSchema(`${schema.$id}#/$defs/${event}`)]));

const text = {binary: false};
const welcome = Buffer.from('{"event":"welcome","data":{}}');
const subscribed = Buffer.from('{"event":"subscribed","data":{}}');
const peers = new Map();  // name -> session
const subscribers = new Set();
let changes = 1;

// Who may send what, and what then happens. A rule throws the reason why it refuses.
const rules = {
  hello: {from: 'guest', run(session, data) {
    const name = data.id;
    if (peers.has(name)) throw `${name} is taken`;
    peers.set(name, session);
    session.peer = name;
    session.role = 'peer';
    session.send(welcome, text);
    changes += 1;
  }},
  relay: {from: 'peer', run(session, data, message) {
    const target = peers.get(data.to);
    if (target === undefined) throw `${data.to} is absent`;
    target.send(message, text);
  }},
  subscribe: {from: 'peer', run(session) {
    subscribers.add(session);
    session.send(subscribed, text);
  }},
  publish: {from: 'peer', run(session, data, message) {
    for (const subscriber of subscribers) subscriber.send(message, text);
  }},
};

function receive(session, message) {
  let name;
  try {
    const {event, data} = JSON.parse(message);
    name = event;
    const rule = Object.hasOwn(rules, event) ? rules[event] : undefined;
    if (rule === undefined) throw `there is no event ${event}`;
    if (rule.from !== session.role) throw `a ${session.role} may not send ${event}`;
    if (!valid[event](data)) throw ajv.errorsText(valid[event].errors);
    rule.run(session, data, message);
  } catch (reason) {
    session.send(JSON.stringify({event: 'error', data: {event: name, message: String(reason)}}));
  }
}

const server = new WebSocketServer({
  host: '127.0.0.1', port: 0, path: '/bench', backlog: 4096,
  perMessageDeflate: false, clientTracking: false, maxPayload: 64 * 1024,
});

server.on('connection', (session) => {
  session.role = 'guest';
  changes += 1;
  session.on('message', (message) => receive(session, message));
  session.on('error', () => {});  // a reset is the end of a handshake run; 'close' follows
  session.on('close', () => {
    subscribers.delete(session);
    if (session.peer !== undefined) peers.delete(session.peer);
  });
});

// Once the number of sessions has settled the garbage of their handshakes is collected, so that what the memory figures
// count is what the sessions hold.
let seen = 0;
let collected = 0;
setInterval(() => {
  if (changes === seen && collected !== seen) {
    globalThis.gc?.();
    collected = seen;
  }
  seen = changes;
}, 50);

server.on('listening', () => console.log(`listening on ws://127.0.0.1:${server.address().port}`));
