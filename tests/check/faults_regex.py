"""PCRE2 fails in the middle of a run: no value passes that it was to judge.

Each call that matches returns an error code instead of an answer, once; and from some calls on, every code there is. What
comes out then is what comes out otherwise, with values or whole records withheld: never another value, never an address.

    faults_regex.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import csv
import io
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.fault_scenarios import HEAD, Scenario, Stage  # noqa: E402
from support.faults import FAIL, ONWARD, Fault, Server, is_long, why_not  # noqa: E402

POLICY = HEAD.replace('is: ["yes"]', 'matches: "^(yes|ja)$"') + """\
fields:
  id: {category: user.unique_id, for: [counting], do: keep, because: these are invented}
  text: {category: user.content, for: [counting], do: {redact: {find: [email, phone]}}}
  mail: {category: user.contact.email, for: [counting], do: {extract: {regex: "@(.+)$", group: 1}}}
  "/^tie/":
    - {when: {field: tier, matches: "^secret"}, category: user.account, for: [counting], do: suppress}
    - {category: user.account, for: [counting], do: keep}
unlisted: drop
"""
# PCRE2 10.42 has codes from -2 to -66 (pcre2.h); the others are what a later one may add
CODES = [*range(-2, -80, -1), -1000, 0]


def export():
    lines = ["id,text,mail,tier,use\n"]
    for i in range(36):
        text = f"write CANARY{i}@example.com now" if i % 2 else f"nothing {i} here"
        lines.append(f"r{i},{text},CANARY{i}@example.com,{'secret' if i % 3 == 0 else 'gold'},{['yes', 'ja', 'nein'][i % 3]}\n")
    return "".join(lines).encode()


def by_id(data):
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    return rows[0], {row[0]: row for row in rows[1:]}


class Check:
    def __init__(self):
        self.points = self.failures = self.refused = self.withheld = 0

    def fail(self, fault, outcome, wrong):
        self.failures += 1
        if self.failures <= 20:
            print(f"FAIL {fault}: exit {outcome.exit}: {wrong}")

    def run(self, stage, server, golden, fault):
        stage.reset()
        outcome = server.run(fault)
        self.points += outcome.fired[0] > 0
        data = stage.read("out.csv")
        if outcome.exit != 0:
            self.refused += 1
            if data is not None or stage.leftovers() or outcome.signal:
                self.fail(fault, outcome, "it failed and left something")
            return
        if not outcome.fired[0]:
            self.fail(fault, outcome, "the fault was not reached")
        header, rows = by_id(data)
        if any(secret in data.lower() for secret in (b"canary", b"@", b"secret")):
            self.fail(fault, outcome, "a value passed")
        if header != golden[0] or not set(rows) <= set(golden[1]):
            self.fail(fault, outcome, "other records than without the fault")
            return
        less = len(golden[1]) - len(rows)
        for name, row in rows.items():
            for cell, usual in zip(row, golden[1][name], strict=True):
                less += cell != usual
                if cell not in ("", usual):
                    self.fail(fault, outcome, "another value than without the fault")
        self.withheld += less > 0


def main():
    pare, _, build = sys.argv[1:4]
    reason = why_not(build)
    if reason:
        print("skipped:", reason)
        sys.exit(77)
    check = Check()
    stage = Stage(os.path.abspath(pare), Scenario("regex", POLICY, ["-o", "out.csv", "in.csv"], {"in.csv": export()}))
    server = Server(build, stage.command, stage.folder, environment=stage.environment)
    try:
        usual = server.run()
        assert usual.exit == 0, stage.messages()
        golden = by_id(stage.read("out.csv"))
        assert len(golden[1]) == 24 and b"@" not in stage.read("out.csv") and golden[1]["r1"][1:] == [
            "write [email] now", "example.com", "gold"], golden
        calls = usual.calls["match"]
        (stage.folder / "in.csv").write_bytes(export().split(b"\n", 1)[0] + b"\n")
        stage.reset()
        before = server.run().calls["match"]  # the packs' own examples, and the header
        (stage.folder / "in.csv").write_bytes(export())
        assert before < calls
        for call in range(calls) if is_long() else [*range(0, before, 11), *range(before, calls)]:
            for code in CODES if is_long() else [CODES[call % len(CODES)]]:
                check.run(stage, server, golden, Fault("match", call, 1, FAIL, code))
        for code in CODES:
            for call in range(before, calls, max(1, (calls - before) // (20 if is_long() else 5))):
                check.run(stage, server, golden, Fault("match", call, ONWARD, FAIL, code))
    finally:
        server.close()
        stage.close()
    print(f"{calls} calls, {calls - before} of them for records, {check.points} injected codes, {check.refused} runs failed, {check.withheld} withheld something, "
          f"{check.failures} failures")
    sys.exit(1 if check.failures or not check.withheld else 0)


main()
