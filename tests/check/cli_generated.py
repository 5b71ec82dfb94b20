"""What is printed from the tables: completions parse, the manual page renders, both know every command and option."""
import json
import re
import shutil
import subprocess
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "support"))

from cli_case import CliCase, main

COMMANDS = ("run", "check", "test", "explain", "verify", "keygen", "rules")


class Generated(CliCase):
    def printed(self, what):
        done = self.pare("--generate", what)
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def options(self):
        """By command, as its help shows them."""
        return {command: set(re.findall(r"^ +(?:-\w, )? *--([a-z-]+)", self.pare(command, "--help").stdout, re.M))
                for command in COMMANDS}

    def parses(self, shell, arguments, script):
        if shutil.which(shell) is None:
            self.skipTest(f"no {shell} here")
        done = subprocess.run([shell, *arguments], input=script.encode(), capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_help_knows_the_options(self):
        options = self.options()
        self.assertLessEqual({"policy", "output", "manifest", "compress", "spool", "no-clobber", "stamp", "key-file",
                              "key-fd", "as-of", "threads", "max-record", "max-field", "max-columns", "max-bytes",
                              "max-ratio", "portable", "quiet", "log", "color", "help"}, options["run"])
        self.assertEqual(options["keygen"], {"quiet", "log", "color", "help"})

    def test_bash(self):
        script = self.printed("complete-bash")
        self.parses("bash", ["-n"], script)

    def complete(self, *words):
        ask = self.printed("complete-bash") + "COMP_WORDS=(%s); COMP_CWORD=%d; _pare 2>/dev/null; printf '%%s\\n' \"${COMPREPLY[@]}\"" % (
            " ".join(f"'{word}'" for word in words), len(words) - 1)
        done = subprocess.run(["bash", "--norc", "-c", ask], capture_output=True, text=True, cwd=self.folder, check=False)
        return set(done.stdout.split())

    def test_bash_completes(self):
        self.assertEqual(self.complete("pare", "ru"), {"run", "rules"})
        self.assertEqual(self.complete("pare", "run", "--max-r"), {"--max-record", "--max-ratio"})
        self.assertEqual(self.complete("pare", "run", "--log", ""), {"text", "json"})
        self.assertEqual(self.complete("pare", "keygen", "--"), {"--quiet", "--log", "--color", "--help"})
        self.write("acme.yaml", "")
        self.assertEqual(self.complete("pare", "run", "-p", "ac"), {"acme.yaml"})
        self.assertEqual(self.complete("pare", "run", "--fake"), set())

    def test_zsh(self):
        script = self.printed("complete-zsh")
        self.assertTrue(script.startswith("#compdef pare\n"))
        self.assertEqual(script.replace("'\\''", "").count("'") % 2, 0)
        for command, options in self.options().items():
            body = script.split(f"\n    {command})\n")[1].split(";;")[0]
            for option in options:
                self.assertRegex(body, rf"--{option}[=}}'\[]")
        self.parses("zsh", ["-n"], script)

    def test_fish(self):
        script = self.printed("complete-fish")
        for options in self.options().values():
            for option in options:
                self.assertRegex(script, rf" -l {option}( |\n)")
        self.parses("fish", ["--no-execute"], script)

    def test_manual_page(self):
        page = self.printed("man")
        for command, options in self.options().items():
            self.assertIn(f".SS pare {command}\n", page)
            for option in options:
                self.assertIn("\\fB\\-\\-" + option.replace("-", "\\-") + "\\fR", page)
        if shutil.which("groff") is None:
            self.skipTest("no groff here")
        done = subprocess.run(["groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-rLL=100n"], input=page.encode(),
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        text = re.sub("\033\\[[0-9;]*m|.\b", "", done.stdout.decode())
        self.assertIn("pare run -p acme.yaml --key-file acme.key -o out/acme.csv.gz in/crm-*.csv.gz", text)
        self.assertIn("PARE_KEY_FILE", text)

    def test_schema(self):
        schema = json.loads(self.printed("schema"))
        self.assertIn("json-schema.org", schema["$schema"])
        self.assertLessEqual({"pare", "dataset", "recipient", "purposes", "fields"}, set(schema["properties"]))

    def test_unknown(self):
        self.assert_exit(self.pare("--generate", "poetry"), 2)
        self.assert_exit(self.pare("--generate"), 2)


main()
