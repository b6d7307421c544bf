// One version of socket.io-client in Node.js: client.mjs --client 2.5.0 --transport polling|websocket|upgrade --url URL
// [--step NAME]. A line for each step; the exit status is 0 when all passed.
import {createRequire} from 'node:module';
import {parseArgs} from 'node:util';

import {Cell, run} from './steps.mjs';

const kPatience = 20_000;
const texts = {type: 'string'};
const {values} = parseArgs({options: {client: texts, transport: texts, url: texts, step: texts}});
const require = createRequire(import.meta.url);

/** 1.3 takes the Buffers of today for typed arrays, and sends something else, unless `buffer` is hidden. */
function binary(data) {
  const buffer = Buffer.from(data);
  return values.client === '1.3.6' ? Object.defineProperty(buffer, 'buffer', {value: undefined}) : buffer;
}

const cell = new Cell({
  io: require(`client-${values.client}`), peerIo: require('client-4.8'), version: values.client,
  transport: values.transport, url: values.url, binary,
});
process.on('uncaughtException', (problem) => {
  console.log(`${cell.step} FAILED ${String(problem?.stack ?? problem).split('\n').slice(0, 2).join(' |')}`);
  process.exit(1);
});
process.exitCode = await run(cell, console.log, values.step) ? 0 : 1;
// It ends when its last request has ended; whatever else keeps it is cut.
setTimeout(() => process.exit(), kPatience).unref();
