"""Many who listen and one who speaks as fast as it is let."""
import selectors
import socket
import time

from gateway import PATIENCE, Failed
from rawsocket import TEXT, RawSocket, frame

PROFILE = """
profile: crowd
dialect: raw
limits: {events_per_second: 0}
endpoints: {/hear: {role: listener}, /speak: {role: speaker}}
events:
  text: {from: speaker, send: {to: role/listener}}
"""
LISTENERS = 400
SIZE = 200        # of a message
PERIOD = 1_000    # messages; then they start anew
AHEAD = 12_000    # how many may be on their way: three times what presses a worker, and less than kernels hold


def text(number):
    return b"%0*d" % (SIZE, number % PERIOD)


class Crowd:
    """Everybody reads at once whatever comes and holds it against what must come. The speaker is never further ahead of
    the last of them than AHEAD messages: if anybody is slow, it is the gateway."""

    SAID = b"".join(frame(TEXT, text(number), mask=bytes(4)) for number in range(PERIOD))
    HEARD = b"".join(b"\x81\x7e" + SIZE.to_bytes(2, "big") + text(number) for number in range(PERIOD))
    SAYING, HEARING = len(SAID) // PERIOD, len(HEARD) // PERIOD  # bytes of one message

    def __init__(self, port):
        self.selector = selectors.DefaultSelector()
        self.heard = {}  # bytes, by socket
        self.peers = [RawSocket.open(port, "/hear") for _ in range(LISTENERS)]
        for peer in self.peers:
            peer.socket.setblocking(False)
            self.heard[peer.socket] = 0
            self.selector.register(peer.socket, selectors.EVENT_READ)
        self.peers.append(RawSocket.open(port, "/speak"))
        self.speaker = self.peers[-1].socket
        self.speaker.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        self.speaker.setblocking(False)
        self.said = 0  # bytes
        self.speaks = False

    def last(self):
        """What everybody has heard, in messages."""
        return min(self.heard.values()) // self.HEARING

    def talk(self, seconds):
        """Speaks for so long, at least AHEAD messages. Gives how many: all have heard each of them, once and in order."""
        until = time.monotonic() + seconds
        while time.monotonic() < until or self.said < AHEAD * self.SAYING:
            self.step((self.last() + AHEAD) * self.SAYING)
        count = -(-self.said // self.SAYING)
        while self.last() < count or self.said < count * self.SAYING:
            self.step(count * self.SAYING)
        if set(self.heard.values()) != {count * self.HEARING}:
            raise Failed("somebody heard more than was said")
        return count

    def step(self, up_to):
        speaks = self.said < up_to
        if speaks and not self.speaks:
            self.selector.register(self.speaker, selectors.EVENT_WRITE)
        if not speaks and self.speaks:
            self.selector.unregister(self.speaker)
        self.speaks = speaks
        ready = self.selector.select(PATIENCE)
        if not ready:
            raise Failed(f"nothing came or went in {PATIENCE} s")
        for key, _ in ready:
            if key.fileobj is self.speaker:
                self.say(up_to)
            else:
                self.hear(key.fileobj)

    def say(self, up_to):
        at = self.said % len(self.SAID)
        self.said += self.speaker.send(self.SAID[at:at + min(65_536, up_to - self.said)])

    def hear(self, listener):
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
