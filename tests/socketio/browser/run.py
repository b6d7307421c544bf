#!/usr/bin/python3
"""A socket.io-client bundle in Chromium: --client 2.5.0 --transport polling|websocket|upgrade --url URL [--step NAME].

The page has an origin of its own, so that every request to the gateway is a cross-origin one. A line for each step; the
exit status is 0 when all passed.
"""
import argparse
import contextlib
import http.server
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
MODULES = HERE.parent / "node_modules"
PATIENCE = 60  # seconds for one step, which may wait several times
BUNDLES = {"1.3.6": "socket.io.js", "2.5.0": "dist/socket.io.js", "4.8": "dist/socket.io.js"}
HTML, SCRIPT = "text/html", "text/javascript"


def pages(client):
    """What the page's server gives: path -> type and file."""
    return {
        "/": (HTML, HERE / "page.html"),
        "/page.mjs": (SCRIPT, HERE / "page.mjs"),
        "/steps.mjs": (SCRIPT, HERE.parent / "steps.mjs"),
        "/socket.mjs": (SCRIPT, HERE.parent / "socket.mjs"),
        "/client.js": (SCRIPT, MODULES / f"client-{client}" / BUNDLES[client]),
        "/peer.mjs": (SCRIPT, MODULES / "client-4.8/dist/socket.io.esm.min.js"),
    }


class Server(http.server.ThreadingHTTPServer):
    """The page's; a killed browser leaves connections behind that nobody needs to hear of."""

    daemon_threads = True

    def handle_error(self, *_):
        pass


class Page(http.server.BaseHTTPRequestHandler):
    """Serves the page and takes its report."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind, file = self.server.pages.get(urllib.parse.urlsplit(self.path).path, (HTML, None))
        self._answer(200 if file else 404, kind, file.read_bytes() if file else b"")

    def do_POST(self):
        line = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.lines.put(line)
        self._answer(204, HTML, b"")

    def _answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def browser(folder, url):
    """Chromium in a process group of its own: it starts many processes."""
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--no-proxy-server",
               f"--user-data-dir={folder}", "--remote-debugging-port=0", url]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True, env={**os.environ, "HOME": folder})


def report(lines):
    """Prints the lines until the last; whether all passed."""
    passed = True
    while True:
        try:
            line = lines.get(timeout=PATIENCE)
        except queue.Empty:
            line = f"browser FAILED no step ended in {PATIENCE} s"
        if line == "end":
            return passed
        print(line, flush=True)
        passed = passed and " FAILED " not in line
        if line.startswith("browser FAILED"):
            return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--client", choices=BUNDLES, required=True)
    parser.add_argument("--transport", choices=("polling", "websocket", "upgrade"), required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--step", default="")
    options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Page)
    server.pages = pages(options.client)
    server.lines = queue.Queue()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = tempfile.mkdtemp(prefix="polygate-chromium-")
    process = browser(folder, f"http://127.0.0.1:{server.server_port}/?" + urllib.parse.urlencode(vars(options)))

    def await_end():
        server.lines.put(f"browser FAILED chromium ended with {process.wait()}")
    threading.Thread(target=await_end, daemon=True).start()
    try:
        return 0 if report(server.lines) else 1
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the browser ends too
    sys.exit(main())
