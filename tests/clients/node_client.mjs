// One npm `ws` client, and what all scenarios know.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import WebSocket from 'ws';

/** What run.py started: its URL, tokens and agents. */
export const deployment = JSON.parse(process.argv[2]);
/** Every example of the protocol documents. */
export const documents = JSON.parse(fs.readFileSync(new URL('documents.json', import.meta.url)));
const kPatience = 20_000;

/** One connection. What arrives waits in a queue, so that nothing is missed and nothing is passed over. */
export class Client {
  constructor(path, options = {}) {
    this.socket = new WebSocket(deployment.url + path, options.protocols ?? [], options);
    this.arrived = [];
    this.waiting = null;
    for (const kind of ['message', 'pong', 'close', 'error', 'unexpected-response', 'open']) {
      this.socket.on(kind, (...details) => this.push({kind, details}));
    }
  }

  push(event) {
    if (event.kind === 'unexpected-response') this.socket.terminate();
    if (this.waiting) {
      const take = this.waiting;
      this.waiting = null;
      take(event);
    } else {
      this.arrived.push(event);
    }
  }

  next(what) {
    if (this.arrived.length > 0) return Promise.resolve(this.arrived.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing came in ${kPatience / 1000} s; expected ${what}`)),
                               kPatience);
      this.waiting = (event) => {
        clearTimeout(timer);
        resolve(event);
      };
    });
  }

  async is(kind) {
    const event = await this.next(kind);
    assert.equal(event.kind, kind, `expected ${kind}, came ${event.kind}: ${shown(event)}`);
    return event.details;
  }

  static async open(path, options) {
    const client = new Client(path, options);
    await client.is('open');
    return client;
  }

  send(message) {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  async hear() {
    const [data, isBinary] = await this.is('message');
    assert.equal(isBinary, false, 'a JSON profile speaks text');
    return JSON.parse(data.toString());
  }

  /** The next message is this and nothing else. */
  async hears(expected) {
    assert.deepStrictEqual(await this.hear(), expected);
  }

  /** The next message has all of this; further members of its data are fine. */
  async hearsAtLeast(expected) {
    const heard = await this.hear();
    assert.deepStrictEqual({...heard, data: {...heard.data, ...expected.data}}, heard);
    assert.deepStrictEqual(Object.keys(heard).sort(), Object.keys(expected).sort());
    return heard;
  }

  async ask(question, answer) {
    this.send(question);
    await this.hears(answer);
  }

  /** Whatever was on its way to this client would have come before this answer. */
  async heardNothing(answer) {
    await this.ask({event: 'nothing', type: 'nothing', data: {}}, answer);
  }

  async isClosed(code) {
    const [found, reason] = await this.is('close');
    assert.equal(found, code, `close ${found} ${reason}`);
    return reason.toString();
  }

  async leave() {
    this.socket.close(1000);
    await this.isClosed(1000);
  }
}

const shown = ({details}) =>
    details.map((one) => String(one?.message ?? one?.statusCode ?? one).slice(0, 200)).join(' ');
