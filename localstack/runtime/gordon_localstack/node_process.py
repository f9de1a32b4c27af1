"""A node process that runs one function, invocation after invocation.

stdin: an invocation as one line of JSON. Result pipe: `{"ready": true}` or `{"error": …}` once, then a result for each
invocation, each one line of JSON. stdout and stderr: the function's log.
"""

import json
import os
import select
import signal
import subprocess
import threading
import time
from pathlib import Path

BOOTSTRAP = Path(__file__).with_name("bootstrap.mjs")
LOG_PATIENCE = 1.0


class NodeProcess:
    def __init__(self, folder: str, env: dict[str, str], memory_mb: int) -> None:
        self.lines: list[str] = []
        self._log = threading.Condition()
        self._results, theirs = os.pipe()
        self._unread = b""
        node = os.environ["GORDON_NODE"]
        try:
            self._process = subprocess.Popen(
                [node, f"--max-old-space-size={memory_mb}", str(BOOTSTRAP)],
                cwd=folder,
                # Nothing of LocalStack's own environment: a function sees what AWS would show it.
                env={**env, "GORDON_RESULT_FD": str(theirs)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs,),
                start_new_session=True,
            )
        finally:
            os.close(theirs)
        threading.Thread(target=self._collect_log, daemon=True).start()

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: dict) -> None:
        """Raises BrokenPipeError when the process has ended."""
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def receive(self, seconds: float) -> dict:
        """Raises TimeoutError, or EOFError when the process has ended."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._results], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(self._results, 1 << 16)
            if not piece:
                raise EOFError
            self._unread += piece
        line, self._unread = self._unread.split(b"\n", 1)
        return json.loads(line)

    def take_log(self, until: str | None = None) -> list[str]:
        """The lines since the last call. The result can overtake them, so a last line can be waited for."""
        with self._log:
            if until:
                self._log.wait_for(lambda: until in self.lines, timeout=LOG_PATIENCE)
            taken, self.lines = self.lines, []
        return [line for line in taken if line != until]

    def kill(self) -> int:
        """Ends the process and whatever it started. Returns its exit status."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it ended by itself
        status = self._process.wait()
        if self._results >= 0:
            os.close(self._results)
            self._results = -1
        return status

    def _collect_log(self) -> None:
        for line in self._process.stdout:
            with self._log:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self._log.notify_all()
