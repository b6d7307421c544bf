"""How a case is written down. The other files of this folder register theirs in CASES."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))
from gateway import Failed  # noqa: E402
from rawsocket import RawSocket  # noqa: E402

CASES = {}  # id -> function of a port


def case(name):
    """Registers the function below as a case."""
    def register(function):
        if name in CASES:
            raise ValueError(f"two cases {name}")
        CASES[name] = function
        return function
    return register


def conversation(name, sends, expects, chop=None):
    """A case that sends bytes and expects (opcode, payload) in turn; ("close", code) ends it, else it must go on."""
    @case(name)
    def run(port):
        with RawSocket.open(port) as raw:
            if chop:
                for at in range(0, len(sends), chop):
                    raw.send(sends[at:at + chop])
            else:
                raw.send(sends)
            for opcode, payload in expects:
                if opcode == "close":
                    raw.expect_close(payload)
                    return
                raw.expect(opcode, payload)
            raw.expect_alive()
