"""Every allocation of eleven small runs fails: once, and from then on.

A site is where an allocation comes from: the chain of callers up to main(). Each site's first allocation fails; with
PARE_LONG_TESTS=1 every single allocation does. What must hold is what faults_calls.py holds to, and nothing may leak.

    faults_memory.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import errno
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.fault_scenarios import Stage, all_scenarios  # noqa: E402
from support.faults import FAIL, ONWARD, Fault, Server, is_long, why_not  # noqa: E402


class Check:
    def __init__(self):
        self.points = self.failures = self.sites = self.reached = self.survived = 0

    def run(self, stage, server, fault):
        """True where the allocation was made, and failed."""
        stage.reset()
        outcome = server.run(fault)
        self.points += 1
        self.survived += outcome.exit == 0
        # without memory there may be none for the message
        wrong = stage.judge(outcome.exit, signal=outcome.signal, silent_allowed=fault.count == ONWARD)
        if wrong is None and outcome.leaks:
            wrong = f"{outcome.leaks} blocks of memory leak"
        if wrong:
            self.failures += 1
            if self.failures <= 40:
                print(f"FAIL {stage.scenario.name}: {fault}: exit {outcome.exit}: {wrong}")
        return outcome.fired[0] > 0

    def scenario(self, pare, build, scenario):
        stage = Stage(pare, scenario)
        server = Server(build, stage.command, stage.folder, environment=stage.environment)
        try:
            golden = server.run(trace="allocate")
            assert golden.exit == 0 and golden.leaks == 0, (stage.messages(), golden.leaks)
            stage.keep_golden()
            first = {}
            for number, site in enumerate(golden.sites):
                first.setdefault(site, number)
            chosen = range(len(golden.sites)) if is_long() else sorted(first.values())
            reached = set()
            for number in chosen:
                for count in (1, ONWARD):
                    if self.run(stage, server, Fault("allocate", number, count, FAIL, errno.ENOMEM)):
                        reached.add(golden.sites[number])
            self.sites += len(first)
            self.reached += len(reached)
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
    print(f"{check.points} injection points, {check.survived} survived; {check.reached} of {check.sites} sites reached; "
          f"{check.failures} failures")
    sys.exit(1 if check.failures or check.reached != check.sites else 0)


main()
