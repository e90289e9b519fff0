"""Runs a command and says what it took."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one whole process took, from its start to its end."""

    wall: float  # seconds
    cpu: float  # seconds of all its threads, in user and system mode
    peak: float  # MB of resident memory (10^6 bytes), mapped files included


def run(command: list[str], log: Path, environment: dict[str, str] | None = None) -> Cost:
    """Waits for `command`; its output goes to `log`. A failure ends the script and names the log."""
    with log.open("w") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}; see {log}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)
