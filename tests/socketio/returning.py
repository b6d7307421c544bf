"""A client of Socket.IO that can lose its connection and come back, and the gateway that it comes back to."""
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients"))
from gateway import ROOT, Gateway  # noqa: E402
from rawengineio import Polling, check, open_carrier  # noqa: E402
from rawsocketio import CONNECT, EVENT, PATH, packets, parse  # noqa: E402

EXAMPLE = ROOT / "profiles/examples/socketio-echo.yaml"
FAREWELL = "\nclosed:\n  from: anyone\n  send: {to: role/anyone, as: all, args: [left, $me.id]}\n"


def profile(recovery, path=PATH):
    """The example with recovery, and with a word to the others when a session ends."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("profile: socketio-echo", "profile: " + path.strip("/.io"))
    return text.replace(PATH + ":", path + ":") + f"\nengine: {{recovery: {recovery}}}\n" + FAREWELL


def gateway(workers, recovery="{within: 60s}"):
    return Gateway(workers=workers, profiles=(), texts={"room.yaml": profile(recovery)})


class Client:
    """Whoever connects. `pid` and `offset` are what a client 4.6 or later remembers of them."""

    def __init__(self, port, kind="websocket", carrier=None):
        self.port = port
        self.kind = kind
        self.pid = self.offset = self.sid = None
        self.carrier = carrier or open_carrier(kind, port, PATH)

    def opened(self, auth=None):
        """Through the answer to a connect, for a session of its own."""
        self.carrier.say(*packets(CONNECT, auth))
        self.joined()
        check(self.heard() == ["auth", auth or {}], "the rule for a connection that opens")
        return self

    def joined(self):
        found, _ = parse(self.carrier.hear())
        check(found.type == CONNECT and set(found.data) == {"sid", "pid"}, f"{found} instead of the answer to a connect")
        self.sid, self.pid = found.data["sid"], found.data["pid"]

    def heard(self):
        """The arguments of the next event, without its offset."""
        found, _ = parse(self.carrier.hear())
        check(found.type == EVENT and found.ack is None, f"{found} instead of an event")
        check(isinstance(found.data[-1], str) and found.data[-1].isdigit(), f"no offset in {found.data}")
        self.offset = found.data[-1]
        return found.data[:-1]

    def expect(self, *events):
        for event in events:
            found = self.heard()
            check(found == event, f"{found} instead of {event}")

    def emit(self, *arguments, ack=None):
        self.carrier.say(*packets(EVENT, list(arguments), ack=ack))

    def tell_all(self, *words):
        """Everybody hears, and so does the one who says it."""
        for word in words:
            self.emit("to-all", word)
            self.expect(["all", word])

    def echoes(self):
        """It is alive, and nothing else waits in it."""
        self.emit("message", "alive?")
        self.expect(["message-back", "alive?"])

    def lose(self):
        """The cable is cut: without a word, and no poll that waits survives it."""
        if isinstance(self.carrier, Polling):
            if not self.carrier.waiting:
                self.carrier.start_poll()
            for connection in self.carrier.connections.values():
                connection.socket.close()
        else:
            self.carrier.raw.socket.close()

    def leave(self, witness):
        """For good; the witness hears of it."""
        self.carrier.say("41")
        witness.expect(["all", "left", self.sid])

    def back(self, missed=(), kind=None, **auth):
        """Another connection, the same session: what was missed, then the answer, and nothing of a new session.

        `missed` is None where that is not what matters.
        """
        self.carrier = open_carrier(kind or self.kind, self.port, PATH)
        known = (self.sid, self.pid)
        self.carrier.say(*packets(CONNECT, {"pid": self.pid, **({"offset": self.offset} if self.offset else {}), **auth}))
        self.expect(*(missed or ()))
        while missed is None:
            self.carrier.heard.insert(0, self.carrier.hear())
            if parse(self.carrier.heard[0])[0].type == CONNECT:
                break
            self.heard()
        self.joined()
        check((self.sid, self.pid) == known, "another session than before")
        self.echoes()

    def not_back(self):
        """A new session instead, which is told nothing of the old one."""
        self.carrier = open_carrier(self.kind, self.port, PATH)
        known = (self.sid, self.pid)
        self.carrier.say(*packets(CONNECT, {"pid": self.pid, "offset": self.offset, "token": "t"}))
        self.joined()
        check(self.sid != known[0] and self.pid != known[1], "the session that cannot be resumed")
        self.expect(["auth", {"token": "t"}])
        self.echoes()


def worker_of(identifier):
    """On which worker it lives: its first 16 bits (gateway/routing/ids.cpp)."""
    return int.from_bytes(base64.urlsafe_b64decode(identifier[:4])[:2], "big")


def until_detached(running, number=1):
    running.await_metric("polygate_sessions_detached", number)
    check(running.metric("polygate_sessions_detached") == number, "more sessions wait than were lost")


def lost(running, *clients):
    """Their connections are cut, and the gateway has noticed."""
    for client in clients:
        client.lose()
    until_detached(running, len(clients))


SCENARIOS = []  # functions of the number of workers


def scenario(function):
    SCENARIOS.append(function)
    return function
