"""The processes of a benchmark: what is measured runs on one core, the load on others; each is ended by its own id."""
import os
import pathlib
import re
import resource
import subprocess
import sys
import time

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
LISTENING = re.compile(r"listening on ws://127\.0\.0\.1:(\d+)")
NEEDED_FILES = 10_200        # per process: 10,000 sessions and what else is open
START_SECONDS = 15


class Server:
    def __init__(self, title, command, target=None, validates=True):
        self.title, self.command, self.target, self.validates = title, command, target, validates


def say(text):
    print(text, file=sys.stderr, flush=True)


def give_up(text):
    say(f"bench/{pathlib.Path(sys.argv[0]).name}: {text}")
    sys.exit(1)


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.strip().split("\n")[0]
    except (OSError, subprocess.TimeoutExpired):
        return "not found"


def raise_file_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < NEEDED_FILES:
        give_up(f"the hard limit of open files is {hard}, each process needs {NEEDED_FILES} (ulimit -Hn)")
    return hard


def split_cores():
    """The server's core, and one or two for the load; where there are four, one stays free for the system."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        give_up("two cores are needed, one for the server and one for the load")
    return cores[-1], cores[-3:-1]


class Running:
    """A server process, pinned to its core, from the first line it prints to its end by process id."""

    def __init__(self, server, core, folder):
        self.server, self.core, self.log = server, core, folder / "server.log"

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["taskset", "-c", str(self.core), *self.server.command], cwd=ROOT,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            self.port = self.wait_for_port()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def wait_for_port(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = LISTENING.search(self.log.read_text(errors="replace"))
            if found:
                return int(found[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        give_up(f"{self.server.title} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
