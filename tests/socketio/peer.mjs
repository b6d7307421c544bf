// The other side for clients that are not Node.js: peer.mjs URL TRANSPORT TAG, a 4.8 client. Prints "ready"; sends each
// line of standard input, the arguments as JSON, to all; prints the arguments of each `all` that begins with the tag.
// Leaves when standard input ends.
import readline from 'node:readline';
import {io} from 'client-4.8';

const [url, transport, tag] = process.argv.slice(2);
const {origin, pathname} = new URL(url);
const socket = io(origin, {path: pathname, transports: [transport]});
const fail = (why) => {
  console.log(JSON.stringify(['peer', why]));
  process.exit(1);
};
socket.on('connect', () => console.log('"ready"'));
socket.on('connect_error', (problem) => fail(problem.message));
socket.on('disconnect', fail);
socket.on('all', (...args) => {
  if (args[0] === tag) console.log(JSON.stringify(args));
});
readline.createInterface({input: process.stdin})
    .on('line', (line) => socket.emit('to-all', ...JSON.parse(line)))
    .on('close', () => socket.off('disconnect').disconnect());
