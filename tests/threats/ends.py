#!/usr/bin/python3
"""Whoever leaves, and however: what it had said happens. tests/threats/ends.py [--all | --few] [--seed N] [NAME...]

With 1 worker and again with 4. `--all` takes the long soaks, `--few` as little as a slow build can do.
"""
import argparse
import inspect
import random
import sys
from typing import NamedTuple

import ends_of_controllers
import ends_of_many
import ends_soak
import ends_of_tabs_and_agents
from gateway import Scenarios


class Sizes(NamedTuple):
    clients: int  # that come, send and leave
    backlog: int  # readings that one controller sends faster than they are stored
    seconds: int  # of a soak
    seed: int = 0


FEW, SOME, ALL = Sizes(400, 200, 5), Sizes(1_600, 1_000, 15), Sizes(10_000, 2_000, 60)


ROOMS = (ends_of_controllers, ends_of_tabs_and_agents, ends_of_many, ends_soak)


def main(arguments):
    parser = argparse.ArgumentParser()
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--all", dest="sizes", action="store_const", const=ALL, default=SOME)
    size.add_argument("--few", dest="sizes", action="store_const", const=FEW)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args(arguments)
    found = [(name, one) for room in ROOMS for name, one in vars(room).items()
             if inspect.isfunction(one) and list(inspect.signature(one).parameters) == ["workers", "sizes"]]
    scenarios = Scenarios()
    for workers in (1, 4):
        scenarios.prefix = f"workers={workers} "
        for name, scenario in found:
            if not options.names or any(name.startswith(one) for one in options.names):
                scenarios.run(name, scenario, workers, options.sizes._replace(seed=options.seed))
    scenarios.prefix = ""
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
