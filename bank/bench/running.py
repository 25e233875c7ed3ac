"""The bank's own processes beside a measurement: workers, and the web."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from bank.demo import serving
from bank.embedded import places, programs

_READY = re.compile(r"\bready\.$", re.MULTILINE)
_START_S = 60.0
# Production answers over TLS alone, to people with a second factor; the demo's profile does not ask
# for them, and adds a check of each statement, which makes its pages a little slower.
_WEB = {"SKARB_PROFILE": "demo", "SKARB_SECOND_FACTOR": "no", "SKARB_HOSTS": serving.HOST}


@contextmanager
def web() -> Iterator[str]:
    """The web server as the supervisor runs it; its address."""
    port = serving.choose_port(None)
    with (places.data_dir() / "web.log").open("wb") as out:
        (program,) = programs.chosen(
            parts=["web"],
            data=places.data_dir(),
            workers=0,
            host=serving.HOST,
            port=port,
            env=_WEB,
        )
        process = program.launch(out=out.fileno())
        try:
            serving.wait_for(port, alive=lambda: process.poll() is None)
            yield f"http://{serving.HOST}:{port}/"
        finally:
            process.terminate()
            process.wait()


@contextmanager
def workers(count: int, peaks: list[int]) -> Iterator[None]:
    """Workers as the supervisor runs them; their peaks of memory are added to `peaks`."""
    log = places.data_dir() / "workers.log"
    with log.open("wb") as out:
        found = programs.chosen(
            parts=["worker"], data=places.data_dir(), workers=count, host="", port=0, env={}
        )
        running = [program.launch(out=out.fileno()) for program in found]
        try:
            _await_ready(log, running)
            yield
            peaks += [_peak(process.pid) for process in running]
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def _await_ready(log: Path, running: list[subprocess.Popen[bytes]]) -> None:
    """Until every worker listens. Raises RuntimeError where one ends or all take too long."""
    ends_at = monotonic() + _START_S
    while len(_READY.findall(log.read_text(encoding="utf-8"))) < len(running):
        if monotonic() > ends_at or any(process.poll() is not None for process in running):
            raise RuntimeError(f"workers did not start: {log.read_text(encoding='utf-8')}")
        sleep(0.05)


def _peak(pid: int) -> int:
    """The most memory that a process ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None, "Linux says it of every process"
    return int(found[1]) << 10
