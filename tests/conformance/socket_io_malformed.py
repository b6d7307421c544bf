"""Socket.IO: what closes the connection, and only that one."""
from cases import case
from engine_io_profiles import SOCKETIO, variants
from rawengineio import KINDS, V3_TEXT, V4, encode, open_carrier
from socket_io_connect import ALL
from rawsocketio import Client

HOLE = '{"_placeholder":true,"num":%s}'
MALFORMED = {
    # form
    "no type": ["4"], "letters": ["4abc"], "type 7": ["47"], "type 9": ['49["message"]'], "a sign": ['4-2["message"]'],
    # events
    "event of an object": ["42{}"], "event id of letters": ['42abc["message-with-ack","a"]'],
    "event without data": ["42"],
    "event of a text": ['42"message"'], "empty event": ["42[]"], "event named null": ["42[null]"],
    "event named by an object": ["42[{}]"], "half an event": ['42["message"'], "rubbish behind": ['42["message"]x'],
    "no JSON": ["42[message]"], "id beyond 64 bits": ['42' + '9' * 40 + '["message"]'],
    "event with attachments": ['421-["message"]'],
    # acks
    "ack of an object": ["430{}"], "ack without an id": ['43["x"]'], "ack without data": ["430"],
    # namespaces
    "event for another namespace": ['42/custom,["message"]'], "event for an unknown one": ['42/random,["message"]'],
    "ack for another namespace": ["43/custom,1[]"], "namespace without comma": ['42/custom["message"]'],
    # disconnect
    "disconnect with data": ["41{}"], "disconnect with a list": ["41[]"],
    # binary
    "text among attachments": [f'451-["message",{HOLE % 0}]', "4text"],
    "event among attachments": [f'451-["message",{HOLE % 0}]', '42["message"]'],
    "placeholder out of range": [f'451-["message",{HOLE % 1}]', b"x"],
    "placeholder far out of range": [f'451-["message",{HOLE % (10**18)}]', b"x"],
    "negative placeholder": [f'451-["message",{HOLE % -1}]', b"x"],
    "placeholder that is text": [f'451-["message",{HOLE % chr(34) + "0" + chr(34)}]', b"x"],
    "placeholder without attachments": [f'450-["message",{HOLE % 0}]'],
    "11 attachments": ['4511-["message"]'], "a million attachments": ['451000000-["message"]'],
    "attachments beyond 64 bits": [f'45{"9" * 40}-["message"]'],
    "no count": ['45["message"]'], "empty count": ['45-["message"]'], "letters for a count": ['45x-["message"]'],
    "negative count": ['45-1-["message"]'], "count without dash": ['451["message"]'],
    "attachment without a header": [b"x"], "ack of 11 attachments": ["4611-0[]"],
}
RESERVED = ("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener")


def expect_closed(carrier, *packets):
    """These end the session."""
    if hasattr(carrier, "raw"):
        carrier.say(*packets)
        carrier.expect_gone()
    else:
        payload = V4 if carrier.eio == 4 else V3_TEXT
        carrier.post(encode(payload, packets)).expect(200, b"ok")
        carrier.expect_dead()


@variants("malformed", *((eio, kind, name) for eio, kind in ALL for name in MALFORMED))
def malformed(port, eio, kind, name):
    client, other = Client.open(port, kind, eio), Client.open(port, "polling" if kind == "websocket" else "websocket")
    expect_closed(client.carrier, *MALFORMED[name])
    other.echoes("untouched")


@variants("malformed reserved name", *((eio, kind, name) for eio, kind in ALL for name in RESERVED))
def reserved(port, eio, kind, name):
    client = Client.open(port, kind, eio)
    expect_closed(client.carrier, f'42["{name}"]')


@variants("malformed binary reserved name", *ALL)
def reserved_binary(port, eio, kind):
    client = Client.open(port, kind, eio)
    expect_closed(client.carrier, f'451-["disconnect",{HOLE % 0}]', b"x")


@variants("malformed EIO=4 before any namespace is joined:", *((kind, packet) for kind in KINDS for packet in (
    '42["message"]', "430[]", '450-["message"]', "41", "44", '44{"message":"x"}', "40[]", "401", '40"x"', "40{", b"x",
    "40custom")))
def before_connect(port, kind, packet):
    expect_closed(open_carrier(kind, port, SOCKETIO), packet)


@variants("malformed EIO=4 a second CONNECT", *KINDS)
def second_connect(port, kind):
    client = Client.open(port, kind)
    expect_closed(client.carrier, "40")


@case("malformed what came before it was heard")
def good_ones_first(port):
    for eio in (3, 4):
        client = Client.open(port, "websocket", eio)
        client.carrier.say('42["message",1]', '42["message",2]', "4abc", '42["message",3]')
        client.carrier.expect('42["message-back",1]', '42["message-back",2]')
        client.carrier.expect_gone()
