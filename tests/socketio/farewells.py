#!/usr/bin/python3
"""Clients that a rule has told to go hear why, and stay away: tests/socketio/farewells.py, with 1 worker and again with 4.

The clients have reconnection on. Their process ends by itself when none of them has anything left to do; one that comes
back for ever keeps it.
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients"))
from gateway import PATIENCE, Gateway, Scenarios  # noqa: E402
from rawengineio import check  # noqa: E402

PATH = "/monitor/socket.io/"


def who_asks_for_what_is_no_monitor_is_told_once_and_stays_away(workers):
    with Gateway(workers=workers, profiles=("profiles/monitor-relay.yaml",)) as running:
        command = ["node", str(HERE / "farewells.mjs"), f"http://127.0.0.1:{running.port}{PATH}"]
        made = subprocess.run(command, capture_output=True, text=True, timeout=3 * PATIENCE)
        check(made.returncode == 0, f"{made.stdout[-1000:]}{made.stderr[-1000:]}")
        met = json.loads(made.stdout)
        check(len(met) == 18, f"{len(met)} clients instead of 18")
        wanted = {"connect": 1, "failed": 1, "reasons": ["io server disconnect"]}
        wrong = {name: found for name, found in met.items() if found != wanted}
        check(not wrong, f"{wrong}")
        opened = running.metric("polygate_sessions_opened_total")
        check(opened == 18, f"{opened} sessions for 18 clients")


def main():
    scenarios = Scenarios()
    for workers in (1, 4):
        scenarios.prefix = f"workers={workers} "
        scenarios.run("who_asks_for_what_is_no_monitor_is_told_once_and_stays_away",
                      who_asks_for_what_is_no_monitor_is_told_once_and_stays_away, workers)
    scenarios.prefix = ""
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main())
