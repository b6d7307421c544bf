// One Socket.IO client of any generation, and what came to it. For Node.js and for browsers.

const kPatience = 20_000;
/** Events that nobody expects, unless a step waits for them. */
const kTrouble = ['disconnect', 'connect_error', 'connect_timeout', 'error'];
const kEvents = ['connect', 'auth', 'message-back', 'answer', 'all'];

/** Short, and in ASCII. */
export const shown = (value) => {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const text = (value instanceof Error ? value.message : JSON.stringify(value) ?? String(value))
      .replace(/[^\n -~]/g, escaped);
  return text.length > 200 ? `${text.slice(0, 200)}... (${text.length} characters)` : text;
};

/** The bytes of whatever form a client gives to binary. */
export function bytes(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  throw new Error(`this is not binary: ${shown(value)}`);
}

const isBinary = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);

function same(one, other) {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (isBinary(one) || isBinary(other)) {
    if (!isBinary(one) || !isBinary(other)) return false;
    [one, other] = [bytes(one), bytes(other)];
    return one.length === other.length && one.every((byte, at) => byte === other[at]);
  }
  const keys = Object.keys(one);
  return Array.isArray(one) === Array.isArray(other) && keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]));
}

export function equal(found, expected, what) {
  if (!same(found, expected)) throw new Error(`${what}: ${shown(found)} instead of ${shown(expected)}`);
}

/** One socket. What arrives waits in a queue for each event, so that nothing is missed. */
export class Client {
  /** `tag`: which `all` events are meant for this run, there are others; `binary`: bytes as this client sends them. */
  constructor(socket, {tag, binary}) {
    this.socket = socket;
    this.tag = tag;
    this.queues = new Map();
    this.trouble = [];
    this.wake = () => {};
    for (const event of [...kEvents, ...kTrouble]) socket.on(event, (...args) => this.arrived(event, args));
    const again = (value) => isBinary(value) ? binary(bytes(value)) : value;
    socket.on('question', (...args) => args.pop()(...args.map(again), 'acknowledged'));
  }

  arrived(event, args) {
    if (event === 'all' && args[0] !== this.tag) return;
    if (kTrouble.includes(event)) {
      this.trouble.push({event, args});
    } else {
      if (!this.queues.has(event)) this.queues.set(event, []);
      this.queues.get(event).push(args);
    }
    this.wake();
  }

  /** The arguments of the next such event. A disconnect or an error meanwhile ends the waiting. */
  async next(event) {
    const deadline = Date.now() + kPatience;
    for (;;) {
      const queue = this.queues.get(event);
      if (queue?.length) return queue.shift();
      if (this.trouble.length) {
        const trouble = this.trouble.shift();
        if (trouble.event === event) return trouble.args;
        throw new Error(`expected ${event}, came ${trouble.event} ${trouble.args.map(shown).join(' ')}`);
      }
      await new Promise((resolve, reject) => {
        const late = () => reject(new Error(`nothing came in ${kPatience / 1000} s; expected ${event}`));
        const timer = setTimeout(late, deadline - Date.now());
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async hears(event, ...expected) {
    equal(await this.next(event), expected, event);
  }

  emit(event, ...args) {
    this.socket.emit(event, ...args);
  }

  async echo(...args) {
    this.emit('message', ...args);
    await this.hears('message-back', ...args);
  }

  async ack(...args) {
    this.emit('message-with-ack', ...args, (...back) => this.arrived('ack', back));
    await this.hears('ack', ...args);
  }

  async ask(...args) {
    this.emit('ask-me', ...args);
    await this.hears('answer', ...args, 'acknowledged');
  }

  /** After one more round trip nothing is left that no step expected. */
  async quiet() {
    await this.echo('the last');
    const left = [...this.queues].filter(([event, queue]) => queue.length && !['connect', 'auth'].includes(event));
    equal(left, [], 'left over');
  }

  get engine() {
    return this.socket.io.engine;
  }

  get transport() {
    return this.engine.transport.name;
  }

  /** Until the engine, which began with polling, uses websocket. */
  async upgraded() {
    if (this.transport !== 'websocket') {
      this.engine.on('upgrade', () => this.arrived('upgrade', []));
      await this.next('upgrade');
    }
    equal(this.transport, 'websocket', 'transport');
  }

  /** After its disconnect: opens it again. Up to 4.0 a manager confuses the engine that still closes with a new one. */
  async connectAgain() {
    const engine = this.engine;
    if (engine.readyState !== 'closed') {
      engine.on('close', () => this.arrived('engine close', []));
      await this.next('engine close');
    }
    this.socket.connect();
    await this.connected();
  }

  async connected() {
    await this.next('connect');
    return this;
  }

  close() {
    for (const one of Object.values(this.socket.io.nsps)) one.disconnect();
    this.engine?.close();
  }
}
