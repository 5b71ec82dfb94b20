"""Standard error: colour, JSON, progress, quiet; and what happens when a signal ends the program."""
import json
import os
import pty
import signal
import subprocess
import time
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "support"))

from cli_case import EXPORT, PARE, PLAIN_POLICY, CliCase, main


class OnATerminal(CliCase):
    def error_on_a_terminal(self, *options, **environment):
        """What a terminal shows of a run whose input is not there."""
        self.write("p.yaml", PLAIN_POLICY)
        ours, theirs = pty.openpty()
        done = subprocess.run([PARE, "run", "-p", "p.yaml", *options, "nowhere.csv"], stdout=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL, stderr=theirs, cwd=self.folder, check=False,
                              env={**self.environment, **environment})
        os.close(theirs)
        shown = os.read(ours, 1 << 16).decode()
        os.close(ours)
        self.assertEqual(done.returncode, 66)
        self.assertIn("nowhere.csv", shown)
        return shown

    def test_colour(self):
        self.assertIn("\033[", self.error_on_a_terminal())
        self.assertIn("\033[", self.error_on_a_terminal(NO_COLOR=""))
        self.assertNotIn("\033", self.error_on_a_terminal(NO_COLOR="1"))
        self.assertNotIn("\033", self.error_on_a_terminal(TERM="dumb"))
        self.assertNotIn("\033", self.error_on_a_terminal("--color=never"))
        self.assertIn("\033[", self.error_on_a_terminal("--color=always", NO_COLOR="1"))
        self.assertNotIn("\033", self.error_on_a_terminal("--log=json"))

    def test_no_colour_in_a_pipe(self):
        self.write("p.yaml", PLAIN_POLICY)
        self.assertNotIn("\033", self.pare("run", "-p", "p.yaml", "nowhere.csv").stderr)
        self.assertIn("\033[", self.pare("run", "-p", "p.yaml", "--color=always", "nowhere.csv").stderr)

    def test_terminal_as_input_is_a_mistake(self):
        self.write("p.yaml", PLAIN_POLICY)
        ours, theirs = pty.openpty()
        done = subprocess.run([PARE, "run", "-p", "p.yaml"], stdin=theirs, capture_output=True, cwd=self.folder,
                              check=False, timeout=60)
        os.close(ours)
        os.close(theirs)
        self.assertEqual(done.returncode, 2)


class Forms(CliCase):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", PLAIN_POLICY)

    def test_json_error(self):
        done = self.pare("run", "-p", "p.yaml", "--log", "json", stdin=b"id,tier\n7,gold\n8,\"CANARY\n")
        self.assert_exit(done, 65)
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        last = lines[-1]
        self.assertEqual((last["level"], last["command"], last["exit"], last["record"], last["line"]),
                         ("error", "run", 65, 2, 3))
        self.assertNotIn("CANARY", done.stderr)

    def test_json_summary(self):
        done = self.pare("run", "-p", "p.yaml", "--log", "json", "-o", "out.csv", stdin=EXPORT)
        self.assert_exit(done, 0)
        summary = [json.loads(line) for line in done.stderr.splitlines()][-1]
        self.assertEqual((summary["read"], summary["written"], summary["columns_in"], summary["columns_out"],
                          summary["input_bytes"], summary["delivered"]), (2, 2, 3, 1, len(EXPORT), True))
        self.assertEqual(summary["output_bytes"], (self.folder / "out.csv").stat().st_size)

    def test_json_findings(self):
        self.write("bad.yaml", PLAIN_POLICY + "  id: {do: kepe}\n")
        done = self.pare("run", "-p", "bad.yaml", "--log", "json", stdin=EXPORT)
        self.assert_exit(done, 78)
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertTrue(any(line.get("findings") for line in lines))

    def test_quiet(self):
        self.assertNotEqual(self.pare("run", "-p", "p.yaml", stdin=EXPORT).stderr, "")
        self.assertEqual(self.pare("run", "-p", "p.yaml", "--quiet", stdin=EXPORT).stderr, "")
        self.assertEqual(self.pare("run", "-p", "p.yaml", "-q", "--log=json", stdin=EXPORT).stderr, "")

    def test_progress(self):
        self.write("in.csv", b"id,tier\n" + b"7,gold\n" * 400000)
        shown = self.pare("run", "-p", "p.yaml", "-o", "out.csv", "--fake-terminal", "in.csv").stderr
        self.assertIn("\r", shown)
        self.assertRegex(shown, r"MB of \d")
        for options in (["--fake-terminal", "--quiet"], ["--fake-terminal", "--log=json"], []):
            self.assertNotIn("\r", self.pare("run", "-p", "p.yaml", "-o", "out.csv", *options, "in.csv").stderr)


class Signals(CliCase):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", PLAIN_POLICY)
        (self.folder / "out").mkdir()

    def start(self, *more, **named):
        process = subprocess.Popen([PARE, "run", "-p", "p.yaml", *more], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                                   cwd=self.folder, env=self.environment, **named)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def start_and_wait_for_the_temporary_file(self, **named):
        process = self.start("-o", "out/o.csv", **named)
        process.stdin.write(b"id,tier\n" + b"7,gold\n" * 300000)
        process.stdin.flush()
        patience = time.monotonic() + 30
        while not list((self.folder / "out").iterdir()):
            self.assertLess(time.monotonic(), patience, "no temporary file appeared")
            time.sleep(0.01)
        time.sleep(0.05)
        return process

    def test_cleans_up_and_dies_of_it(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number):
                process = self.start_and_wait_for_the_temporary_file()
                process.send_signal(number)
                self.assertEqual(process.wait(30), -number)
                self.assertEqual(list((self.folder / "out").iterdir()), [])
                process.stdin.close()

    def test_what_was_ignored_stays_ignored(self):
        process = self.start_and_wait_for_the_temporary_file(
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        process.stdin.close()
        self.assertEqual(process.wait(30), 0)
        self.assertTrue((self.folder / "out/o.csv").exists())

    def broken_pipe(self, **named):
        process = self.start(stdout=subprocess.PIPE, **named)
        process.stdout.close()
        try:
            process.stdin.write(b"id,tier\n" + b"7,gold\n" * 300000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        return process.wait(30)

    def test_broken_pipe(self):
        self.assertEqual(self.broken_pipe(), -signal.SIGPIPE)

    def test_broken_pipe_that_the_parent_ignores(self):
        self.assertEqual(self.broken_pipe(restore_signals=False,
                                          preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)),
                         -signal.SIGPIPE)

    def test_no_core_dumps(self):
        process = self.start_and_wait_for_the_temporary_file()
        with open(f"/proc/{process.pid}/limits", encoding="ascii") as limits:
            core = [line.split() for line in limits if line.startswith("Max core file size")][0]
        self.assertEqual(core[4:6], ["0", "0"])
        process.stdin.close()
        self.assertEqual(process.wait(30), 0)


main()
