#!/usr/bin/python3
"""Engine.IO 3/4 and Socket.IO 4/5 case by case, over raw sockets: tests/conformance/engine_io.py [PREFIX...]

With 1 worker and again with 4, against the examples engine-echo and socketio-echo and some profiles of its own. Only
cases whose name starts with one of the prefixes run; without any, all. A line for each, a count at the end.
"""
import sys

from cases import CASES  # first: it says where the next ones are
import engine_io_heartbeat  # noqa: F401 - registers its cases
import engine_io_http  # noqa: F401 - likewise
import engine_io_jsonp  # noqa: F401
import engine_io_messages  # noqa: F401
import engine_io_polling  # noqa: F401
import engine_io_upgrade  # noqa: F401
import socket_io_connect  # noqa: F401
import socket_io_events  # noqa: F401
import socket_io_farewells  # noqa: F401
import socket_io_malformed  # noqa: F401
from engine_io_profiles import CALM, EXAMPLES, texts
from rawengineio import Polling
from gateway import Gateway, Scenarios

MOST_RESTARTS = 5


def run_until_stuck(scenarios, workers, names):
    """Takes off `names` what has run. A gateway that answers nobody any more is left, for a new one."""
    with Gateway(workers=workers, profiles=EXAMPLES, texts=texts()) as gateway:
        while names:
            name, failed = names.pop(0), scenarios.failed
            scenarios.run(name, CASES[name], gateway.port)
            if scenarios.failed > failed:
                Polling(gateway.port, CALM).echoes()


def main(prefixes):
    scenarios = Scenarios()
    for workers in (1, 4):
        scenarios.prefix = f"workers={workers} "
        names = [name for name in CASES if not prefixes or any(name.startswith(prefix) for prefix in prefixes)]
        for _ in range(MOST_RESTARTS):
            scenarios.run("the gateway ended well", run_until_stuck, scenarios, workers, names)
            if not names:
                break
        else:
            print(f"{scenarios.prefix}{len(names)} cases were not run", flush=True)
    scenarios.prefix = ""
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
