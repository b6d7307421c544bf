#!/usr/bin/python3
"""Debian's python3-socketio: --transport polling|websocket|upgrade --url URL [--step NAME].

A line for each step; the exit status is 0 when all passed. --client is taken and says nothing: there is one.
"""
import argparse
import os
import sys

from python_socket import Cell, Failed, Peer, equal

TEXT = "caf\u00e9 \U0001F600 \u4e2d \u2028 \u0001\u001e \\ \"quoted\"\n"
NESTED = {"name": "caf\u00e9", "list": [1, -2.5, None, True, {"deep": [[], {}]}], "empty": ""}
QUICK = 200


def connect(cell):
    client = cell.open()
    equal(type(client.socket.get_sid()), str, "the type of the id")


def auth(cell):
    cell.open().hears("auth", {})
    payload = {"token": TEXT, "nested": NESTED}
    cell.open(auth=payload).hears("auth", payload)


def events(cell):
    client = cell.open()
    client.echo("one")
    client.echo(1, "two", None, True, [], {}, NESTED)
    client.echo()
    client.echo(TEXT, {TEXT: TEXT})
    client.quiet()


def acks(cell):
    client = cell.open()
    client.ack("one")
    client.ack(1, NESTED, [TEXT], None)
    client.ack()
    client.ask("one", 2, NESTED)
    client.ask()
    client.quiet()


def text(transport):
    def step(cell):
        client = cell.open()
        peer = Peer(cell, transport)
        try:
            for say in (lambda *args: client.emit("to-all", *args), peer.say):
                say(cell.tag, TEXT, {TEXT: [TEXT]})
                client.hears("all", cell.tag, TEXT, {TEXT: [TEXT]})
                peer.hears([cell.tag, TEXT, {TEXT: [TEXT]}])
            client.quiet()
        finally:
            peer.close()
    return step


def large(cell):
    client = cell.open()
    payload = "abcdefghij" * 100_000
    client.echo(payload)
    client.ack(payload)
    client.quiet()


def binary(cell):
    client = cell.open()
    payload = bytes(at % 256 for at in range(1000))
    client.echo(payload)
    client.echo("first", {"deep": [payload, {"deeper": payload}]}, "last")
    client.ack("one", payload)
    client.ask(payload, "two")
    client.quiet()


def quick(cell):
    """Each comes back once; this client hands every event to a thread of its own, so it cannot judge the order."""
    client = cell.client()
    client.socket.reconnection = False

    def burst():
        client.queues["/", "connect"].put(())
        for number in range(QUICK):
            client.emit("message", number)
    client.socket.on("connect", burst)
    client.connect()
    back = sorted(client.next("message-back") for _ in range(QUICK))
    equal(back, [(number,) for number in range(QUICK)], "message-back")
    client.quiet()


def namespace(cell):
    client = cell.open("/", "/custom")
    client.hears("auth", {}, space="/custom")
    client.echo(TEXT, NESTED, space="/custom")
    client.ack("one", NESTED, space="/custom")
    client.ask("two", space="/custom")
    client.echo("the other is still there")
    client.emit("to-all", cell.tag, "both", space="/custom")
    for space in ("/", "/custom"):
        client.hears("all", cell.tag, "both", space=space)
    client.quiet()


def refused(cell):
    client = cell.client("/", "/nowhere")
    # Without waiting: it would wait for the refused namespace too.
    client.socket.connect(cell.origin, transports=cell.transports, namespaces=client.namespaces,
                          socketio_path=cell.path, wait=False)
    client.next("connect")
    client.hears("connect_error", {"message": "Invalid namespace"}, space="/nowhere")
    client.quiet()


def kick(cell):
    client = cell.open()
    client.emit("kick")
    client.next("disconnect")
    client.connect_again()
    client.quiet()


def reconnect(cell):
    client = cell.open()
    for number in range(2):
        client.emit("drop")
        client.next("disconnect")
        if cell.transport == "polling":
            client.connect_again()  # takes the end of a polling connection for an answer
        else:
            client.is_connected()
        client.echo("again", number)
        client.ack("again", number)
    client.quiet()


def disconnect(cell):
    client = cell.open()
    for number in range(2):
        client.disconnect()
        client.next("disconnect")
        client.connect_again()
        client.echo("again", number)
    client.quiet()


STEPS = {"connect": connect, "auth": auth, "events": events, "acks": acks, "text-websocket-peer": text("websocket"),
         "text-polling-peer": text("polling"), "large": large, "binary": binary, "quick": quick,
         "namespace": namespace, "refused": refused, "kick": kick, "reconnect": reconnect, "disconnect": disconnect}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--client")
    parser.add_argument("--transport", choices=("polling", "websocket", "upgrade"), required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--step", choices=STEPS)
    options = parser.parse_args()
    cell = Cell(options.url, options.transport)
    failed = 0
    for name in [options.step] if options.step else STEPS:
        try:
            STEPS[name](cell)
            print(f"{name} ok", flush=True)
        except Exception as problem:  # whatever it is, the other steps still run
            failed += 1
            words = str(problem) if isinstance(problem, Failed) else f"{type(problem).__name__}: {problem}"
            print(f"{name} FAILED " + words.replace("\n", " | "), flush=True)
            if name == "connect":
                break
        finally:
            cell.close_all()
    sys.stdout.flush()
    os._exit(1 if failed else 0)  # threads of a broken connection would keep the process


if __name__ == "__main__":
    main()
