"""Every allocation of thirteen small runs fails: once, and from then on.

A site is where an allocation comes from: the chain of callers up to main(), or to where a thread begins. Without threads a
run makes the same allocations every time, and each site's first one fails, by its number. With threads, which of them takes a
turn is chance, and with it the sites that a run comes by. There each run fails at the first site that never failed before,
runs are repeated until nothing new comes up a number of times, and some runs hold the main thread back and some the others.
With PARE_LONG_TESTS=1 every single allocation fails by its number. What must hold is what faults_calls.py holds to, and
nothing may leak.

    faults_memory.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import errno
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests"))
from support.fault_scenarios import Stage, all_scenarios  # noqa: E402
from support.faults import (FAIL, FRESH_ONCE, FRESH_ONWARD, ONWARD, SLOW_MAIN, SLOW_OTHERS, Fault, Server,  # noqa: E402
                            is_long, why_not)

QUIET_RUNS = 10  # with threads: so many runs in a row, at each pace and both ways, come by nothing new
MOST_RUNS = 3000  # so many to come once more by a site that did not yet fail both ways


class Check:
    def __init__(self):
        self.points = self.failures = self.sites = self.reached = self.survived = 0

    def fail(self, stage, what):
        self.failures += 1
        if self.failures <= 40:
            print(f"FAIL {stage.scenario.name}: {what}")

    def judge(self, stage, outcome, what, onward):
        self.points += 1
        self.survived += outcome.exit == 0
        # without memory there may be none for the message
        wrong = stage.judge(outcome.exit, signal=outcome.signal, silent_allowed=onward)
        if wrong is None and outcome.leaks:
            wrong = f"{outcome.leaks} blocks of memory leak"
        if wrong:
            self.fail(stage, f"{what}: exit {outcome.exit}: {wrong}")

    def by_number(self, stage, server, numbers):
        """The numbers whose allocation failed, both ways."""
        reached = set()
        for number in numbers:
            fired = True
            for times in (1, ONWARD):
                stage.reset()
                fault = Fault("allocate", number, times, FAIL, errno.ENOMEM)
                outcome = server.run(fault)
                fired = fired and outcome.fired[0] > 0
                self.judge(stage, outcome, fault, times == ONWARD)
            if fired:
                reached.add(number)
        return reached

    def fresh_run(self, stage, server, mode, pace):
        """The site that failed, or None, and all that the run came by."""
        stage.reset()
        outcome = server.run(trace="allocate", fresh=mode, slow=pace)
        if outcome.failed_site is not None:
            self.judge(stage, outcome, f"allocation {len(outcome.sites)}, mode {mode}", mode == FRESH_ONWARD)
        elif outcome.exit != 0 or stage.delivered() != stage.golden:
            self.fail(stage, f"without a fault, exit {outcome.exit}")
        return outcome.failed_site, outcome.sites

    def fresh_ones(self, stage, server, wanted):
        """The sites that failed both ways and those that runs came by, when there was nothing new any more."""
        failed, wanted = {FRESH_ONCE: set(), FRESH_ONWARD: set()}, set(wanted)
        paces = (0, SLOW_MAIN, SLOW_OTHERS)
        quiet, runs = 0, 0
        while quiet < QUIET_RUNS * len(paces) or (runs < MOST_RUNS and not all(wanted <= of for of in failed.values())):
            new = False
            for mode, of in failed.items():
                site, sites = self.fresh_run(stage, server, mode, paces[runs % len(paces)])
                new = new or site is not None
                wanted.update(sites if site is None else [site])
                of.update([] if site is None else [site])
            quiet = 0 if new else quiet + 1
            runs += 1
        return failed[FRESH_ONCE] & failed[FRESH_ONWARD], wanted

    def scenario(self, pare, build, scenario):
        stage = Stage(pare, scenario)
        server = Server(build, stage.command, stage.folder, environment=stage.environment)
        try:
            golden = server.run(trace="allocate")
            assert golden.exit == 0 and golden.leaks == 0, (stage.messages(), golden.leaks)
            stage.keep_golden()
            sites = golden.sites
            if is_long():
                self.by_number(stage, server, range(len(sites)))
            if "--threads" in scenario.arguments:
                reached, wanted = self.fresh_ones(stage, server, sites)
            else:
                wanted = set(sites)
                reached = {sites[number] for number in self.by_number(stage, server, firsts(sites))}
            self.sites += len(wanted)
            self.reached += len(wanted & reached)
        finally:
            server.close()
            stage.close()


def firsts(sites):
    """The number of each site's first allocation."""
    found = {}
    for number, site in enumerate(sites):
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
          f"{Stage.verified} verified ({Stage.passed} passed), {check.failures} failures")
    sys.exit(1 if check.failures or check.reached != check.sites else 0)


main()
