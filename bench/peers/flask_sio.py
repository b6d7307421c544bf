"""The same gateway as bench/profiles/socket_io.yaml, written by hand for Flask-SocketIO: Debian's packages, and
jsonschema with one validator for each event, made once. `flask_sio.py eventlet` or `flask_sio.py gevent`.
"""
import gc
import json
import pathlib
import sys

MODE = sys.argv[1]
if MODE == "eventlet":
    import eventlet
    import eventlet.wsgi
    eventlet.monkey_patch()
else:
    from gevent import monkey, pywsgi
    from geventwebsocket.handler import WebSocketHandler
    monkey.patch_all()

import flask
import flask_socketio
import jsonschema

ROOM = "hall"
MOST_AT_ONCE = 12_000  # eventlet serves 1,024 connections at a time unless told
SCHEMA = json.loads((pathlib.Path(__file__).resolve().parent.parent / "schemas/socket_io.json").read_text())
VALID = {event: jsonschema.Draft202012Validator(SCHEMA["$defs"][event]) for event in ("relay", "join", "shout")}

app = flask.Flask(__name__)
# Handlers run where the event is read: a greenlet for each event, which is the default, costs more.
sio = flask_socketio.SocketIO(app, async_mode=MODE, async_handlers=False,
                              max_http_buffer_size=64 * 1024, http_compression=False)
changes = 1


def refuse(event, message):
    flask_socketio.emit("refused", {"event": event, "message": message})


def accepts(event, args):
    data = args[0] if args else None
    if VALID[event].is_valid(data):
        return True
    refuse(event, jsonschema.exceptions.best_match(VALID[event].iter_errors(data)).message)
    return False


@sio.on("connect")
def connect():
    global changes
    changes += 1


@sio.on("relay")
def relay(*args):
    return args[0] if accepts("relay", args) else None  # None is an acknowledgement without arguments


@sio.on("join")
def join(*args):
    if accepts("join", args):
        flask_socketio.join_room(ROOM)


@sio.on("shout")
def shout(*args):
    if not accepts("shout", args):
        return
    if ROOM not in flask_socketio.rooms():
        refuse("shout", "not inside the room")
    else:
        flask_socketio.emit("said", args[0], to=ROOM)


def collect():
    """Once the number of sessions has settled the garbage of their handshakes is collected, as in the other servers."""
    seen = collected = 0
    while True:
        sio.sleep(0.05)
        if changes == seen and collected != seen:
            gc.collect()
            collected = seen
        seen = changes


def main():
    sio.start_background_task(collect)
    if MODE == "eventlet":
        listener = eventlet.listen(("127.0.0.1", 0), backlog=4096)
        print(f"listening on ws://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        eventlet.wsgi.server(listener, app, log_output=False, max_size=MOST_AT_ONCE)
    else:
        server = pywsgi.WSGIServer(("127.0.0.1", 0), app, handler_class=WebSocketHandler, log=None, backlog=4096)
        server.start()
        print(f"listening on ws://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
