"""SIGKILL and the signals that can be caught, at every system call and at random moments.

A killed run may leave a temporary file (0600), and never a part of the dataset under its name; where its manifest stands,
the dataset is the one that the manifest describes. A signal that can be caught leaves no temporary file either, and the
program dies of that signal.

    faults_kill.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import collections
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.fault_scenarios import KEEP, Scenario, Stage, all_scenarios, export, file_modes  # noqa: E402
from support.faults import is_long, why_not  # noqa: E402

TEMPORARY = re.compile(r"(sub/)?\.[\w.]+\.pare-[a-z2-7]{6}")
CAUGHT = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ]
NAMES = ["gzip to gzip", "manifest elsewhere, over an old delivery", "several inputs, two threads", "live gzip",
         "spool, manifest", "keyed", "bad records set aside"]
WHY_NOT = 77


class Check:
    def __init__(self, pare, build):
        self.pare, self.killer = os.path.abspath(pare), str(pathlib.Path(build).resolve() / "tests" / "faults" / "killer")
        self.runs = collections.Counter()
        self.failures = 0
        self.random = random.Random(20260115)

    def fail(self, stage, what, wrong):
        self.failures += 1
        if self.failures <= 40:
            print(f"FAIL {stage.scenario.name}: {what}: {wrong}")

    def start(self, stage, command):
        with open(stage.folder / "standard-input", "rb") as given, open(stage.folder / "standard-output", "wb") as out, \
                open(stage.folder / "standard-error", "wb") as errors:
            return subprocess.Popen(command, cwd=stage.folder, stdin=given, stdout=out, stderr=errors,
                                    env={**os.environ, **stage.environment}, restore_signals=True)

    def stopped_at(self, stage, number, boundary):
        """Returns the status (negative: the signal it died of) and how many boundaries there were."""
        stage.reset()
        result = stage.folder / "tmp" / "result"
        command = [self.killer, str(int(number)), str(boundary), str(result), *map(str, stage.command)]
        status = self.start(stage, command).wait(60)
        if status == WHY_NOT:
            print("skipped: no tracing here")
            sys.exit(WHY_NOT)
        assert status == 0, stage.messages()
        status, boundaries = map(int, result.read_text().split())
        result.unlink()
        return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), boundaries

    def judge(self, stage, number, status, what):
        data, manifest, refused = stage.delivered()
        old = stage.scenario.old
        left = stage.leftovers()
        if status not in (0, -number):
            self.fail(stage, what, f"it ended with {status}: {stage.messages()}")
        elif status == 0 and (data, manifest, refused) != stage.golden:
            self.fail(stage, what, "success, and not what is delivered otherwise")
        elif b"CANARY" in (stage.messages() or b""):
            self.fail(stage, what, "a value in a message")
        elif stage.scenario.data == "-" and not stage.golden[0].startswith(data or b""):
            self.fail(stage, what, "standard output got something else")
        elif stage.scenario.data != "-" and data not in (None, old.get(stage.scenario.data), stage.golden[0]):
            self.fail(stage, what, "a part of the dataset under its name")
        elif manifest not in (None, old.get(stage.scenario.manifest), stage.golden[1]):
            self.fail(stage, what, "a part of the manifest under its name")
        elif manifest is not None and manifest == stage.golden[1] and data != stage.golden[0]:
            self.fail(stage, what, "the manifest stands, and not its dataset")
        elif refused not in (None, stage.golden[2]):
            self.fail(stage, what, "a part of the refused records under their name")
        elif number != signal.SIGKILL and left:
            self.fail(stage, what, f"left behind: {left}")
        elif any(not TEMPORARY.fullmatch(name) for name in left):
            self.fail(stage, what, f"left behind: {left}")
        elif any(mode & 0o77 for name, mode in file_modes(stage.folder).items() if name.startswith(".")):
            self.fail(stage, what, "others can read the temporary file")
        elif stage.verify():
            self.fail(stage, what, "verify passes on what is not whole, or not on what is")

    def at_every_boundary(self, stage, number, step=1):
        stage.reset()
        status, boundaries = self.stopped_at(stage, number, 0)
        assert status == 0, stage.messages()
        stage.keep_golden()
        assert boundaries > 200, boundaries
        name = signal.Signals(number).name
        for boundary in range(1, boundaries + 1, step):
            status, _ = self.stopped_at(stage, number, boundary)
            self.judge(stage, number, status, f"{name} at boundary {boundary} of {boundaries}")
            self.runs[name + " at a boundary"] += 1

    def at_random_moments(self, stage, numbers, count):
        stage.reset()
        began = time.monotonic()
        assert self.start(stage, stage.command).wait(60) == 0, stage.messages()
        usual = time.monotonic() - began
        stage.keep_golden()
        for i in range(count):
            number = numbers[i % len(numbers)]
            stage.reset()
            process = self.start(stage, stage.command)
            moment = self.random.uniform(0, usual * 1.1)
            time.sleep(moment)
            process.send_signal(number)
            status = process.wait(60)
            self.judge(stage, number, status, f"{signal.Signals(number).name} after {moment * 1000:.2f} ms")
            self.runs[signal.Signals(number).name + " at a moment"] += 1

    def file_size_limit(self, stage):
        """The kernel's own SIGXFSZ, at every size up to the whole."""
        whole = len(stage.golden[0])
        for limit in range(0, whole, max(1, whole // (64 if is_long() else 16))):
            stage.reset()
            command = ["sh", "-c", 'ulimit -f "$0"; exec "$@"', str(limit // 512), *map(str, stage.command)]
            status = self.start(stage, command).wait(60)
            if status not in (-signal.SIGXFSZ, 0):
                self.fail(stage, f"at most {limit} bytes", f"it ended with {status}: {stage.messages()}")
            self.judge(stage, signal.SIGXFSZ, status, f"at most {limit} bytes")
            self.runs["file size limits"] += 1


def main():
    pare, _, build = sys.argv[1:4]
    reason = why_not(build)
    if reason:
        print("skipped:", reason)
        sys.exit(WHY_NOT)
    check = Check(pare, build)
    thorough = is_long()
    scenarios = {scenario.name: scenario for scenario in all_scenarios()}
    for place, name in enumerate(NAMES):
        stage = Stage(check.pare, scenarios[name])
        try:
            if place < 2 or thorough:
                check.at_every_boundary(stage, signal.SIGKILL)
            if place < 1 or thorough:
                check.at_every_boundary(stage, signal.SIGTERM)
            for number in CAUGHT[1:] if thorough and place < 2 else []:
                check.at_every_boundary(stage, number)
        finally:
            stage.close()
    big = Scenario("large", KEEP, ["-o", "out.csv.gz", "--threads", "2", "in.csv"], {"in.csv": export(60000)},
                   data="out.csv.gz", manifest="out.csv.gz.datapackage.json", old={"out.csv.gz": b"old data\n"})
    stage = Stage(check.pare, big)
    try:
        check.at_random_moments(stage, [signal.SIGKILL], 1000 if thorough else 100)
        check.at_random_moments(stage, CAUGHT, 1000 if thorough else 100)
        check.file_size_limit(stage)
    finally:
        stage.close()
    print(", ".join(f"{what} {n}" for what, n in check.runs.items()))
    print(f"{sum(check.runs.values())} runs, {Stage.verified} verified ({Stage.passed} passed), {check.failures} failures")
    sys.exit(1 if check.failures else 0)


main()
