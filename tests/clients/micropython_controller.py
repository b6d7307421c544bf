#!/usr/bin/python3
"""A field controller as its MicroPython firmware is: a WebSocket client that verifies nothing and forgives nothing.

It asks for `/`, looks for `HTTP/1.1 101 ` and no further, takes a PING or a fragment for the end of the connection,
sends small masked frames, and every now and then drops TCP without a close frame and comes back. run.py starts this.
"""
import base64
import json
import os
import pathlib
import sys

from gateway import PROFILES, ROOT, Failed, Gateway, Scenarios
from rawsocket import CLOSE, PING, PONG, TEXT, RawSocket, frame

DEPLOYMENT = json.loads(sys.argv[1])
READINGS = json.loads(pathlib.Path(__file__).with_name("documents.json").read_text(encoding="utf-8"))["telemetry"]


class Controller:
    """The firmware's client, line by line."""

    def __init__(self, port):
        self.port = port
        self.raw = RawSocket(port)
        self.raw.answers_pings = False
        self.raw.send((f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                       f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
                       f"Sec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:{port}\r\n\r\n").encode())
        if not self._line().startswith(b"HTTP/1.1 101 "):
            raise Failed("the firmware wants HTTP/1.1 101")
        while self._line():
            continue

    def _line(self):
        while b"\r\n" not in self.raw.unread:
            piece = self.raw.more()
            if not piece:
                raise Failed("TCP ended in the handshake")
            self.raw.unread += piece
        line, _, self.raw.unread = self.raw.unread.partition(b"\r\n")
        return line

    def say(self, message):
        self.raw.send(frame(TEXT, json.dumps(message).encode(), mask=os.urandom(4)))

    def hear(self):
        opcode, payload = self.raw.frame()  # refuses fragments
        if opcode == PING:
            raise Failed("a PING: the firmware would reconnect")
        if opcode != TEXT:
            raise Failed(f"opcode {opcode}: the firmware would reconnect")
        message = json.loads(payload)
        if "event" not in message:
            raise Failed(f"no event in {message}: the firmware would reconnect")
        return message

    def drop(self):
        self.raw.socket.close()


class Dashboard:
    """Sees what the controller reports."""

    def __init__(self, port):
        self.raw = RawSocket.open(port, "/clients/7")
        self.raw.answers_pings = False  # it counts them, and answers itself
        self.pings = 0

    def hear(self):
        while True:
            opcode, payload = self.raw.frame()
            if opcode == TEXT:
                return json.loads(payload)
            if opcode != PING:
                raise Failed(f"opcode {opcode} with {payload!r}")
            self.pings += 1
            self.raw.send(frame(PONG, payload))

    def hears(self, expected):
        heard = self.hear()
        if heard != expected:
            raise Failed(f"heard {heard}, expected {expected}")


def round_of(controller, dashboard):
    for message in READINGS.values():
        controller.say(message)
        dashboard.hears(message)
    controller.say({"event": "unheard_of", "data": {}})
    if (answer := controller.hear())["event"] != "error":
        raise Failed(f"heard {answer}")


def reports_and_reconnects():
    port = DEPLOYMENT["port"]
    dashboard = Dashboard(port)
    for _ in range(5):
        controller = Controller(port)
        round_of(controller, dashboard)
        controller.drop()
    controller = Controller(port)  # the old socket may still be there: the real board leaks it
    again = Controller(port)
    round_of(controller, dashboard)
    round_of(again, dashboard)
    again.raw.reset()
    round_of(controller, dashboard)


def answers_commands():
    port = DEPLOYMENT["port"]
    controller = Controller(port)
    dashboard = Dashboard(port)
    for _ in READINGS:
        dashboard.hear()  # what was kept
    command = {"event": "command", "data": {"cmd": "irrigation start"}}
    dashboard.raw.send(frame(TEXT, json.dumps(command).encode()))
    if (heard := controller.hear()) != command:
        raise Failed(f"heard {heard}")
    controller.drop()


def big_frames_are_not_cut():
    """A command of the largest kind and the longest error still come as one frame."""
    controller = Controller(DEPLOYMENT["port"])
    controller.say({"event": "x" * 60_000, "data": {}})
    if controller.hear()["event"] != "error":
        raise Failed("no error")
    controller.drop()


def is_never_pinged():
    """Beside a dashboard that is pinged ten times a second, in a copy of the profile that says so."""
    text = (ROOT / PROFILES[0]).read_text(encoding="utf-8")
    changed = text.replace("  /clients/:id:\n", "  /clients/:id:\n    ping: {every: 100ms, timeout: 20s}\n")
    if changed == text:
        raise Failed("the profile has no endpoint /clients/:id")
    with Gateway(workers=DEPLOYMENT["workers"], profiles=(), texts={"often.yaml": changed}) as gateway:
        controller = Controller(gateway.port)
        dashboard = Dashboard(gateway.port)
        while dashboard.pings < 8:
            opcode, payload = dashboard.raw.frame()
            if opcode != PING:
                raise Failed(f"opcode {opcode}")
            dashboard.pings += 1
            dashboard.raw.send(frame(PONG, payload))
        if controller.raw.unread:
            raise Failed(f"the controller was sent {controller.raw.unread!r}")
        round_of(controller, dashboard)  # fails at a PING that came meanwhile
        controller.raw.send(frame(CLOSE, b"\x03\xe8"))
        controller.raw.expect_close(1000)


def main():
    scenarios = Scenarios("micropython ")
    for scenario in (reports_and_reconnects, answers_commands, big_frames_are_not_cut, is_never_pinged):
        scenarios.run(scenario.__name__, scenario)
    return scenarios.finish()


sys.exit(main())
