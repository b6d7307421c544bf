// The same gateway as bench/profiles/socket_io.yaml, written by hand for Node.js: `socket.io`, and `ajv` with the same
// schema compiled once. It does what their authors advise for speed and memory: no compression, bufferutil, no files of
// the client, and the HTTP request of the handshake is let go.
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import Ajv from 'ajv/dist/2020.js';
import {Server} from 'socket.io';

const schema = JSON.parse(readFileSync(new URL('../schemas/socket_io.json', import.meta.url), 'utf8'));
const ajv = new Ajv({schemas: [schema]});
const valid = Object.fromEntries(
    ['relay', 'join', 'shout'].map((event) => [event, ajv.getSchema(`${schema.$id}#/$defs/${event}`)]));

const room = 'hall';
let changes = 1;

const http = createServer();
const io = new Server(http, {
  serveClient: false, perMessageDeflate: false, httpCompression: false, maxHttpBufferSize: 64 * 1024,
});
io.engine.on('connection', (connection) => { connection.request = null; });

// What then happens. A rule throws the reason why it refuses.
const rules = {
  relay: (socket, data, ack) => ack(data),
  join: (socket, data, ack) => {
    socket.join(room);
    ack();
  },
  shout: (socket, data) => {
    if (!socket.rooms.has(room)) throw 'not inside the room';
    io.to(room).emit('said', data);
  },
};

function receive(socket, event, args) {
  const ack = typeof args.at(-1) === 'function' ? args.pop() : () => {};
  try {
    const data = args.length === 0 ? null : args[0];
    if (!valid[event](data)) throw ajv.errorsText(valid[event].errors);
    rules[event](socket, data, ack);
  } catch (reason) {
    socket.emit('refused', {event, message: String(reason)});
    ack();
  }
}

io.on('connection', (socket) => {
  changes += 1;
  for (const event of Object.keys(rules)) socket.on(event, (...args) => receive(socket, event, args));
});
io.engine.on('connection', () => { changes += 1; });

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

http.listen({host: '127.0.0.1', port: 0, backlog: 4096},
            () => console.log(`listening on ws://127.0.0.1:${http.address().port}`));
