#!/usr/bin/python3
"""Every generation of Socket.IO client, with each transport setting, against the built program with 1 and 4 workers.

matrix.py [--only WORDS] [--workers N] [--jobs N] [--url URL]. WORDS choose cells: `2.5.0,python` those of either,
`chromium/4.8/polling` those with all three. With --url a running server is tested instead; reference.mjs is one.
Needs `npm ci`, python3-socketio, python3-websocket and chromium. The environment of tests/clients/gateway.py says which
program is tested.
"""
import argparse
import concurrent.futures
import contextlib
import itertools
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients"))
from gateway import PATIENCE, Failed, Gateway  # noqa: E402

CELL_PATIENCE = 9 * PATIENCE  # a cell has many steps, each of which may wait
PROFILE = "profiles/examples/socketio-echo.yaml"
TRANSPORTS = ("polling", "websocket", "upgrade")
PLACES = {
    "node": ["node", "--no-deprecation", str(HERE / "client.mjs")],
    "python": ["/usr/bin/python3", str(HERE / "python_client.py")],
    "chromium": ["/usr/bin/python3", str(HERE / "browser/run.py")],
}
CLIENTS = [("node", version) for version in ("1.3.6", "1.7.4", "2.5.0", "3.1.3", "4.0.1", "4.8")]
CLIENTS += [("python", "5")]
CLIENTS += [("chromium", version) for version in ("1.3.6", "2.5.0", "4.8")]


class Matrix:
    """What was run, and how it ended."""

    def __init__(self, cells, jobs):
        self.cells = cells
        self.jobs = jobs
        self.results = {}  # (server, place, version, transport) -> problems
        self.gateways = {}  # server -> a problem of its own

    def run(self, server, url):
        """All cells against one server, a few at a time."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for cell, problems in zip(self.cells, pool.map(lambda cell: run_cell(cell, url), self.cells)):
                self.results[(server, *cell)] = problems
                print(server, *cell, "FAILED" if problems else "ok", flush=True)

    def run_gateway(self, workers):
        server = f"workers={workers}"
        try:
            with Gateway(profiles=(PROFILE,), workers=workers) as gateway:
                self.run(server, f"http://127.0.0.1:{gateway.port}/socket.io/")
        except Failed as problem:
            self.gateways[server] = str(problem)

    def table(self):
        """A line for each client, a column for each transport and server."""
        servers = list(dict.fromkeys(server for server, *_ in self.results))
        columns = list(itertools.product(servers, TRANSPORTS))
        yield " " * 16 + "".join(f"{server:30}" for server in servers).rstrip()
        yield " " * 16 + "".join(f"{transport:10}" for _, transport in columns).rstrip()
        for client in dict.fromkeys(cell[:2] for cell in self.cells):
            line = f"{' '.join(client):16}"
            for server, transport in columns:
                problems = self.results.get((server, *client, transport))
                line += f"{'-' if problems is None else 'FAILED' if problems else 'ok':10}"
            yield line.rstrip()

    def finish(self):
        """The table, what failed, the last line and the exit status."""
        print(*self.table(), sep="\n")
        for cell, problems in self.results.items():
            for problem in problems:
                print(*cell, problem)
        for server, problem in self.gateways.items():
            print(server, "the gateway FAILED", problem)
        failed = sum(1 for problems in self.results.values() if problems) + len(self.gateways)
        passed = sum(1 for problems in self.results.values() if not problems)
        print(f"{passed} passed, {failed} failed", flush=True)
        return 1 if failed or not passed else 0


def run_cell(cell, url):
    """Its problems: lines of steps that failed, or one of its own."""
    place, version, transport = cell
    command = [*PLACES[place], "--client", version, "--transport", transport, "--url", url]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, errors="replace")
    late = False
    try:
        said, errors = process.communicate(timeout=CELL_PATIENCE)
    except subprocess.TimeoutExpired:
        late = True
        said, errors = ended(process)
    problems = [line for line in said.split("\n") if line and not line.endswith(" ok")]
    if late:
        problems.append(f"not finished in {CELL_PATIENCE:.0f} s; the last line was {said.rpartition(' ')[0][-80:]!r}")
    elif process.returncode != 0 and not problems or not said:
        problems.append(f"the client ended with {process.returncode}: {errors[-2000:]}")
    return problems


def ended(process):
    """A chance to end its own processes, then the end."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.communicate(timeout=PATIENCE)
    process.kill()
    return process.communicate()


def chosen(only):
    """The cells that have one of the words, or all parts of one."""
    cells = [(*client, transport) for client in CLIENTS for transport in TRANSPORTS]
    words = [set(word.split("/")) for word in only.split(",")] if only else [set()]
    return [cell for cell in cells if any(word <= set(cell) for word in words)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url")
    parser.add_argument("--only")
    parser.add_argument("--workers", type=int, action="append")
    parser.add_argument("--jobs", type=int, choices=range(1, 5), default=4)
    options = parser.parse_args()
    cells = chosen(options.only)
    if not cells:
        sys.exit(f"tests/socketio/matrix.py: no cell is called {options.only}")
    if not (HERE / "node_modules").is_dir():
        sys.exit("tests/socketio/matrix.py: first run `npm ci --prefix tests/socketio`")
    matrix = Matrix(cells, options.jobs)
    if options.url:
        matrix.run("server", options.url)
    for workers in [] if options.url else options.workers or (1, 4):
        matrix.run_gateway(workers)
    return matrix.finish()


if __name__ == "__main__":
    sys.exit(main())
