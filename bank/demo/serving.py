"""Where the demo's bank answers: the port it takes, and whether the web is there yet."""

import http.client
import socket
import time
from collections.abc import Callable

HOST = "127.0.0.1"
FIRST_PORT = 8000
# Without a wish for a port, so many are tried from the first on.
_PORTS = 20
_PATIENCE_S = 60.0


class PortTaken(Exception):
    """Every port that might be taken is in use."""


def choose_port(asked: int | None) -> int:
    """The port that was asked for, or else the first free one. Raises PortTaken."""
    wanted = range(FIRST_PORT, FIRST_PORT + _PORTS) if asked is None else [asked]
    for port in wanted:
        if _is_free(port):
            return port
    if asked is not None:
        raise PortTaken(f"Something else listens on port {asked}; choose another one, or none")
    raise PortTaken(f"All ports from {wanted[0]} to {wanted[-1]} are in use; choose another one")


def wait_for(port: int, *, alive: Callable[[], bool]) -> None:
    """Return when the web says that it is ready. Raises RuntimeError where it does not."""
    ends_at = time.monotonic() + _PATIENCE_S
    while alive() and time.monotonic() < ends_at:
        if _is_ready(port):
            return
        time.sleep(0.1)
    raise RuntimeError(f"The web server has not been ready on port {port} for {_PATIENCE_S:.0f} s")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the web server asks: what lingers after an end is no obstacle, what listens is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _is_ready(port: int) -> bool:
    web = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        web.request("GET", "/readyz")
        return web.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        web.close()
