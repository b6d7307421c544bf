"""What the tests of ends have in common: clients that leave in every way, who hears them, and counts that are equal."""
import contextlib
import fcntl
import json
import os
import pathlib
import socket
import sqlite3
import ssl
import struct
import sys
import termios
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
from gateway import PATIENCE, Failed  # noqa: E402
from rawsocket import CLOSE, PING, PONG, TEXT, RawSocket, close_payload, frame  # noqa: E402

GOODBYE = frame(CLOSE, close_payload(1000))
TELEMETRY, FLEET, RELAY = "sensor-telemetry", "printer-fleet", "monitor-relay"


def check(holds, what):
    if not holds:
        raise Failed(what)


# ---- how clients leave

class TlsSocket(RawSocket):
    """The same over TLS. Its records are made in memory, so what goes out together, and when, is the test's choice."""

    def __init__(self, port, source=None, receive_buffer=None):
        super().__init__(port, source, receive_buffer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)
        self._when_there_is_more(self.tls.do_handshake)
        self.socket.sendall(self.outgoing.read())

    def _when_there_is_more(self, ask, *arguments):
        while True:
            try:
                return ask(*arguments)
            except ssl.SSLWantReadError:
                if self.outgoing.pending:
                    self.socket.sendall(self.outgoing.read())
                piece = super().more()
                if not piece:
                    return b""
                self.incoming.write(piece)

    def send(self, data):
        self.tls.write(data)
        self.socket.sendall(self.outgoing.read())

    def send_and_notify(self, data):
        """`data` and close_notify, in one go."""
        self.tls.write(data)
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.socket.sendall(self.outgoing.read())

    def more(self):
        try:
            return self._when_there_is_more(self.tls.read, 1 << 18)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""


def await_delivery(raw):
    """Until the other side's kernel has all that was sent: a reset takes back what it has not."""
    until = time.monotonic() + PATIENCE
    while struct.unpack("i", fcntl.ioctl(raw.socket, termios.TIOCOUTQ, b"\0" * 4))[0]:
        check(time.monotonic() < until, "the gateway's kernel does not take what was sent")
        os.sched_yield()


def hear_out(raw):
    """Whatever comes, to the end of TCP."""
    while raw.more():
        pass
    raw.socket.close()


def close_handshake(raw, data):
    raw.send(data)
    raw.send(GOODBYE)
    opcode, payload = raw.frame()
    while opcode != CLOSE:
        opcode, payload = raw.frame()
    check(payload == close_payload(1000), f"the answer to Close is {payload!r}")
    raw.expect_end()
    raw.socket.close()


def close_in_the_same_segment(raw, data):
    raw.send(data + GOODBYE)
    raw.socket.close()


def fin(raw, data):
    raw.send(data)
    raw.socket.close()


def half_close(raw, data):
    raw.send(data)
    raw.socket.shutdown(socket.SHUT_WR)
    hear_out(raw)


def reset(raw, data):
    raw.send(data)
    await_delivery(raw)
    raw.reset()


def close_notify(raw, data):
    raw.send_and_notify(data)
    raw.socket.close()


ENDS = (close_handshake, close_in_the_same_segment, fin, half_close, reset)
TLS_ENDS = (close_handshake, close_in_the_same_segment, fin, close_notify, reset)


# ---- who hears them

class Listener:
    """Hears a connection on a thread of its own, answers pings, and keeps what `understand` makes of the messages."""

    def __init__(self, raw, understand=bytes):
        self.raw, self.understand = raw, understand
        self.heard = []
        self.problem = None
        self._news = threading.Condition()
        self._pongs = 0
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        try:
            while piece := self.raw.more():
                self._take(self.raw.unread + piece)
        except Exception as problem:  # told to whoever waits
            self.problem = problem
        with self._news:
            self.problem = self.problem or Failed("its connection ended")
            self._news.notify_all()

    def _take(self, data):
        """Frames of servers are whole and unmasked; a slice at a time would copy all for each."""
        at, messages, pongs = 0, [], 0
        while at + 2 <= len(data):
            size, head = data[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(data[at + 2:at + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(data[at + 2:at + 10], "big"), 10
            if at + head + size > len(data):
                break
            opcode, payload = data[at] & 15, data[at + head:at + head + size]
            at += head + size
            if opcode == PING:
                self.raw.send(frame(PONG, payload))
            elif opcode == PONG:
                pongs += 1
            elif opcode == CLOSE:
                raise Failed(f"closed: {payload!r}")
            elif (message := self.understand(payload)) is not None:
                messages.append(message)
        self.raw.unread = data[at:]
        with self._news:
            self.heard += messages
            self._pongs += pongs
            self._news.notify_all()

    def await_count(self, count):
        """Until so many messages came; more are a failure."""
        with self._news:
            done = self._wait(lambda: len(self.heard) >= count, PATIENCE)
            check(done and len(self.heard) == count, f"{len(self.heard)} messages instead of {count}: {self.problem}")

    def leave(self):
        """A socket that is closed under a thread that waits for it would stay open, with the next one's number."""
        self.raw.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)
        self.raw.socket.close()

    def await_progress(self, count):
        """Until so many messages came, or more."""
        with self._news:
            check(self._wait(lambda: len(self.heard) >= count, PATIENCE), f"{len(self.heard)} messages of {count}: "
                                                                          f"{self.problem}")

    def await_silence(self):
        """Until all that was said to it so far is heard."""
        with self._news:
            wanted = self._pongs + 1
        self.raw.send(frame(PING, b"all?"))
        with self._news:
            check(self._wait(lambda: self._pongs >= wanted, PATIENCE), f"no pong: {self.problem}")

    def _wait(self, holds, within):
        """Goes on as long as something comes."""
        while not holds():
            before = len(self.heard)
            if not self._news.wait_for(lambda: holds() or self.problem or len(self.heard) > before, within):
                return False
            if self.problem and not holds():
                return False
        return True


# ---- readings of sensor-telemetry

def reading(sender, number, note="", event="temperature"):
    """A controller's message, as dashboards hear it."""
    more = f',"note":"{note}"' if note else ""
    return f'{{"event":"{event}","data":{{"time":{sender},"record":{number}{more}}}}}'.encode()


def frames(messages):
    return b"".join(frame(TEXT, message) for message in messages)


def understand_reading(message):
    """Whose, and which."""
    data = json.loads(message)["data"]
    return data["time"], data["record"]


def by_sender(heard):
    told = {}
    for sender, number in heard:
        told.setdefault(sender, []).append(number)
    return told


def stored(gateway):
    """Sender and number of each row, as they were written."""
    with contextlib.closing(sqlite3.connect(f"file:{gateway.folder}/{TELEMETRY}.db?mode=ro", uri=True)) as store:
        return store.execute("SELECT time, record FROM readings ORDER BY id").fetchall()


@contextlib.contextmanager
def locked_store(gateway, profile=TELEMETRY):
    """Another process writes to the profile's store: handlers that want to must wait, 5 s at most."""
    with contextlib.closing(sqlite3.connect(gateway.folder / f"{profile}.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


# ---- counts

DROPPED = ("closed", "expired", "replaced", "deadline", "late", "drained")


class Account:
    """What became of a profile's events, at one moment."""

    def __init__(self, gateway, profile):
        page = gateway.metrics()
        self.page, self.profile = page, profile
        self.incoming = page.sum("polygate_incoming_total", profile=profile)
        self.ok = page.sum("polygate_events_total", profile=profile, verdict="ok")
        self.judged = page.sum("polygate_events_total", profile=profile)
        self.dropped = {why: page.sum("polygate_dropped_total", profile=profile, why=why) for why in DROPPED}
        self.sessions = page.sum("polygate_sessions", profile=profile)
        self.ending = page.sum("polygate_sessions_ending", profile=profile)

    def dropped_for(self, **expected):
        """So many for each cause, and none for the others."""
        wanted = {why: expected.get(why, 0) for why in DROPPED}
        check(self.dropped == wanted, f"{self.dropped} were dropped instead of {wanted}")

    def holds(self, sent):
        """What was sent was judged, or dropped for a cause."""
        check(self.incoming == self.judged, f"{self.incoming} came in and {self.judged} were judged")
        check(sent == self.judged + sum(self.dropped.values()),
              f"{sent} were sent to {self.profile}, {self.judged} were judged and {self.dropped} dropped")


def settled(gateway, profile, sessions):
    """The account when only so many sessions are left, with their connections. Each question is a round trip."""
    until = time.monotonic() + PATIENCE
    while True:
        account = Account(gateway, profile)
        if account.sessions == sessions and account.ending == 0:
            return account
        check(time.monotonic() < until, f"{account.sessions} sessions of {profile}, {account.ending} of them ending, "
                                        f"and {sessions} should be left")


def unread_in_kernel(gateway, raw):
    """Bytes that the gateway has not read yet of what this client sent."""
    ours = raw.socket.getsockname()[1]
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ports = [int(field.split(":")[1], 16) for field in fields[1:3]]
        if ports == [gateway.port, ours]:
            return int(fields[4].split(":")[1], 16)
    raise Failed("the gateway has no such connection")
