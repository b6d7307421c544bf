#!/usr/bin/python3
"""Runs scripts/serve with an empty state folder, as a newcomer does, and then every command that it prints.

Uses the program of build/dev unless GATEWAY_BIN and GATEWAY_PLUGINS name another. Each printed command is a scenario:
those with --stay are started first and must hear something, the others must succeed.
"""
import os
import pathlib
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 60
results = []


def report(name, fine, detail=""):
    results.append(fine)
    print(f"{name}: {'ok' if fine else 'FAILED ' + detail}", flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_until(stream, pattern, deadline):
    """The text up to and with the first line that matches; what was read so far when none came."""
    text = ""
    while time.monotonic() < deadline:
        ready, _, _ = select.select([stream], [], [], deadline - time.monotonic())
        if not ready:
            break
        piece = os.read(stream.fileno(), 65536).decode(errors="replace")
        if not piece:
            break
        text += piece
        if re.search(pattern, text, re.MULTILINE):
            break
    return text


def start(command):
    return subprocess.Popen(["bash", "-c", "exec " + command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, "PYTHONUNBUFFERED": "1"})


def main():
    environment = dict(os.environ)
    environment.setdefault("GATEWAY_BIN", str(ROOT / "build/dev/bin/polygate"))
    environment.setdefault("GATEWAY_PLUGINS", str(ROOT / "build/dev/plugins"))
    with tempfile.TemporaryDirectory() as home:
        state = pathlib.Path(home) / "state"
        environment.update(STATE=str(state), PORT=str(free_port()), ADMIN_PORT=str(free_port()), HOME=home)
        server = subprocess.Popen([str(ROOT / "scripts/serve")], cwd=home, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
        staying = []
        try:
            text = read_until(server.stdout, r"^ready$", time.monotonic() + PATIENCE)
            report("scripts/serve reaches ready", bool(re.search(r"^ready$", text, re.MULTILINE)), text[-2000:])
            report("secrets are for the owner alone",
                   all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in [state, *state.iterdir()]))
            commands = [line.strip() for line in text.splitlines() if re.match(r"  [^# ]", line)]
            report("it prints commands", len(commands) >= 6, str(commands))
            for command in commands:
                if "--stay" in command:
                    staying.append((command, start(command)))
            for command in commands:
                if "--stay" in command:
                    continue
                done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
                                      check=False)
                expected = 1 if " validate " in command else 0  # its example is wrong on purpose
                report(command[:60], done.returncode == expected, f"exit {done.returncode}: {done.stdout}{done.stderr}")
            for command, process in staying:
                # A dashboard hears at least the reading, a user at least the OK, an agent its success, a monitor its packets.
                heard = read_until(process.stdout, r"[\]}]$", time.monotonic() + PATIENCE)
                report(command[:60], bool(re.search(r"[\]}]$", heard, re.MULTILINE)), repr(heard))
        finally:
            for _, process in staying:
                process.send_signal(signal.SIGTERM)  # SIGINT is ignored under a shell that runs us in the background
                process.wait(PATIENCE)
            server.send_signal(signal.SIGTERM)
            status = server.wait(PATIENCE)
        report("SIGTERM ends it with status 0", status == 0, f"status {status}")
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


sys.exit(main())
