// Clients of every generation are told to go, and do not come back: farewells.mjs URL. Each connects with reconnection on,
// asks for a monitor whose id is none, and hears so. It ends by itself, because nothing is left that would bring a client
// back; then it prints what each has met. The URL is that of the monitor relay.
import {createRequire} from 'node:module';

const kVersions = ['1.3.6', '1.7.4', '2.5.0', '3.1.3', '4.0.1', '4.8'];
const kTransports = {polling: ['polling'], websocket: ['websocket'], upgrade: ['polling', 'websocket']};
const url = new URL(process.argv[2]);
const require = createRequire(import.meta.url);
const met = {};

for (const version of kVersions) {
  for (const [name, transports] of Object.entries(kTransports)) {
    const counts = met[`${version} ${name}`] = {connect: 0, failed: 0, reasons: []};
    const io = require(`client-${version}`);
    const socket = io(url.origin, {path: url.pathname, forceNew: true, transports, reconnectionDelay: 5,
                                   reconnectionDelayMax: 5});
    socket.on('connect', () => {
      ++counts.connect;
      socket.emit('query', {monitor_id: 'x'});
    });
    socket.on('query failed', () => ++counts.failed);
    socket.on('disconnect', (reason) => counts.reasons.push(reason));
  }
}
process.on('exit', () => console.log(JSON.stringify(met)));
