"""Where the master key may come from, in what form, and what is refused with status 77."""
import os
import unittest
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / "tests" / "support"))

from cli_case import EXPORT, KEY, KEYED_POLICY, PLAIN_POLICY, CliCase, fingerprint, main, token


class Keys(CliCase):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", KEYED_POLICY)

    def run_it(self, *more, **named):
        return self.pare("run", "-p", "p.yaml", "--quiet", *more, stdin=EXPORT, **named)

    def assert_tokens(self, done):
        self.assert_exit(done, 0)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "id,tier")
        self.assertEqual(lines[1], token(KEY, "tester", "customer", "7") + ",gold")
        self.assertEqual(lines[2], token(KEY, "tester", "customer", "8") + ",silver")

    def refused(self, done, *texts):
        self.assert_exit(done, 77)
        self.assertEqual(done.stdout, "")
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertNotIn(KEY.hex()[:12], done.stderr)

    # ---- forms ----

    def test_the_bytes_as_they_are(self):
        for number, content in enumerate((KEY, KEY * 32, b"bench-key-0123456789abcdef01234567", b"\n" * 32)):
            with self.subTest(number):
                path = self.write(f"{number}.key", content)
                done = self.run_it("--key-file", path)
                self.assert_exit(done, 0)
                self.assertEqual(done.stdout.splitlines()[1].split(",")[0], token(content, "tester", "customer", "7"))

    def test_every_raw_byte_counts(self):
        self.write("long.key", KEY + b"\n")
        done = self.run_it("--key-file", "long.key")
        self.assert_exit(done, 0)
        self.assertEqual(done.stdout.splitlines()[1].split(",")[0], token(KEY + b"\n", "tester", "customer", "7"))

    def test_no_keys(self):
        for number, content in enumerate((b"", KEY[:31], KEY * 33)):
            with self.subTest(number):
                path = self.write(f"{number}.key", content)
                self.refused(self.run_it("--key-file", path), f"{number}.key")

    # ---- places ----

    def test_file_descriptor(self):
        path = self.write("k.key", KEY)
        fd = os.open(path, os.O_RDONLY)
        self.addCleanup(os.close, fd)
        self.assert_tokens(self.run_it("--key-fd", fd, pass_fds=(fd,)))

    def test_pipe(self):
        read_end, write_end = os.pipe()
        os.write(write_end, KEY)
        os.close(write_end)
        self.addCleanup(os.close, read_end)
        self.assert_tokens(self.run_it("--key-fd", read_end, pass_fds=(read_end,)))

    def test_closed_descriptor(self):
        self.refused(self.run_it("--key-fd", "17"), "file descriptor 17")

    def test_credential(self):
        (self.folder / "credentials").mkdir()
        self.write("credentials/pare.key", KEY, 0o440)  # as an ACL for the service's user shows up
        self.assert_tokens(self.run_it(environment={"CREDENTIALS_DIRECTORY": "credentials"}))
        (self.folder / "credentials/pare.key").chmod(0o444)
        self.refused(self.run_it(environment={"CREDENTIALS_DIRECTORY": "credentials"}), "read by others")

    def test_named_by_the_environment(self):
        path = self.write("k.key", KEY)
        self.assert_tokens(self.run_it(environment={"PARE_KEY_FILE": str(path)}))

    def test_order(self):
        other = self.write("other.key", bytes(range(128, 160)))
        mine = self.write("k.key", KEY)
        (self.folder / "credentials").mkdir()
        self.write("credentials/pare.key", KEY)
        (self.folder / "empty").mkdir()
        self.assert_tokens(self.run_it("--key-file", mine, environment={"PARE_KEY_FILE": str(other)}))
        self.assert_tokens(self.run_it(environment={"PARE_KEY_FILE": str(other), "CREDENTIALS_DIRECTORY": "credentials"}))
        self.assert_tokens(self.run_it(environment={"PARE_KEY_FILE": str(mine), "CREDENTIALS_DIRECTORY": "empty"}))

    # ---- what is unsafe ----

    def test_key_in_the_environment(self):
        mine = self.write("k.key", KEY)
        for value in (KEY.hex(), ""):
            self.refused(self.run_it("--key-file", mine, environment={"PARE_KEY": value}), "PARE_KEY is set")

    def test_readable_by_others(self):
        for mode in (0o640, 0o604, 0o620, 0o602, 0o644, 0o610):
            path = self.write("k.key", KEY, mode)
            self.refused(self.run_it("--key-file", path), "k.key", f"mode {mode:04o}")
        fd = os.open(path, os.O_RDONLY)
        self.addCleanup(os.close, fd)
        self.refused(self.run_it("--key-fd", fd, pass_fds=(fd,)), "read by others")

    def test_a_link_is_judged_by_what_it_leads_to(self):
        self.write("open.key", KEY, 0o644)
        self.write("closed.key", KEY, 0o400)
        for target in ("open", "closed"):
            (self.folder / f"{target}.link").symlink_to(f"{target}.key")
        self.refused(self.run_it("--key-file", "open.link"), "read by others")
        self.assert_tokens(self.run_it("--key-file", "closed.link"))

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_another_owner(self):
        path = self.write("k.key", KEY)
        os.chown(path, 12345, 12345)
        self.refused(self.run_it("--key-file", path), "another user")

    def test_no_files(self):
        for path in ("/dev/zero", self.folder, "nowhere.key", "/dev/null"):
            self.refused(self.run_it("--key-file", path))

    def test_missing_only_matters_where_it_is_needed(self):
        self.refused(self.run_it(), "--key-file", "keygen")
        self.write("p.yaml", PLAIN_POLICY)
        self.assert_exit(self.run_it(), 0)

    # ---- keygen ----

    def test_keygen(self):
        done = self.pare("keygen", "new.key")
        self.assert_exit(done, 0)
        path = self.folder / "new.key"
        self.assertEqual(path.stat().st_mode & 0o7777, 0o600)
        made = path.read_bytes()
        self.assertEqual(len(made), 32)
        self.assertEqual(done.stdout, f"fingerprint {fingerprint(made)}\n")
        self.assertNotIn(made.hex()[:12], done.stdout + done.stderr)
        self.assert_exit(self.run_it("--key-file", "new.key"), 0)

    def test_keygen_never_replaces(self):
        self.write("old.key", "before")
        (self.folder / "dangling.key").symlink_to("elsewhere.key")
        for name in ("old.key", "dangling.key"):
            done = self.pare("keygen", name)
            self.assert_exit(done, 73)
            self.assertIn(name, done.stderr)
        self.assertEqual((self.folder / "old.key").read_text(), "before")
        self.assertFalse((self.folder / "elsewhere.key").exists())
        self.assert_exit(self.pare("keygen", "no/folder.key"), 73)

    def test_keys_differ(self):
        for name in ("a.key", "b.key"):
            self.assert_exit(self.pare("keygen", "--quiet", name), 0)
        self.assertNotEqual((self.folder / "a.key").read_bytes(), (self.folder / "b.key").read_bytes())


main()
