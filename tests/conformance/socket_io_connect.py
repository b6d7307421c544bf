"""Socket.IO: namespaces are joined and left."""
import time

from cases import case
from engine_io_profiles import BRISK, HASTY, SOCKETIO, variants
from rawengineio import KINDS, Polling, WebSocket, check, open_carrier
from rawsocketio import ACK, CONNECT, EVENT, Client, parse

ALL = [(eio, kind) for eio in (3, 4) for kind in KINDS]


def plain(port, kind, eio=4, path=SOCKETIO):
    """A carrier, for EIO 3 past what comes unasked."""
    carrier = open_carrier(kind, port, path, eio)
    if eio == 3:
        carrier.expect("40", '42["auth",{}]')
    return carrier


def expect_joined(carrier, namespace, auth):
    """What EIO 4 is answered. Gives the id."""
    found, _ = parse(carrier.hear())
    check(found.type == CONNECT and found.namespace == namespace and set(found.data) == {"sid"}, f"{found}")
    check(found.data["sid"] != carrier.sid, "the engine's id is a secret")
    check(parse(carrier.hear())[0] == (EVENT, ["auth", auth], namespace, None), "the event `auth`")
    return found.data["sid"]


@variants("connect EIO=3 by polling the open packet comes alone", *((b64, t) for b64 in (None, "1") for t in (None, "1")))
def open_alone(port, b64, t):
    carrier = Polling(port, SOCKETIO, 3, b64=b64, t=t)
    check(not carrier.heard, f"{carrier.heard} behind the open packet")
    check(carrier.poll() == ["40", '42["auth",{}]'], f"{carrier.heard}")


# ---- EIO 4

@variants("connect EIO=4 nothing before the client asks", *KINDS)
def unasked(port, kind):
    session = open_carrier(kind, port, SOCKETIO)
    if isinstance(session, WebSocket):
        session.is_silent(0.3)
    else:
        session.start_poll().waits(0.3)
    session.say("40")
    expect_joined(session, "/", {})


@variants("connect EIO=4 with and without auth", *((kind, form) for kind in KINDS for form in (
    "40", "40{}", '40{"token":"123"}', "40/custom", "40/custom,", "40/custom,{}",
    '40/custom,{"token":"ä","n":{"x":[1]}}')))
def both_forms(port, kind, form):
    session = plain(port, kind)
    session.say(form)
    asked, _ = parse(form if "," in form or "/" not in form else form + ",")
    expect_joined(session, asked.namespace, asked.data or {})


@case("connect EIO=4 every namespace has an id of its own")
def own_ids(port):
    ids = set()
    for _ in range(20):
        client = Client.open(port, "websocket", 4, "/", "/custom")
        ids |= {client.carrier.sid, *client.ids.values()}
    check(len(ids) == 60, f"{len(ids)} ids instead of 60")


@variants("connect EIO=4 to a namespace alone", *KINDS)
def custom_alone(port, kind):
    client = Client.open(port, kind, 4, "/custom")
    client.echoes("x", namespace="/custom")


@variants("connect both namespaces at once", *ALL)
def both_namespaces(port, eio, kind):
    client = Client.open(port, kind, eio, "/", "/custom")
    for namespace in ("/", "/custom"):
        client.echoes("x", 1, namespace=namespace)
        client.emit("message-with-ack", "a", namespace=namespace, ack=0)
        client.expect(ACK, ["a"], namespace, 0)


@variants("connect an unknown namespace is refused, the session stays", *ALL)
def unknown_namespace(port, eio, kind):
    session = plain(port, kind, eio)
    refusals = {4: '44/random,{"message":"Invalid namespace"}', 3: '44/random,"Invalid namespace"'}
    forms = ("40/random", "40/random,", '40/random,{"token":"x"}') if eio == 4 else ("40/random", "40/random,")
    for form in forms:
        session.say(form)
        session.expect(refusals[eio])
    session.say("40/custom")
    if eio == 4:
        expect_joined(session, "/custom", {})
    else:
        session.expect("40/custom,", '42/custom,["auth",{}]')
    session.say('42/custom,["message",1]')
    session.expect('42/custom,["message-back",1]')


# ---- EIO 3

@variants("connect EIO=3 to the first namespace is unasked", *KINDS)
def asked_by_nobody(port, kind):
    session = open_carrier(kind, port, SOCKETIO, 3)
    session.expect("40", '42["auth",{}]')
    session.say('42["message",1]')
    session.expect('42["message-back",1]')


@variants("connect EIO=3 forms of namespaces", *((kind, *form) for kind in KINDS for form in (
    ("40/custom", "{}"), ("40/custom,", "{}"), ("40/custom?token=x", '{"token":"x"}'),
    ("40/custom?token=x,", '{"token":"x"}'), ("40/custom?token=a%20b&n=1,", '{"token":"a b","n":"1"}'))))
def forms_of_namespaces(port, kind, form, auth):
    session = plain(port, kind, 3)
    session.say(form)
    session.expect("40/custom,")
    heard = parse(session.hear())[0]
    wanted = parse(f'42/custom,["auth",{auth}]')[0]
    check(heard == wanted, f"{heard} instead of {wanted}")
    session.say('42/custom,["message","x"]')
    session.expect('42/custom,["message-back","x"]')


# ---- leaving

@variants("disconnect is not answered, and pings go on", *ALL)
def disconnect(port, eio, kind):
    session = plain(port, kind, eio, BRISK)
    session.answers_pings = False
    if eio == 4:
        session.say("40")
        expect_joined(session, "/", {})
    session.say("41")
    for _ in range(3):
        if eio == 3:
            session.say("2")
            session.expect("3")
        else:
            session.expect("2")
            session.say("3")


@variants("disconnect from one namespace leaves the other", *((eio, kind, form) for eio, kind in ALL
                                                              for form in ("41/custom", "41/custom,", "41")))
def disconnect_one(port, eio, kind, form):
    client = Client.open(port, kind, eio, "/", "/custom")
    client.carrier.say(form)
    left, stays = ("/", "/custom") if form == "41" else ("/custom", "/")
    client.echoes("still", namespace=stays)
    if eio == 4 or left != "/":
        client.connect(left)
        client.echoes("again", namespace=left)


@variants("disconnect ends what others send there", *KINDS)
def disconnected_hears_nothing(port, kind):
    client, other = Client.open(port, kind, 4, "/", "/custom"), Client.open(port)
    client.carrier.say("41")
    client.echoes("in order", namespace="/custom")
    other.emit("to-all", 1)
    other.expect(EVENT, ["all", 1])
    client.expect(EVENT, ["all", 1], "/custom")
    client.echoes("and nothing else", namespace="/custom")


@variants("kick says so", *ALL)
def kick(port, eio, kind):
    session = Client.open(port, kind, eio)
    session.emit("kick")
    session.carrier.expect_gone("41")


@variants("drop says nothing", *ALL)
def drop(port, eio, kind):
    session = Client.open(port, kind, eio)
    session.emit("drop")
    session.carrier.expect_gone()


@variants("connect_within closes who joins nothing", *KINDS)
def connect_within(port, kind):
    before = time.monotonic()
    session = open_carrier(kind, port, HASTY)
    session.expect_gone()
    taken = time.monotonic() - before
    check(0.25 < taken < 5.0, f"closed after {taken:.2f} s")


@variants("connect_within leaves alone who joined", *ALL)
def connected_within(port, eio, kind):
    before = time.monotonic()
    session = Client.open(port, kind, eio, path=HASTY)
    while time.monotonic() - before < 0.6:  # twice as long as it would live without
        session.echoes("alive")


@case("connect_within closes who was refused")
def refused_within(port):
    session = open_carrier("websocket", port, HASTY)
    session.say("40/random")
    session.expect('44/random,{"message":"Invalid namespace"}')
    session.expect_gone()
