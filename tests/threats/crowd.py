"""Many who listen and one who speaks as fast as it is let."""
import multiprocessing
import selectors
import socket
import time

from gateway import PATIENCE, Failed
from rawengineio import Polling
from rawsocket import TEXT, RawSocket, frame

PROFILE = """
profile: crowd
dialect: %s
limits: {events_per_second: 0}
endpoints:
  /hear/: {role: listener, ping: {every: 10m, timeout: 10m}}
  /speak/: {role: speaker, ping: {every: 10m, timeout: 10m}}
events:
  text: {from: speaker, send: {to: role/listener}}
"""
FORK = multiprocessing.get_context("fork")
LISTENERS = 400
SIZE = 20         # of a message
PERIOD = 1_000    # messages; then they start anew
AHEAD = 40_000    # how many may be on their way: ten times what presses a worker, and what the kernel holds for each
PIECE = 100       # messages that are said at once


def text(number):
    return b"4%0*d" % (SIZE - 1, number % PERIOD)  # for Engine.IO: 4 is a message


def upgraded(port, path):
    """A WebSocket of Engine.IO that began with polls: perhaps its session lives on another worker than it does."""
    polling = Polling(port, path)
    polling.start_poll()
    raw = RawSocket.open(port, polling.target("websocket"))
    raw.send(frame(TEXT, b"2probe"))
    raw.expect(TEXT, b"3probe")
    polling.finish_poll()
    raw.send(frame(TEXT, b"5"))
    for http in polling.connections.values():
        http.socket.close()
    return raw


class Crowd:
    """Everybody reads at once whatever comes and holds it against what must come. The speaker may be `ahead` messages
    before the last of them: if anybody is slow, it is the gateway."""

    SAID = b"".join(frame(TEXT, text(number), mask=bytes(4)) for number in range(PERIOD))
    HEARD = b"".join(b"\x81" + bytes([SIZE]) + text(number) for number in range(PERIOD))
    HEARING = len(HEARD) // PERIOD  # bytes of one message

    def __init__(self, port, connect=RawSocket.open, ahead=AHEAD):
        self.ahead = ahead
        self.selector = selectors.DefaultSelector()
        self.heard = {}  # bytes, by socket
        self.peers = [connect(port, "/hear/") for _ in range(LISTENERS)]
        for peer in self.peers:
            peer.socket.setblocking(False)
            self.heard[peer.socket] = 0
            self.selector.register(peer.socket, selectors.EVENT_READ)
        self.speaker = RawSocket.open(port, "/speak/?EIO=4&transport=websocket")
        self.speaker.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        self.said = FORK.Value("L", 0)         # messages
        self.allowed = FORK.Value("L", ahead)  # so many; 0: that was all
        self.news = FORK.Semaphore(0)

    def last(self):
        """What everybody has heard, in messages."""
        return min(self.heard.values()) // self.HEARING

    def talk(self, seconds):
        """Speaks for so long. Gives how many messages: all have heard each of them, once and in order."""
        speech = FORK.Process(target=self.speak, daemon=True)
        speech.start()
        try:
            until = time.monotonic() + seconds
            while time.monotonic() < until or self.last() == 0:
                self.hear()
                self.allow(self.last() + self.ahead)
            self.allow(0)
            while speech.is_alive():
                self.hear_for(0.05)
            while self.last() < self.said.value:
                self.hear()
        finally:
            speech.kill()
            speech.join()
        if set(self.heard.values()) != {self.said.value * self.HEARING}:
            raise Failed("somebody heard more than was said")
        return self.said.value

    def allow(self, count):
        self.allowed.value = count
        self.news.release()

    def speak(self):
        """In a process of its own, which nothing else keeps from speaking."""
        size = len(self.SAID) // PERIOD
        self.speaker.socket.settimeout(None)
        while (allowed := self.allowed.value) != 0:
            at = self.said.value % PERIOD
            count = min(allowed - self.said.value, PERIOD - at, PIECE)
            if count <= 0:
                self.news.acquire()
                continue
            self.speaker.send(self.SAID[at * size:(at + count) * size])
            self.said.value += count

    def hear(self):
        if not self.hear_for(PATIENCE):
            raise Failed(f"nobody heard anything in {PATIENCE} s, and {self.said.value} messages were said")

    def hear_for(self, seconds):
        ready = self.selector.select(seconds)
        for key, _ in ready:
            self.hear_one(key.fileobj)
        return bool(ready)

    def hear_one(self, listener):
        came = listener.recv(1 << 20)
        if not came:
            raise Failed("a listener was cut")
        while came:
            at = self.heard[listener] % len(self.HEARD)
            part = came[:len(self.HEARD) - at]
            if not self.HEARD.startswith(part, at):
                raise Failed(f"a listener heard {part[:60]!r} after {self.heard[listener]} bytes")
            self.heard[listener] += len(part)
            came = came[len(part):]
