#!/usr/bin/python3
"""Real clients against the built program: tests/clients/run.py [CLIENT...], with 1 worker and again with 4.

A line for each scenario, `N passed, N failed` at the end. The environment of gateway.py says which program is tested.
"""
import json
import pathlib
import re
import subprocess
import sys

from gateway import AGENTS, DEMO_OWNER, Failed, Gateway, Scenarios, user_token

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = {
    "ws": ["node", str(HERE / "node_ws.mjs")],
    "websockets": ["/usr/bin/python3", str(HERE / "python_websockets.py")],
    "micropython": ["/usr/bin/python3", str(HERE / "micropython_controller.py")],
}


def deployment(gateway):
    """What a client has to know."""
    owners = {"demo": DEMO_OWNER, "demo-stranger": "stranger"}
    owners |= {agent["claims"]["owner"]: agent["claims"]["owner"] for agent in AGENTS[1:]}
    return json.dumps({"url": gateway.url, "port": gateway.port, "workers": gateway.workers, "agents": AGENTS,
                       "tokens": {name: user_token(owner) for name, owner in owners.items()}})


def run_client(scenarios, command, gateway):
    """Passes on what the client prints, and counts it."""
    client = subprocess.Popen([*command, deployment(gateway)], stdout=subprocess.PIPE, text=True)
    summary = None
    for line in client.stdout:
        if summary := re.fullmatch(r"(\d+) passed, (\d+) failed\n", line):
            scenarios.passed += int(summary[1])
            scenarios.failed += int(summary[2])
        else:
            print(scenarios.prefix + line, end="", flush=True)
    if client.wait() != 0 and not (summary and int(summary[2])):
        raise Failed(f"the client ended with {client.returncode}")
    if not summary:
        raise Failed("the client ended without a count")


def main(wanted):
    unknown = [name for name in wanted if name not in CLIENTS]
    if unknown:
        sys.exit(f"tests/clients/run.py: no client is called {unknown[0]}; there are {', '.join(CLIENTS)}")
    scenarios = Scenarios()
    for workers in (1, 4):
        scenarios.prefix = f"workers={workers} "
        for name in wanted or CLIENTS:
            def session(name=name, workers=workers):
                with Gateway(workers=workers) as gateway:
                    run_client(scenarios, CLIENTS[name], gateway)
            scenarios.run(f"{name} the gateway ended well", session)
    scenarios.prefix = ""
    return scenarios.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
