"""Runs a command, passes its output and signals on, and explains a failed start in one last line. See README.md for the exit codes.

It is the container's first process: an explanation can be the last line only if this process outlives the server.
"""

import os
import select
import selectors
import signal
import subprocess
import sys
import time

from failures import cause

CHUNK = 65536
# A longer line is examined up to this length. Causes are at the start of a line.
LINE = 8192
# How long to copy output after the server has ended, in seconds. A process that it left behind can keep the pipe open.
DRAIN = 2
# Written by uvicorn (lifespan/on.py) when the server is ready. Later errors are not failures of the start.
READY = b"Application startup complete."
FORWARDED = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2]


class Start:
    """What the log says about the start: whether the server became ready, and the first known cause of a failure."""

    def __init__(self):
        self.ready = False
        self.cause = None

    def read(self, line):
        if READY in line:
            self.ready = True
        elif self.cause is None:
            self.cause = cause(line.decode("utf-8", "replace"))


class Stream:
    """One output of the server. It keeps at most one unfinished line."""

    def __init__(self, source, target, start):
        self.source, self.target, self.start = source, target, start
        self.line = b""
        self.last = b"\n"

    def pass_on(self):
        """Copies available output. Returns False at its end."""
        chunk = os.read(self.source, CHUNK)
        self.write(chunk)
        self.last = chunk[-1:] or self.last
        if not self.start.ready:
            self.examine(chunk)
        return bool(chunk)

    def write(self, chunk):
        view = memoryview(chunk)
        while view and self.target is not None:
            try:
                view = view[os.write(self.target, view) :]
            except BlockingIOError:
                select.select([], [self.target], [])
            except OSError:
                # The output has no reader anymore. The server must not block.
                self.target = None

    def examine(self, chunk):
        lines = (self.line + chunk).split(b"\n")
        if chunk:
            self.line = lines.pop()[:LINE]
        for line in lines:
            self.start.read(line[:LINE])


class Server:
    """The server's process."""

    def __init__(self):
        self.process = None
        self.stopping = False
        self.status = None
        self.early = []
        for number in FORWARDED:
            signal.signal(number, self.forward)

    def forward(self, number, _frame):
        # A server that is asked to stop hasn't failed, whatever its exit code is.
        self.stopping = self.stopping or number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
        if self.process is None:
            self.early.append(number)
        elif self.status is None:
            # Not Popen.send_signal, which can take the status that reap() waits for.
            os.kill(self.process.pid, number)

    def start(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        for number in self.early:
            os.kill(self.process.pid, number)
        return self.process

    def reap(self):
        """Takes the status of each ended process. The first process of a container also inherits the orphans of the server."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.process.pid:
                # A process ID that is free again must not be signaled.
                self.status = self.process.returncode = os.waitstatus_to_exitcode(status)


def main(command):
    server, start = Server(), Start()
    wakeup, notify = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(notify, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        process = server.start(command)
    except OSError as error:
        return fail(f"{command[0]} can't be started: {error.strerror}. Build the image on an image of vLLM.", 127)
    streams = [Stream(process.stdout.fileno(), 1, start), Stream(process.stderr.fileno(), 2, start)]
    selector = selectors.DefaultSelector()
    for stream in streams:
        selector.register(stream.source, selectors.EVENT_READ, stream)
    selector.register(wakeup, selectors.EVENT_READ, None)
    copy_until_end(server, selector, wakeup)
    code = server.status if server.status >= 0 else 128 - server.status
    if code == 0 or start.ready or server.stopping:
        return code
    return fail(explanation(start, code), code, unfinished=streams[1].last != b"\n")


def copy_until_end(server, selector, wakeup):
    """Copies the output until the server has ended and its output is complete."""
    open_streams, end = 2, None
    while server.status is None or open_streams:
        if server.status is not None and end is None:
            end = time.monotonic() + DRAIN
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            return
        for key, _ in selector.select(left):
            if key.data is None:
                os.read(wakeup, CHUNK)
                server.reap()
            elif not key.data.pass_on():
                selector.unregister(key.fileobj)
                open_streams -= 1


def explanation(start, code):
    if start.cause:
        return f"vLLM did not start (exit code {code}). {start.cause}"
    if code == 128 + signal.SIGKILL:
        remedy = "Use a VM size with more RAM."
        return f"vLLM did not start (exit code {code}). It was killed, usually because the memory is exhausted. {remedy}"
    return f"vLLM did not start (exit code {code}), and the log shows no known cause. Read the first error above."


def fail(sentence, code, unfinished=False):
    line_end = "\n" if unfinished else ""
    os.write(2, f"{line_end}moor: {sentence}\n".encode())
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
