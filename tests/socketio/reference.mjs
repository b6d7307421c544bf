// The contract of profiles/examples/socketio-echo.yaml with the npm package `socket.io`, to try the steps on.
// Prints its URL; ends with SIGTERM.
import http from 'node:http';
import {Server} from 'socket.io';

const server = http.createServer();
const io = new Server(server, {
  allowEIO3: true, maxHttpBufferSize: 1e8,
  cors: {origin: (origin, decide) => decide(null, origin ?? false), credentials: true},
});
const namespaces = [io.of('/'), io.of('/custom')];

for (const namespace of namespaces) {
  namespace.on('connection', (socket) => {
    socket.emit('auth', socket.handshake.auth);
    socket.on('message', (...args) => socket.emit('message-back', ...args));
    socket.on('message-with-ack', (...args) => args.pop()(...args));
    socket.on('ask-me', (...args) => socket.emit('question', ...args, (...back) => socket.emit('answer', ...back)));
    socket.on('to-all', (...args) => namespaces.forEach((one) => one.emit('all', ...args)));
    socket.on('kick', () => socket.disconnect());
    socket.on('drop', () => socket.conn.close());
  });
}

process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/socket.io/`));
