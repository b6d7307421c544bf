#!/usr/bin/python3
"""Whoever leaves, and however: what it had said happens. tests/threats/ends.py [--all | --few] [NAME...]

With 1 worker and again with 4. `--all` takes the long soaks, `--few` as little as a slow build can do.
"""
import argparse
import inspect
import sys
from typing import NamedTuple

import ends_of_controllers
import ends_of_tabs_and_agents
from gateway import Scenarios


class Sizes(NamedTuple):
    clients: int  # that come, send and leave
    seconds: float  # of a soak


FEW, SOME, ALL = Sizes(400, 5), Sizes(1_600, 15), Sizes(10_000, 60)


ROOMS = (ends_of_controllers, ends_of_tabs_and_agents)


def main(arguments):
    parser = argparse.ArgumentParser()
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--all", dest="sizes", action="store_const", const=ALL, default=SOME)
    size.add_argument("--few", dest="sizes", action="store_const", const=FEW)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args(arguments)
    found = [(name, one) for room in ROOMS for name, one in vars(room).items()
             if inspect.isfunction(one) and list(inspect.signature(one).parameters) == ["workers", "sizes"]]
    scenarios = Scenarios()
    for workers in (1, 4):
        scenarios.prefix = f"workers={workers} "
        for name, scenario in found:
            if not options.names or any(name.startswith(one) for one in options.names):
                scenarios.run(name, scenario, workers, options.sizes)
    scenarios.prefix = ""
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
