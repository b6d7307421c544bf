"""Socket.IO 4 and 5 over the transports of rawengineio.py."""
import json
import re
from typing import Any, NamedTuple, Optional

from rawengineio import check, open_carrier

CONNECT, DISCONNECT, EVENT, ACK, ERROR, BINARY_EVENT, BINARY_ACK = range(7)
PATH = "/socket.io/"


class Packet(NamedTuple):
    """`data` has `bytes` where placeholders stood; None stands for none."""
    type: int
    data: Any = None
    namespace: str = "/"
    ack: Optional[int] = None


def parse(text):
    """The packet, as yet without attachments, and how many of these follow."""
    found = re.fullmatch(r"4([0-6])(?:(\d+)-)?(/[^,]*,)?(\d+)?(.*)", text, re.DOTALL)
    check(found, f"no packet of Socket.IO: {text!r:.200}")
    type, attachments, namespace, ack, data = found.groups()
    check((attachments is not None) == (type in "56"), f"attachments of {text!r:.200}")
    return Packet(int(type), json.loads(data) if data else None, namespace[:-1] if namespace else "/",
                  int(ack) if ack else None), int(attachments or 0)


def filled(data, attachments):
    """`data` with the attachments in place of the placeholders."""
    if isinstance(data, list):
        return [filled(item, attachments) for item in data]
    if isinstance(data, dict):
        if data.get("_placeholder"):
            return attachments[data["num"]]
        return {name: filled(item, attachments) for name, item in data.items()}
    return data


def emptied(data, attachments):
    """The other way round."""
    if isinstance(data, bytes):
        attachments.append(data)
        return {"_placeholder": True, "num": len(attachments) - 1}
    if isinstance(data, (list, tuple)):
        return [emptied(item, attachments) for item in data]
    if isinstance(data, dict):
        return {name: emptied(item, attachments) for name, item in data.items()}
    return data


def packets(type, data=None, namespace="/", ack=None):
    """The packets of Engine.IO that say it. Types are given as if there were no binary ones."""
    attachments = []
    data = emptied(data, attachments)
    head = f"4{type + 3}{len(attachments)}-" if attachments else f"4{type}"
    text = head + ("" if namespace == "/" else namespace + ",") + ("" if ack is None else str(ack))
    body = "" if data is None else json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return [text + body, *attachments]


class Client:
    """Who speaks Socket.IO over a carrier. Only EIO 4 asks for `/`: with EIO 3 it is there unasked."""

    def __init__(self, carrier, *namespaces, auth=None):
        self.carrier = carrier
        self.ids = {}
        if carrier.eio == 3:
            self.joined("/", {})
        for namespace in namespaces:
            self.connect(namespace, auth)

    @classmethod
    def open(cls, port, kind="websocket", eio=4, *namespaces, path=PATH, auth=None, **options):
        return cls(open_carrier(kind, port, path, eio, **options), *(namespaces or ("/",)), auth=auth)

    def connect(self, namespace="/", auth=None):
        """To a namespace, and through what the server says then."""
        if self.carrier.eio == 4:
            self.say(CONNECT, auth, namespace)
            self.joined(namespace, auth or {})
        elif namespace != "/":
            self.carrier.say(f"40{namespace},")
            self.joined(namespace, {})

    def joined(self, namespace, auth):
        found = self.hear()
        check(found.type == CONNECT and found.namespace == namespace and found.ack is None, f"{found} at {namespace}")
        if self.carrier.eio == 4:
            check(isinstance(found.data, dict) and set(found.data) == {"sid"}, f"CONNECT is answered by {found.data}")
            check(re.fullmatch(r"[A-Za-z0-9_-]{16,}", found.data["sid"]), f"the id {found.data['sid']!r}")
            check(found.data["sid"] not in (self.carrier.sid, *self.ids.values()), "an id that is another's")
            self.ids[namespace] = found.data["sid"]
        else:
            check(found.data is None, f"the namespace is accepted with {found.data}")
        self.expect(EVENT, ["auth", auth], namespace)

    def say(self, type, data=None, namespace="/", ack=None):
        self.carrier.say(*packets(type, data, namespace, ack))

    def emit(self, *arguments, namespace="/", ack=None):
        self.say(EVENT, list(arguments), namespace, ack)

    def hear(self):
        """The next packet, whole."""
        text = self.carrier.hear()
        check(isinstance(text, str), f"an attachment that belongs to nothing: {text!r:.200}")
        found, count = parse(text)
        attachments = [self.carrier.hear() for _ in range(count)]
        check(all(isinstance(one, bytes) for one in attachments), f"text among the attachments of {text!r:.200}")
        if found.type in (BINARY_EVENT, BINARY_ACK):
            check(0 < count <= 10, f"{count} attachments")
            found = found._replace(type=found.type - 3, data=filled(found.data, attachments))
        return found

    def expect(self, type, data=None, namespace="/", ack=None):
        wanted = Packet(type, data, namespace, ack)
        found = self.hear()
        check(found == wanted, f"{found!r:.300} instead of {wanted!r:.300}")

    def echoes(self, *arguments, namespace="/"):
        """It is alive, nothing else waits in it, and these arguments come back as they are."""
        self.emit("message", *arguments, namespace=namespace)
        self.expect(EVENT, ["message-back", *arguments], namespace)
