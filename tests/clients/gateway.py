"""Runs `polygate` for tests: a deployment of its own in a folder of its own, on ports that the kernel chooses.

Environment: POLYGATE_BIN and POLYGATE_PLUGINS say what is tested (default: build/dev of this checkout).
"""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import queue
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
import weakref

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 20.0  # seconds until something that must happen has not happened
SECRET = "not-a-secret-but-of-forty-eight-characters-in-all"
SECRET_ID = "2026"
PROFILES = ("profiles/sensor-telemetry.yaml", "profiles/printer-fleet.yaml", "profiles/examples/echo.yaml")

DEMO_OWNER = "2ef442fe-b89c-446d-9d43-0246da7e1836"
AGENTS = [{"token": "J0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9", "user": "7d4ce00f-d60a-4504-96ab-31a83f848722",
           "claims": {"name": "Demo", "owner": DEMO_OWNER}}]
AGENTS += [{"token": f"token-of-agent-{letter}", "user": f"{letter * 8}-0000-4000-8000-000000000001",
            "claims": {"name": f"Agent {letter}", "owner": f"owner-{letter}"}} for letter in "abcdef"]


def shipped(profile, **limits):
    """Its text; with limits of its own where it has none. A deployment cannot raise them."""
    text = (ROOT / f"profiles/{profile}.yaml").read_text(encoding="utf-8")
    return limited(text, **limits) if limits else text


def limited(text, **limits):
    if "\nlimits:" in text:
        raise Failed("the profile has limits already")
    return f"{text}\nlimits: {json.dumps(limits)}\n"


def encoded(data):
    """base64url without padding, as in RFC 7515."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(claims, header=None, secret=SECRET):
    """An HS256 token."""
    head = {"typ": "JWT", "alg": "HS256", **(header or {})}
    text = encoded(json.dumps(head).encode()) + "." + encoded(json.dumps(claims).encode())
    return text + "." + encoded(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def user_token(user, lives=3600, **header):
    """What the issuer of the documents would give to this user."""
    return jwt({"exp": int(time.time()) + lives, "iss": "Printerlynx", "sub": user}, header)


_open_sockets = {}  # port -> sockets that the tests have there


def end_with_gateway(socket, port):
    """Nobody reads there any more when the test is over: the gateway then need not wait for its goodbye."""
    _open_sockets.setdefault(port, weakref.WeakSet()).add(socket)


class Failed(Exception):
    """Something that the gateway should have done and did not."""


class Metrics:
    """A page of `/metrics`."""

    def __init__(self, page):
        lines = (re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line) for line in page.splitlines())
        self._samples = [(line[1], line[2] or "", float(line[3])) for line in lines if line]

    def sum(self, name, **labels):
        """Of the samples that have these labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(value for found, text, value in self._samples
                   if found == name and all(label in text for label in wanted))


class Gateway:
    """One running `polygate run`. A context manager: leaving it stops the gateway by SIGTERM and checks how it ended.

    `profiles` are files of this checkout, `texts` profiles of the test's own (file name -> YAML); `key_id` is the `kid`
    of the users' key; `files` is how many file descriptors the process may have, `held` how many of them are taken.
    With `tls` its listener speaks only that, with a certificate of its own.
    """

    def __init__(self, workers=1, limits=None, drain=None, profiles=PROFILES, texts=None, key_id=None,
                 environment=None, files=None, held=0, tls=False):
        self.workers = workers
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="polygate-test-"))
        self.binary = os.environ.get("POLYGATE_BIN", str(ROOT / "build/dev/bin/polygate"))
        plugins = os.environ.get("POLYGATE_PLUGINS", str(ROOT / "build/dev/plugins"))
        self._private("users.secret", SECRET)
        self._private("agents.yaml", json.dumps(AGENTS))  # JSON is YAML
        for name, text in (texts or {}).items():
            self._private(name, text)
        key = {"file": "users.secret", **({"id": key_id} if key_id else {})}
        config = {
            "listeners": {"main": {"address": "127.0.0.1", "port": 0}},
            "admin": {"address": "127.0.0.1", "port": 0},
            "workers": workers,
            "profiles": [str(ROOT / profile) for profile in profiles] + list(texts or {}),
            "schemas": str(ROOT / "schemas"),
            "plugins": str(pathlib.Path(plugins).resolve()),
            "store": ".",
            "verifiers": {
                "users": {"jwt": {"algorithm": "HS256", "key": key, "required": ["exp", "sub"]}},
                "agents": {"tokens": {"file": "agents.yaml"}},
            },
            # A gateway that ends at once when nobody is connected; the tests of draining set their own.
            "drain": drain or {"window": "50ms", "cap": "10s"},
        }
        if limits:
            config["limits"] = limits
        if tls:
            config["listeners"]["main"]["tls"] = self._certificate()
        self._private("gateway.yaml", json.dumps(config, indent=1))
        self.environment = environment or {}
        self.files = files
        self.held = held
        self.judged = False
        self.process = None
        self.port = self.admin_port = None
        self._lines = queue.Queue()
        self._errors = []
        self._said = threading.Condition()

    def _private(self, name, text):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")

    def _certificate(self):
        files = {"certificate": "tls.pem", "key": "tls.key"}
        self._private(files["key"], "")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-subj", "/CN=localhost", "-days", "2", "-keyout", files["key"], "-out", files["certificate"]],
                       cwd=self.folder, check=True, capture_output=True)
        return files

    def __enter__(self):
        held = [os.open("/dev/null", os.O_RDONLY) for _ in range(self.held)]
        self.process = subprocess.Popen([self.binary, "run", "--config", str(self.folder / "gateway.yaml")],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=self._environment(), preexec_fn=self._confine, pass_fds=held)
        for file in held:
            os.close(file)
        streams = ((self.process.stdout, self._lines.put), (self.process.stderr, self._error))
        self._readers = [threading.Thread(target=self._read, args=stream, daemon=True) for stream in streams]
        for reader in self._readers:
            reader.start()
        try:
            self._await_ready()
        except Failed:
            self.kill()
            raise
        return self

    def start_again(self):
        """Another process with the same folder, when the one before was killed."""
        self.process.wait(PATIENCE)
        self._lines = queue.Queue()
        self.__enter__()

    def _environment(self):
        """Ours without what names the program: the program takes every POLYGATE_... for a setting."""
        ours = {name: value for name, value in os.environ.items() if name not in ("POLYGATE_BIN", "POLYGATE_PLUGINS")}
        return {**ours, **self.environment}

    def _confine(self):
        if self.files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.files, self.files))

    def __exit__(self, kind, problem, trace):
        try:
            if self.process.poll() is None:
                for socket in _open_sockets.pop(self.port, ()):
                    socket.close()
                self.process.send_signal(signal.SIGTERM)
            if kind is None and not self.judged:
                self.check_end()
        finally:
            self.kill()

    @staticmethod
    def _read(stream, keep):
        for line in stream:
            keep(line.rstrip("\n"))
        keep(None)

    def _error(self, line):
        with self._said:
            if line is not None:
                self._errors.append(line)
            self._said.notify_all()

    def _await_ready(self):
        deadline = time.monotonic() + 3 * PATIENCE  # a sanitized build on a busy machine is slow to start
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise Failed("`polygate run` did not say `ready`:\n" + self.errors) from None
            if line is None:
                self._readers[1].join(PATIENCE)
                raise Failed(f"`polygate run` ended with {self.process.wait()} before it was ready:\n" + self.errors)
            if found := re.fullmatch(r"listening on wss?://127\.0\.0\.1:(\d+) \(main\)", line):
                self.port = int(found[1])
            elif found := re.fullmatch(r"admin on http://127\.0\.0\.1:(\d+)", line):
                self.admin_port = int(found[1])
            elif line == "ready":
                return

    @property
    def errors(self):
        """Everything that it wrote to standard error."""
        return "\n".join(self._errors)

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}"

    def send_signal(self, number):
        self.process.send_signal(number)

    def await_log(self, text):
        """Until a line of the log holds `text`."""
        with self._said:
            if not self._said.wait_for(lambda: text in self.errors, PATIENCE):
                raise Failed(f"the log never said {text!r}:\n" + self.errors)

    def await_metric(self, name, enough, **labels):
        """Asks until the metric is at least `enough`; every question is a round trip, so this does not spin."""
        deadline = time.monotonic() + PATIENCE
        while (value := self.metric(name, **labels)) < enough:
            if time.monotonic() > deadline:
                raise Failed(f"{name} {labels} stays at {value}, expected {enough}")

    def metric(self, name, **labels):
        """The sum of a metric's samples that have these labels."""
        return self.metrics().sum(name, **labels)

    def metrics(self):
        """All of them, at one moment."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/metrics", timeout=PATIENCE) as response:
            return Metrics(response.read().decode())

    def cpu_seconds(self):
        """Processor time that it has used, in all threads."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait(self, within=PATIENCE):
        """Its exit status, for a test that judges it itself."""
        self.judged = True
        try:
            status = self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise Failed(f"it still runs {within} s later:\n" + self.errors) from None
        for reader in self._readers:
            reader.join(PATIENCE)
        return status

    def check_end(self):
        """It ends, with status 0, and no sanitizer has anything to say."""
        status = self.wait()
        self.check_sanitizers()
        if status != 0:
            raise Failed(f"exit status {status} instead of 0:\n" + self.errors)

    def check_sanitizers(self):
        if re.search(r"==\d+==ERROR|runtime error:|Sanitizer", self.errors):
            raise Failed("a sanitizer report:\n" + self.errors)

    def kill(self):
        """Whatever is left of it."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Scenarios:
    """Runs scenarios, prints a line for each, and counts."""

    def __init__(self, prefix=""):
        self.prefix = prefix
        self.passed = self.failed = 0

    def run(self, name, scenario, *arguments):
        started = time.monotonic()
        try:
            scenario(*arguments)
        except Exception as problem:  # whatever it is, the other scenarios still run
            self.failed += 1
            text = f"{type(problem).__name__}: {problem}" if not isinstance(problem, Failed) else str(problem)
            print(f"{self.prefix}{name} FAILED {text}", flush=True)
        else:
            self.passed += 1
            print(f"{self.prefix}{name} ok ({time.monotonic() - started:.1f} s)", flush=True)

    def finish(self):
        """The last line and the exit status."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0
