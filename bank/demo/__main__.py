"""`python -m bank.demo`: the whole demo put to the test, on a bank of its own that is thrown away.

What it is told is passed on to `manage.py demo --check`. Whatever happens, nothing of it is left
running, nor any file; where the demo failed, the last lines of its processes' log are shown.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from bank import embedded
from bank.embedded import EmbeddedError, places

_ELSEWHERE = {
    f"{name}{suffix}"
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    for suffix in ("", "_FILE")
}
_LINES = 40
# As long as the demo's own processes are given to end.
_END_S = 90


def main(arguments: Sequence[str]) -> int:
    """Make a bank, try it, remove it; the status to exit with."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    began = time.monotonic()
    # Not /tmp, which may be small; the servers' user passes through it.
    home = Path(tempfile.mkdtemp(prefix="skarb-demo-check-", dir="/var/tmp"))
    home.chmod(0o711)
    data = home / "data"
    environment = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | {
        "SKARB_PROFILE": "demo",
        "SKARB_DATA": str(data),
        "SKARB_STATE": str(home / "state"),
    }
    try:
        status = _run(["-m", "bank.embedded", "init"], environment)
        status = status or _run(["manage.py", "demo", "--check", *arguments], environment)
        if status:
            _show(home / "state" / "demo.log")
    except KeyboardInterrupt:
        status = 130
    finally:
        left = _stop(data)
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(places.socket_dir(data), ignore_errors=True)
    if left:
        _say(f"Left running, and stopped now: {', '.join(left)}")
        status = status or 1
    _say(f"demo-check ended with {status} after {time.monotonic() - began:.0f} s")
    return status


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """A Python program of the checkout to its end, which an interrupt hastens."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=places.CHECKOUT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        # A Ctrl-C reaches this process alone, which passes it on.
        start_new_session=True,
    )
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _stop(data: Path) -> list[str]:
    """Stop the servers, should they run yet; which of them did."""
    found = []
    for server in (embedded.Valkey(data), embedded.Postgres(data)):
        try:
            if server.running():
                found.append(server.name)
                server.stop()
        except EmbeddedError as error:
            _say(str(error))
    return found


def _show(log: Path) -> None:
    if log.exists():
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        _say("\n".join([f"--- of {len(lines)} lines of the processes' log:", *lines[-_LINES:]]))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
