"""What the threats to Engine.IO and Socket.IO have in common."""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
from gateway import Gateway  # noqa: E402
from rawengineio import V3_TEXT, V4, check, encode  # noqa: E402
from rawsocketio import Client  # noqa: E402

PROFILES = ("profiles/examples/engine-echo.yaml", "profiles/examples/socketio-echo.yaml")
ENGINE, SOCKETIO = "/engine.io/", "/socket.io/"
FEW = 8 << 20  # bytes that a process may grow by


def frugal():
    """An environment in which freed memory is seen as free under AddressSanitizer too."""
    settings = "quarantine_size_mb=1:thread_local_quarantine_size_kb=64:malloc_context_size=1"
    return {"ASAN_OPTIONS": ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), settings)))}


def gateway(**options):
    return Gateway(**{"profiles": PROFILES, "environment": frugal(), "workers": 2, **options})


def memory(gateway):
    """Resident bytes."""
    status = pathlib.Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10


def stays_flat(gateway, attack, rounds=5):
    """It is attacked, and no round but the first costs memory. Somebody is connected all the time, untouched."""
    bystanders = [Client.open(gateway.port, kind, eio) for kind in ("polling", "websocket") for eio in (3, 4)]
    attack()
    attack()
    before = memory(gateway)
    for _ in range(rounds):
        attack()
        for bystander in bystanders:
            bystander.echoes("untouched")
    grown = memory(gateway) - before
    check(grown < FEW, f"{grown >> 10} KiB more after {rounds} rounds than before")


def text(eio, *packets):
    return encode(V4 if eio == 4 else V3_TEXT, packets)
