#!/usr/bin/python3
"""Threats to Engine.IO and Socket.IO: tests/threats/socketio.py [ID...]. The names start with the threats' ids."""
import re
import sys

import engine_io_threats  # first: it says where the next ones are
import socket_io_threats
from gateway import Scenarios


def main(wanted):
    scenarios = Scenarios()
    for name, scenario in {**vars(engine_io_threats), **vars(socket_io_threats)}.items():
        if re.match(r"T\d\d_", name) and (not wanted or any(name.startswith(one) for one in wanted)):
            scenarios.run(name, scenario)
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
