"""The profiles of the Engine.IO and Socket.IO cases: the two examples, and some of their own at paths of their own."""
import re

from cases import case
from gateway import ROOT

EXAMPLES = ("profiles/examples/engine-echo.yaml", "profiles/examples/socketio-echo.yaml")
QUICK, CALM, COOKIE, OWN = "/engine.io/", "/calm/", "/cookie/", "/own/"
SOCKETIO, BRISK, HASTY = "/socket.io/", "/brisk/", "/hasty/"
FAREWELL, LAST_WORDS = "/farewell/", "/last-words/"
MAX_PAYLOAD = 100_000  # of the echoes that are no example

ECHO = """\
profile: {name}
dialect: engine.io
engine: {engine}
limits: {{message_bytes: {limit}, events_per_second: 0}}
endpoints:
  {path}: {{role: peer, origins: {origins}}}
events:
  text: &back
    from: peer
    reply: {{data: $data}}
  binary: *back
"""

# Every way in which a rule, or the lack of one, ends a session of Socket.IO.
FAREWELLS = f"""\
profile: farewell
dialect: socket.io
schema: monitor-relay.json
endpoints:
  {FAREWELL}: {{role: guest, namespaces: {{/b: guest}}}}
events:
  query:
    from: guest
    reply: {{as: query ok, data: {{reason: Query ok}}}}
    otherwise: {{reply: {{as: query failed, data: {{reason: Invalid monitor_id}}}}, close: true}}
  command done: {{from: guest, reply: &bye {{as: command finish, data: {{reason: bye}}}}, close: {{code: 4400}}}}
  con: {{from: guest, reply: *bye, close: {{code: 1012}}}}
otherwise: {{reply: {{as: command failed, data: {{reason: $failure}}}}, close: true}}
"""

# The same without Socket.IO: a message, and the end with the code of a broken conversation.
LAST = """\
profile: {name}
dialect: {dialect}
endpoints: {{{path}: {{role: guest}}}}
events:
  text: {{from: guest, reply: {{data: $data}}, close: {{code: 4400}}}}
"""


def echo(path, engine="{}", origins="any"):
    return ECHO.format(name=path.strip("/"), path=path, engine=engine, origins=origins, limit=MAX_PAYLOAD)


def socketio_echo(path, engine=None, ping=None):
    """The example, elsewhere and with settings of its own."""
    text = (ROOT / EXAMPLES[1]).read_text(encoding="utf-8")
    text = re.sub(r"(?m)^profile:.*$", "profile: " + path.strip("/"), text)
    if ping:  # a flow mapping that may already say one
        text = re.sub(r",?\s*ping: (\{[^}]*\}|\w+)", "", text)
        text = text.replace(f"{SOCKETIO}: {{", f"{SOCKETIO}: {{ping: {ping}, ")
    text = text.replace(f"{SOCKETIO}:", f"{path}:")
    if engine:
        text = re.sub(r"(?m)^engine:.*\n(?:[ \t]+.*\n)*", "", text) + f"\nengine: {engine}\n"
    return text


def texts():
    """The profiles that are not in the checkout: file name -> YAML."""
    return {
        "calm.yaml": echo(CALM),
        "cookie.yaml": echo(COOKIE, engine="{cookie: io}"),
        "own.yaml": echo(OWN, origins="same"),
        "brisk.yaml": socketio_echo(BRISK, ping="{every: 300ms, timeout: 200ms}"),
        "hasty.yaml": socketio_echo(HASTY, engine="{connect_within: 300ms}"),
        "farewell.yaml": FAREWELLS,
        "last-words.yaml": LAST.format(name="last-words", dialect="engine.io", path=LAST_WORDS),
        "last-word.yaml": LAST.format(name="last-word", dialect="raw", path="/last-word"),
    }


def revisions(name):
    """Registers the function below as two cases: it takes a port and 3 or 4."""
    def register(function):
        for eio in (3, 4):
            case(f"{name} EIO={eio}")(lambda port, eio=eio: function(port, eio))
        return function
    return register


def variants(name, *values):
    """Registers the function below as a case for each of the values, which it takes after the port."""
    def register(function):
        for value in values:
            listed = value if isinstance(value, tuple) else (value,)
            case(" ".join((name, *map(str, listed))))(lambda port, listed=listed: function(port, *listed))
        return function
    return register
