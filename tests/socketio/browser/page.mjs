// The steps in a browser: `io` is of the bundle under test, the peer of the 4.8 bundle; the URL has the settings.
import {io as peerIo} from '/peer.mjs';
import {Cell, run} from '/steps.mjs';

const requests = new Set();
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function(...body) {
  requests.add(new Promise((resolve) => this.addEventListener('loadend', resolve)));
  return send.apply(this, body);
};

const {client, transport, url, step} = Object.fromEntries(new URLSearchParams(location.search));
const cell = new Cell({io: window.io, peerIo, version: client, transport, url, binary: (data) => data.buffer});
await run(cell, report, step);
await Promise.all(requests);  // what says goodbye must go out before the browser ends
await report('end');
