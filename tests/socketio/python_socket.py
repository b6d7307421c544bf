"""A connection of python3-socketio, a peer in Node.js, and what a step knows of them."""
import json
import pathlib
import queue
import random
import subprocess
import threading
import time
import urllib.parse

import socketio

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 20
EVENTS = ("auth", "message-back", "answer", "all", "disconnect", "connect_error", "connect")


class Failed(Exception):
    """Something that did not come, or that came and should not."""


def shown(value):
    text = ascii(value)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"


def equal(found, expected, what):
    if found != expected:
        raise Failed(f"{what}: {shown(found)} instead of {shown(expected)}")


class Client:
    """One connection with its namespaces. What arrives waits in a queue for each event."""

    def __init__(self, cell, namespaces=("/",)):
        self.cell = cell
        self.namespaces = list(namespaces)
        self.socket = socketio.Client(reconnection_delay=0.1, randomization_factor=0.05)
        self.threads = []
        self.socket.eio.start_background_task = self._start
        self.queues = {(space, event): queue.Queue() for space in self.namespaces for event in EVENTS}
        for (space, event), arrived in self.queues.items():
            self.socket.on(event, self._keeper(event, arrived), namespace=space)
        for space in self.namespaces:
            self.socket.on("question", lambda *args: (*args, "acknowledged"), namespace=space)

    def _start(self, target, *args, **kwargs):
        self.threads.append(threading.Thread(target=target, args=args, kwargs=kwargs, daemon=True))
        self.threads[-1].start()
        return self.threads[-1]

    def connect_again(self):
        """By hand, which it allows only when everything of the last connection has ended."""
        self.await_threads()
        self.connect()

    def await_threads(self):
        deadline = time.monotonic() + PATIENCE
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def disconnect(self):
        """When nothing waits to be sent: while it still sends, this client may end without a word to the server."""
        sending = self.socket.eio.queue
        if self.socket.eio.state == "connected":
            with sending.all_tasks_done:
                sending.all_tasks_done.wait_for(lambda: not sending.unfinished_tasks, PATIENCE)
        self.socket.disconnect()

    def _keeper(self, event, arrived):
        def keep(*args):
            if event != "all" or args[0] == self.cell.tag:
                arrived.put(args)
        return keep

    def connect(self, auth=None):
        self.socket.connect(self.cell.origin, auth=auth, transports=self.cell.transports, namespaces=self.namespaces,
                            socketio_path=self.cell.path, wait_timeout=PATIENCE)
        self.is_connected()
        return self

    def is_connected(self):
        for space in self.namespaces:
            self.next("connect", space)
        self.transport()

    def transport(self):
        expected = "polling" if self.cell.transport == "polling" else "websocket"
        equal(self.socket.transport(), expected, "transport")

    def next(self, event, space="/"):
        try:
            return self.queues[space, event].get(timeout=PATIENCE)
        except queue.Empty:
            raise Failed(f"nothing came in {PATIENCE} s; expected {event}") from None

    def hears(self, event, *expected, space="/"):
        equal(self.next(event, space), expected, event)

    def emit(self, event, *args, space="/"):
        self.socket.emit(event, args, namespace=space)

    def echo(self, *args, space="/"):
        self.emit("message", *args, space=space)
        self.hears("message-back", *args, space=space)

    def ack(self, *args, space="/"):
        answered = queue.Queue()
        self.socket.emit("message-with-ack", args, namespace=space, callback=lambda *back: answered.put(back))
        try:
            equal(answered.get(timeout=PATIENCE), args, "ack")
        except queue.Empty:
            raise Failed(f"nothing came in {PATIENCE} s; expected an ack") from None

    def ask(self, *args, space="/"):
        self.emit("ask-me", *args, space=space)
        self.hears("answer", *args, "acknowledged", space=space)

    def quiet(self):
        """After one more round trip nothing is left that no step expected."""
        self.echo("the last")
        left = {key: shown(arrived.get()) for key, arrived in self.queues.items()
                if key[1] not in ("connect", "auth") and not arrived.empty()}
        equal(left, {}, "left over")


class Peer:
    """A 4.8 client in Node.js."""

    def __init__(self, cell, transport):
        command = ["node", str(HERE / "peer.mjs"), cell.url, transport, cell.tag]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.arrived = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.hears("ready")

    def _read(self):
        for line in self.process.stdout:
            self.arrived.put(json.loads(line))

    def hears(self, expected):
        try:
            equal(self.arrived.get(timeout=PATIENCE), expected, "the peer")
        except queue.Empty:
            raise Failed(f"the peer heard nothing in {PATIENCE} s; expected {shown(expected)}") from None

    def say(self, *args):
        self.process.stdin.write(json.dumps(args) + "\n")
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Cell:
    """What the steps need to know, and all connections of the running step."""

    def __init__(self, url, transport):
        address = urllib.parse.urlsplit(url)
        self.url = url
        self.transport = transport
        self.transports = None if transport == "upgrade" else [transport]
        self.origin = f"{address.scheme}://{address.netloc}"
        self.path = address.path.strip("/")
        self.tag = f"python {transport} {random.random()}"
        self.open_clients = []

    def client(self, *namespaces):
        self.open_clients.append(Client(self, namespaces or ("/",)))
        return self.open_clients[-1]

    def open(self, *namespaces, auth=None):
        return self.client(*namespaces).connect(auth)

    def close_all(self):
        for client in self.open_clients:
            client.socket.reconnection = False
            client.disconnect()
        for client in self.open_clients:
            client.await_threads()
        self.open_clients.clear()
