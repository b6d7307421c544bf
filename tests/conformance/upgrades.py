#!/usr/bin/python3
"""Upgrades from long polling to WebSockets under load lose, duplicate and reorder nothing: upgrades.py [SESSIONS]

10,000 sessions against socketio-echo, 4 workers; every fourth speaks Engine.IO 3, every other one sends binary too.
Each says numbered messages in POSTs, before its upgrade and in the middle of it, and on the WebSocket right behind it;
polls as clients do; and every echo must come once, and in order.
"""
import asyncio
import json
import multiprocessing
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
from rawengineio import V3_TEXT, V4, decode, encode, target  # noqa: E402
from gateway import Failed, Gateway, Scenarios  # noqa: E402
from rawsocket import BINARY, CLOSE, PING, PONG, TEXT, frame, handshake  # noqa: E402

PROFILES = ("profiles/examples/engine-echo.yaml", "profiles/examples/socketio-echo.yaml")
PATH = "/socket.io/"
SESSIONS, PROCESSES, AT_ONCE = 10_000, 2, 60  # AT_ONCE in each process
PATIENCE = 60.0


class Connection:
    """A TCP connection: HTTP requests, then perhaps a WebSocket."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port):
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))

    async def response(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length:")[2].split("\r\n")[0]
        return int(head.split(" ", 2)[1]), await self.reader.readexactly(int(length or 0))

    async def ask(self, method, where, body=b""):
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        self.writer.write(f"{method} {where} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n".encode() + body)
        status, body = await self.response()
        if status != 200:
            raise Failed(f"{method} is answered {status} {body[:100]!r}")
        return body

    async def frame(self):
        first, size = await self.reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await self.reader.readexactly(8), "big")
        return first & 0x0F, await self.reader.readexactly(size)

    def close(self):
        self.writer.close()


class Session:
    """One client. `number` says what it does differently from others."""

    def __init__(self, port, number):
        self.port, self.number = port, number
        self.eio = 3 if number % 4 == 0 else 4
        self.payload = V3_TEXT if self.eio == 3 else V4
        self.binary = number % 2 == 1
        self.sid = None
        self.said = 0
        self.heard = []
        self.pausing = False

    def target(self, transport):
        return target(PATH, EIO=self.eio, transport=transport, b64=1 if self.eio == 3 else None, sid=self.sid)

    def packets(self, count):
        """The next messages, each with its number."""
        made = []
        for _ in range(count):
            if self.binary and self.said % 5 == 4:
                made += ['451-["message",%d,{"_placeholder":true,"num":0}]' % self.said, self.said.to_bytes(4, "big")]
            else:
                made.append('42["message",%d]' % self.said)
            self.said += 1
        return made

    async def post(self, packets):
        body = await self.poster.ask("POST", self.target("polling"), encode(self.payload, packets))
        if body != b"ok":
            raise Failed(f"a POST is answered {body[:100]!r}")

    async def poll(self):
        packets = decode(self.payload, await self.getter.ask("GET", self.target("polling")))
        self.heard += [packet for packet in packets if packet != "6"]
        return packets

    async def poll_until_pausing(self):
        while not self.pausing:
            await self.poll()

    async def run(self):
        self.getter, self.poster = await Connection.open(self.port), await Connection.open(self.port)
        self.websocket = None
        try:
            await self.talk()
        finally:
            for connection in (self.getter, self.poster, self.websocket):
                if connection:
                    connection.close()

    async def talk(self):
        self.sid = json.loads((await self.poll())[0][1:])["sid"]
        self.heard = self.heard[1:]
        polling = asyncio.create_task(self.poll_until_pausing())
        try:
            if self.eio == 4:
                await self.post(["40"])
            for _ in range(self.number % 3):
                await self.post(self.packets(self.number % 4 + 1))
            await self.probe()
            # In the middle of the upgrade: the POST that is in flight, and the GET that is to be released.
            self.pausing = True
            await self.post(self.packets(3))
            await polling
        finally:
            polling.cancel()
        self.say(["5", *self.packets(4)])
        while self.said < 20 or self.missing():
            packet = await self.hear()
            if self.said < 20 and isinstance(packet, str) and "message-back" in packet:
                self.say(self.packets(1))
        self.say(['420["message-with-ack"]'])  # whatever came twice comes before its answer
        while await self.hear() != "430[]":
            pass
        self.heard.pop()
        self.judge()

    async def probe(self):
        self.websocket = await Connection.open(self.port)
        self.websocket.writer.write(handshake(self.target("websocket")))
        status, _ = await self.websocket.response()
        if status != 101:
            raise Failed(f"the WebSocket is answered {status}")
        self.say(["2probe"])
        found = await self.websocket.frame()
        if found != (TEXT, b"3probe"):
            raise Failed(f"{found} instead of 3probe")

    def say(self, packets):
        mark = b"\x04" if self.eio == 3 else b""
        self.websocket.writer.write(b"".join(
            frame(TEXT, packet.encode()) if isinstance(packet, str) else frame(BINARY, mark + packet)
            for packet in packets))

    async def hear(self):
        opcode, data = await self.websocket.frame()
        if opcode == PING:
            self.websocket.writer.write(frame(PONG, data))
            return None
        if opcode == CLOSE:
            raise Failed(f"closed: {data!r}")
        packet = data.decode() if opcode == TEXT else data[1:] if self.eio == 3 else data
        if packet == "2":
            self.say(["3"])
        else:
            self.heard.append(packet)
        return packet

    def missing(self):
        """Are there echoes to come? Every message's last packet is one."""
        echoes = sum(isinstance(packet, bytes) or packet.startswith("42") for packet in self.heard) - 1  # `auth`
        return echoes < self.said

    def judge(self):
        numbers, pieces = [], iter(self.heard)
        for packet in pieces:
            if isinstance(packet, bytes):
                raise Failed(f"an attachment that belongs to nothing: {packet!r}")
            if packet.startswith("451-"):
                numbers.append(json.loads(packet[4:])[1])
                attachment = next(pieces)
                if attachment != numbers[-1].to_bytes(4, "big"):
                    raise Failed(f"{attachment!r} behind {packet}")
            elif "message-back" in packet:
                numbers.append(json.loads(packet[2:])[1])
            elif not packet.startswith("40") and '"auth"' not in packet:
                raise Failed(f"{packet!r} came unasked")
        if numbers != list(range(self.said)):
            raise Failed(f"{self.said} messages came back as {numbers}")


async def run_sessions(port, numbers, results):
    waiting, done = iter(numbers), 0

    async def one_after_the_other():
        nonlocal done
        for number in waiting:
            session = Session(port, number)
            try:
                await asyncio.wait_for(session.run(), PATIENCE)
                done += 1
            except (Failed, OSError, EOFError, ValueError, asyncio.TimeoutError) as problem:
                results.put(f"session {number} (EIO={session.eio}, sid {session.sid}) of {session.said} messages, "
                            f"heard {session.heard[-3:]}: {type(problem).__name__} {problem}")

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    results.put(done)


def work(port, numbers, results):
    asyncio.run(run_sessions(port, numbers, results))


def upgrade_all(port, count):
    results = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=work, args=(port, range(first, count, PROCESSES), results), daemon=True)
                 for first in range(PROCESSES)]
    for process in processes:
        process.start()
    done, problems, ended = 0, [], 0
    while ended < PROCESSES:
        result = results.get(timeout=20 * PATIENCE)
        if isinstance(result, int):
            done, ended = done + result, ended + 1
        else:
            problems.append(result)
    for process in processes:
        process.join()
    if problems or done != count:
        raise Failed(f"{len(problems)} of {count} upgrades went wrong:\n" + "\n".join(problems[:10]))


def main(count):
    scenarios = Scenarios()

    def session():
        limits = {"connections_per_address": 5000, "handshakes_per_address": 2000}
        with Gateway(workers=4, profiles=PROFILES, limits=limits) as gateway:
            started = time.monotonic()
            scenarios.run(f"{count} upgrades", upgrade_all, gateway.port, count)
            print(f"{count / (time.monotonic() - started):.0f} upgrades a second", flush=True)

    scenarios.run("the gateway ended well", session)
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS))
