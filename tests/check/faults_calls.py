"""Every system call of thirteen small runs fails, in every way it can; and again while the run cleans up after a failure.

Whatever fails: the exit status is not 0, nothing stands under the output's name, no temporary file is left and no message
holds a value; or the run delivers what it delivers without the fault, byte for byte.

    faults_calls.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import collections
import errno as e
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.fault_scenarios import Stage, all_scenarios  # noqa: E402
from support.faults import FAIL, LATE, ONWARD, SHORT, Fault, Server, why_not  # noqa: E402

BRIEFLY = [1, 5]  # what passes by itself: as often as a program must bear it
LASTING = [1, ONWARD]
# kind -> (error, how many calls in a row)
ERRORS = {
    "read": [(e.EINTR, BRIEFLY), (e.EAGAIN, BRIEFLY), (e.EIO, LASTING)],
    "write": [(e.EINTR, BRIEFLY), (e.EAGAIN, BRIEFLY), (e.EIO, LASTING), (e.ENOSPC, LASTING), (e.EDQUOT, LASTING),
              (e.EPIPE, LASTING), (e.EFBIG, LASTING)],
    "open": [(e.EINTR, BRIEFLY), (e.EMFILE, LASTING), (e.ENFILE, LASTING), (e.EIO, LASTING), (e.ENOSPC, LASTING),
             (e.EDQUOT, LASTING), (e.EACCES, LASTING)],
    "sync": [(e.EINTR, BRIEFLY), (e.EIO, LASTING), (e.ENOSPC, LASTING), (e.EDQUOT, LASTING)],
    "close": [(e.EINTR, LASTING), (e.EIO, LASTING), (e.ENOSPC, LASTING), (e.EDQUOT, LASTING)],
    "rename": [(e.EINTR, BRIEFLY), (e.EIO, LASTING), (e.ENOSPC, LASTING), (e.EDQUOT, LASTING), (e.EINVAL, LASTING)],
    "thread": [(e.EAGAIN, LASTING)],
    "map": [(e.ENOMEM, LASTING)],
    "unlink": [(e.EIO, LASTING)],
    "stat": [(e.EIO, LASTING), (e.ENOMEM, LASTING)],
    "seek": [(e.EIO, LASTING)],
    "control": [(e.EMFILE, LASTING)],
    "random": [(e.EINTR, BRIEFLY), (e.EIO, LASTING)],
    "lock": [(e.ENOMEM, LASTING)],
    "hint": [(e.EIO, LASTING)],
}
SHORTENED = ("read", "write")
DONE_ALL_THE_SAME = ("sync", "rename")  # as after a repeated request to a file server
CAUSES = [Fault(kind, 0, ONWARD, FAIL, error) for kind, error in (
    ("write", e.ENOSPC), ("sync", e.EIO), ("rename", e.EIO), ("read", e.EIO), ("seek", e.EIO), ("control", e.EMFILE),
    ("open", e.EMFILE))]
CONSEQUENCES = [("unlink", e.EIO), ("close", e.EIO), ("sync", e.EIO), ("rename", e.EIO), ("stat", e.EIO), ("open", e.EMFILE),
                ("allocate", e.ENOMEM), ("write", e.EIO)]


def single_faults(calls):
    for kind, errors in ERRORS.items():
        for call in range(calls[kind]):
            for error, times in errors:
                for count in times:
                    yield Fault(kind, call, count, FAIL, error)
            if kind in SHORTENED:
                for count in LASTING:
                    yield Fault(kind, call, count, SHORT, 0)
            if kind in DONE_ALL_THE_SAME:
                yield Fault(kind, call, 1, LATE, e.EIO)


def pairs(stage, server):
    """A fault at each of the last calls of its kind; and then one of another kind, from each of its last calls on."""
    golden = server.run().calls
    for cause in CAUSES:
        for start in range(max(0, golden[cause.kind] - 3), golden[cause.kind]):
            first = Fault(cause.kind, start, cause.count, FAIL, cause.error)
            stage.reset()
            calls = server.run(first).calls
            for kind, error in CONSEQUENCES:
                if kind == cause.kind:
                    continue
                for begin in range(max(0, calls[kind] - 2), calls[kind] + 1):
                    yield first, Fault(kind, begin, ONWARD, FAIL, error)


class Check:
    def __init__(self):
        self.points = collections.Counter()
        self.failures = 0

    def run(self, stage, server, first, second=None):
        stage.reset()
        outcome = server.run(first, second)
        if second and 0 in outcome.fired:
            return  # the first fault ends the run before the second one's call
        self.points["pairs" if second else first.kind] += 1
        kinds = {first.kind} | ({second.kind} if second else set())
        silent_allowed = "write" in kinds or "allocate" in kinds
        wrong = stage.judge(outcome.exit, may_leave="unlink" in kinds, signal=outcome.signal,
                            silent_allowed=silent_allowed)
        if wrong is None and outcome.leaks and not outcome.signal:
            wrong = f"{outcome.leaks} blocks of memory leak"
        if wrong is None and not outcome.fired[0]:
            wrong = "the fault was not reached"
        if wrong:
            self.failures += 1
            if self.failures <= 40:
                print(f"FAIL {stage.scenario.name}: {first}{f'; {second}' if second else ''}: exit {outcome.exit}: {wrong}")

    def scenario(self, pare, build, scenario):
        stage = Stage(pare, scenario)
        server = Server(build, stage.command, stage.folder, environment=stage.environment)
        try:
            golden = server.run()
            assert golden.exit == 0, stage.messages()
            stage.keep_golden()
            for fault in single_faults(golden.calls):
                self.run(stage, server, fault)
            for first, second in pairs(stage, server):
                self.run(stage, server, first, second)
        finally:
            server.close()
            stage.close()


def main():
    pare, _, build = sys.argv[1:4]
    reason = why_not(build)
    if reason:
        print("skipped:", reason)
        sys.exit(77)
    check = Check()
    for scenario in all_scenarios():
        check.scenario(os.path.abspath(pare), build, scenario)
    total = sum(check.points.values())
    print(", ".join(f"{kind} {n}" for kind, n in sorted(check.points.items())))
    print(f"{total} injection points, {Stage.verified} verified ({Stage.passed} passed), {check.failures} failures")
    if total < 2000 or check.points["pairs"] < 200:
        print("FAIL: there should be 2000, and 200 pairs")
        check.failures += 1
    sys.exit(1 if check.failures else 0)


main()
