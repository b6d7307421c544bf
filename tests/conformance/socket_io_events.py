"""Socket.IO: events and acknowledgements, with and without binary."""
import random

from cases import case
from engine_io_profiles import SOCKETIO, variants
from rawengineio import OCTETS, V3_TEXT, Polling, check
from socket_io_connect import ALL
from rawsocketio import ACK, EVENT, Client

ARGUMENTS = [(), (1,), ("text",), (None, True, False), ({"a": {"b": [1, 2.5, "x"]}},), ([], {}, ""), ([[[1]]], "last"),
             ('quotes " and \\ and \n\t\0\x1e\x7f',), ("wärme 温度 🌡",), ("\u2028\ufeff\uffff",), (-0.5, 1e100, 2**53),
             ("a",) * 20]
BINARY = [(b"\1\2\3",), ("bin", b""), (b"a", b"b"), ({"deep": [{"er": bytes(range(256))}]}, "x"),
          ([b"1", [b"2"]], b"3"), tuple(bytes([number]) * number for number in range(10)),
          ("ä", b"\xff", {"text": "🌡", "bin": b"\0"})]


@variants("event arguments come back", *ALL)
def arguments(port, eio, kind):
    client = Client.open(port, kind, eio, "/", "/custom")
    for namespace in ("/", "/custom"):
        for one in ARGUMENTS:
            client.echoes(*one, namespace=namespace)


@variants("event binary arguments come back", *ALL)
def binary(port, eio, kind):
    client = Client.open(port, kind, eio, "/", "/custom")
    for namespace in ("/", "/custom"):
        for one in BINARY:
            client.echoes(*one, namespace=namespace)
    client.echoes("and text")


@variants("event large arguments come back", *ALL)
def large(port, eio, kind):
    client = Client.open(port, kind, eio)
    client.echoes("x" * 200_000, random.Random(3).randbytes(200_000), "🌡" * 10_000)


@variants("event EIO=3 hears JSON in ASCII only", "polling", "websocket", "upgraded")
def ascii_only(port, kind):
    session = Client.open(port, kind, 3).carrier
    session.say('42["message","wärme","温","🌡","\\u00e9"]')
    session.expect('42["message-back","w\\u00e4rme","\\u6e29","\\ud83c\\udf21","\\u00e9"]')
    session.say('42["message",{"ä":1}]')
    session.expect('42["message-back",{"\\u00e4":1}]')


@case("event EIO=3 JSON that was encoded twice is repaired")
def encoded_twice(port):
    def twice(text):
        return f"{len(text.encode())}:".encode() + text.encode().decode("latin-1").encode()

    client, other = Client(Polling(port, SOCKETIO, 3, b64="1")), Client.open(port)
    for text in ("ascii", "café", "温度 🌡", "ascii"):
        client.carrier.post(twice(f'42["to-all","{text}"]')).expect(200, b"ok")
        for one in (client, other):
            one.expect(EVENT, ["all", text])


@case("event EIO=3 JSON that was encoded once stays as it is")
def encoded_once(port):
    client = Client(Polling(port, SOCKETIO, 3, b64="1"))
    for text in ("ascii", "café €", "Ã©"):
        client.echoes(text)


@variants("event everybody hears what is for all", *ALL)
def to_all(port, eio, kind):
    sender = Client.open(port, kind, eio)
    others = [Client.open(port, *reversed(one)) for one in ALL]
    for arguments in (("text", {"ä": [1]}), ("bin", b"\0\1\2", {"x": b"y"})):
        sender.emit("to-all", *arguments)
        for one in (sender, *others):
            one.expect(EVENT, ["all", *arguments])


@variants("event many at once, in order", *ALL)
def many(port, eio, kind):
    client = Client.open(port, kind, eio)
    count = 300
    texts = [f'42["message",{number}]' for number in range(count)]
    client.carrier.say(*texts)
    for number in range(count):
        client.expect(EVENT, ["message-back", number])


# ---- acknowledgements

@variants("ack with the arguments, whatever the id", *ALL)
def acks(port, eio, kind):
    client = Client.open(port, kind, eio, "/", "/custom")
    for namespace in ("/", "/custom"):
        for id in (0, 1, 7, 999, 2**31, 2**53):
            client.emit("message-with-ack", "a", {"id": id}, namespace=namespace, ack=id)
            client.expect(ACK, ["a", {"id": id}], namespace, id)
    client.emit("message-with-ack", ack=3)
    client.expect(ACK, [], ack=3)


@variants("ack with binary arguments", *ALL)
def binary_acks(port, eio, kind):
    client = Client.open(port, kind, eio, "/", "/custom")
    for namespace in ("/", "/custom"):
        for id, one in enumerate(BINARY):
            client.emit("message-with-ack", *one, namespace=namespace, ack=id)
            client.expect(ACK, list(one), namespace, id)


@variants("ack for an id that nobody asked is ignored", *ALL)
def unknown_ack(port, eio, kind):
    client = Client.open(port, kind, eio, "/", "/custom")
    client.carrier.say("430[]", '4399["x"]', "43/custom,1[1]", '4318446744073709551615["x"]', "430[]", "430[]",
                       '461-5[{"_placeholder":true,"num":0}]', b"x")
    client.echoes("alive")


@variants("ack ids of the server fit into 31 bits and follow one another", *ALL)
def own_ids(port, eio, kind):
    client, ids = Client.open(port, kind, eio), []
    for number in range(20):
        client.emit("ask-me", number)
        asked = client.hear()
        check(asked.type == EVENT and asked.data == ["question", number] and 0 < asked.ack < 2**31, f"{asked}")
        ids.append(asked.ack)
        client.say(ACK, ["so"], ack=asked.ack)
        client.expect(EVENT, ["answer", "so"])
    check(len(set(ids)) == 20, f"{ids}")


@variants("ack is not given unasked", *ALL)
def no_ack(port, eio, kind):
    client = Client.open(port, kind, eio)
    client.emit("message-with-ack", "nobody waits")
    client.echoes("alive")


# ---- binary in pieces

@variants("binary header and attachments in POSTs of their own", *((eio, b64) for eio in (3, 4) for b64 in (None, "1")))
def pieces(port, eio, b64):
    client = Client(Polling(port, SOCKETIO, eio, b64=b64), *(["/"] if eio == 4 else []))
    client.carrier.say('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
    client.carrier.say(b"\1")
    client.carrier.say(b"\2")
    client.expect(EVENT, ["message-back", b"\1", b"\2"])


@case("binary on the wire of each revision")
def on_the_wire(port):
    wanted = '451-["message-back",{"_placeholder":true,"num":0}]'
    for eio, b64, type, body in (
            (4, None, "text/plain; charset=UTF-8", f"{wanted}\x1ebAQI=".encode()),
            (3, "1", "text/plain; charset=UTF-8", f"{len(wanted)}:{wanted}6:b4AQI=".encode()),
            (3, None, OCTETS, b"\0\5\0\xff" + wanted.encode() + b"\1\3\xff\4\1\2")):
        client = Client(Polling(port, SOCKETIO, eio, b64=b64), *(["/"] if eio == 4 else []))
        client.emit("message", b"\1\2")
        answer = client.carrier.start_poll().answer()
        check((answer.headers["content-type"], answer.body) == (type, body), f"{answer}")


@variants("binary attachments that are named twice, in another order or not at all", *ALL)
def odd_placeholders(port, eio, kind):
    client = Client.open(port, kind, eio)
    hole = '{"_placeholder":true,"num":%d}'
    client.carrier.say(f'452-["message",{hole % 1},{hole % 0}]', b"a", b"b")
    client.expect(EVENT, ["message-back", b"b", b"a"])
    client.carrier.say(f'451-["message",{hole % 0},{hole % 0}]', b"a")
    client.expect(EVENT, ["message-back", b"a", b"a"])
    client.carrier.say(f'451-["message",{",".join([hole % 0] * 12)}]', b"a")  # in at most 10 attachments
    client.expect(EVENT, ["message-back", *[b"a"] * 12])
    client.carrier.say('451-["message","none"]', b"a")
    client.expect(EVENT, ["message-back", "none"])


@variants("binary events without attachments are taken", *ALL)
def none(port, eio, kind):
    client = Client.open(port, kind, eio, "/", "/custom")
    client.carrier.say('450-["message","x"]', '450-/custom,["message",{"y":1}]', '450-7["message-with-ack",1]')
    client.expect(EVENT, ["message-back", "x"])
    client.expect(EVENT, ["message-back", {"y": 1}], "/custom")
    client.expect(ACK, [1], ack=7)


@case("binary over the forms of old clients: base64 text on a websocket")
def base64_attachments(port):
    for eio, sign in ((3, "b4"), (4, "b")):
        client = Client.open(port, "websocket", eio)
        client.carrier.say('451-["message",{"_placeholder":true,"num":0}]', sign + "AQID")
        client.expect(EVENT, ["message-back", b"\1\2\3"])


@case("event a POST of Engine.IO 3 may hold text and octets in turn")
def turns(port):
    client = Client(Polling(port, SOCKETIO, 3, t="1"))
    client.carrier.say('42["message","ä"]', payload=V3_TEXT)
    client.expect(EVENT, ["message-back", "ä"])
    client.echoes("octets", b"\1")
