"""Every allocation of thirteen small runs fails: once, and from then on.

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

    def run(self, stage, server, fault, trace):
        """The site whose allocation failed; None: there were fewer."""
        stage.reset()
        outcome = server.run(fault, trace="allocate" if trace else None)
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
        if not outcome.fired[0]:
            return None
        return outcome.sites[fault.start] if trace else True

    def fail_each(self, stage, server, sites, chosen):
        """Fail the allocations with these numbers; returns the sites that were reached."""
        threads = "--threads" in stage.scenario.arguments  # then the numbers change from run to run
        reached = set()
        for number in chosen:
            for count in (1, ONWARD):
                site = self.run(stage, server, Fault("allocate", number, count, FAIL, errno.ENOMEM), threads)
                if site is not None:
                    reached.add(site if threads else sites[number])
        return reached

    def scenario(self, pare, build, scenario):
        stage = Stage(pare, scenario)
        server = Server(build, stage.command, stage.folder, environment=stage.environment)
        try:
            golden = server.run(trace="allocate")
            assert golden.exit == 0 and golden.leaks == 0, (stage.messages(), golden.leaks)
            stage.keep_golden()
            wanted, sites = set(golden.sites), golden.sites
            reached = self.fail_each(stage, server, sites, range(len(sites)) if is_long() else firsts(sites, wanted))
            for _ in range(20):
                if wanted <= reached:
                    break
                stage.reset()
                sites = server.run(trace="allocate").sites
                reached |= self.fail_each(stage, server, sites, firsts(sites, wanted - reached))
            self.sites += len(wanted)
            self.reached += len(wanted & reached)
        finally:
            server.close()
            stage.close()


def firsts(sites, wanted):
    """The number of each wanted site's first allocation."""
    found = {}
    for number, site in enumerate(sites):
        if site in wanted:
            found.setdefault(site, number)
    return sorted(found.values())


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
