"""Runs of pare under injected faults: a server that is started once and forks a run for each order (tests/faults/serve.c)."""
import errno
import os
import pathlib
import subprocess

# In the order of fault_kind in tests/faults/inject.h.
KINDS = ["allocate", "read", "write", "open", "sync", "close", "rename", "thread", "map", "unlink", "stat", "seek", "control",
         "random", "lock", "hint", "match"]
PASS, FAIL, SHORT, LATE = range(4)
ONWARD = 1 << 40
FRESH_ONCE, FRESH_ONWARD = 1, 2
SLOW_MAIN, SLOW_OTHERS = 1, 2

LIBRARY = pathlib.Path("tests") / "faults" / "faults_inject.so"


def is_long():
    return os.environ.get("PARE_LONG_TESTS", "0") not in ("", "0")


def why_not(build):
    """Why faults can't be injected here, or None."""
    if not (pathlib.Path(build) / LIBRARY).exists():
        return "the fault library was not built"
    cache = (pathlib.Path(build) / "CMakeCache.txt").read_text()
    for line in cache.splitlines():
        if line.startswith("PARE_SANITIZE:") and line.split("=", 1)[1]:
            return "the sanitizers bring an allocator of their own"
        if line.startswith("CMAKE_CROSSCOMPILING_EMULATOR:") and line.split("=", 1)[1]:
            return "under an emulator"
    return None


class Fault:
    """Calls `start` to `start + count - 1` of a kind (counted from 0) do `action`."""

    def __init__(self, kind, start, count=1, action=FAIL, error=errno.EIO):
        self.kind, self.start, self.count, self.action, self.error = kind, start, count, action, error

    def order(self):
        return f"{KINDS.index(self.kind)} {self.start} {self.count} {self.action} {self.error}"

    def __str__(self):
        what = {FAIL: errno.errorcode.get(self.error, self.error), SHORT: "one byte",
                LATE: f"done, and {errno.errorcode.get(self.error)}"}[self.action]
        times = "once" if self.count == 1 else "from then on" if self.count == ONWARD else f"{self.count} times"
        return f"{self.kind} {self.start + 1}: {what}, {times}"


class Outcome:
    def __init__(self, numbers, failed_site, sites):
        status, *self.fired = numbers[:3]
        self.leaks = numbers[3]
        self.failed_site = failed_site if failed_site != "0" else None
        self.calls = dict(zip(KINDS, numbers[4:]))
        self.sites = sites
        self.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        self.exit = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -self.signal


class Server:
    """pare with fixed arguments in a fixed folder, run as often as asked."""

    NOTHING = "-1 0 0 0 0"

    def __init__(self, build, command, folder, seconds=10, environment=None):
        orders_read, self.orders = os.pipe()
        answers, answers_write = os.pipe()
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PARE_") and k != "CREDENTIALS_DIRECTORY"}
        clean.update(environment or {}, PARE_FAULTS=f"{orders_read} {answers_write} {seconds}",
                     LD_PRELOAD=str(pathlib.Path(build).absolute() / LIBRARY))
        self.process = subprocess.Popen([str(part) for part in command], cwd=folder, env=clean,
                                        pass_fds=(orders_read, answers_write), stdin=subprocess.DEVNULL)
        os.close(orders_read)
        os.close(answers_write)
        self.answers = os.fdopen(answers, "r")

    def run(self, first=None, second=None, trace=None, fresh=0, slow=0):
        """`fresh`: FRESH_ONCE or FRESH_ONWARD; `slow`: SLOW_MAIN or SLOW_OTHERS (tests/faults/inject.h)."""
        order = " ".join([first.order() if first else self.NOTHING, second.order() if second else self.NOTHING,
                          str(KINDS.index(trace)) if trace else "-1", str(fresh), str(slow)])
        os.write(self.orders, order.encode() + b"\n")
        parts = self.answers.readline().split()
        failed_site = parts.pop(4)
        fixed = 4 + len(KINDS)
        return Outcome([int(part) for part in parts[:fixed]], failed_site, parts[fixed:])

    def close(self):
        os.close(self.orders)
        self.answers.close()
        self.process.wait(30)
