"""What the checks of the command line share: a folder to work in, a way to run pare, keys and tokens by the book.

A check is run as `python3 NAME.py PARE_BINARY SOURCE_DIR BUILD_DIR`. Tokens and fingerprints are computed here from
RFC 2104, RFC 5869 and RFC 4648 with Python's hmac, never taken from the program.
"""
import base64
import hashlib
import hmac
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

PARE = os.path.abspath(sys.argv[1])
SOURCE = pathlib.Path(sys.argv[2]).resolve()

KEY = bytes(range(200, 232))

PLAIN_POLICY = """\
pare: 1
dataset: small
recipient: tester
purposes: {counting: {description: Count, basis: contract}}
fields:
  tier: {category: user.account, for: [counting], do: keep}
"""
KEYED_POLICY = PLAIN_POLICY + """\
  id: {category: user.unique_id, for: [counting], do: {pseudonymize: {domain: customer}}}
"""
EXPORT = b"id,tier,secret\n7,gold,CANARY1\n8,silver,CANARY2\n"


def hkdf_sha256(key, salt, info, length):
    """RFC 5869."""
    prk = hmac.new(salt, key, hashlib.sha256).digest()
    okm, block, count = b"", b"", 1
    while len(okm) < length:
        block = hmac.new(prk, block + info + bytes([count]), hashlib.sha256).digest()
        okm += block
        count += 1
    return okm[:length]


def derived_key(master, method, recipient="", domain="", epoch=""):
    parts = (method, recipient, domain, epoch)
    info = b"".join(struct.pack(">I", len(p.encode())) + p.encode() for p in parts)
    return hkdf_sha256(master, b"pare/1", info, 32)


def fingerprint(master):
    return derived_key(master, "fingerprint")[:8].hex()


def token(master, recipient, domain, value):
    mac = hmac.new(derived_key(master, "hmac", recipient, domain), value.encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:16]).decode().rstrip("=").lower()


class CliCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8"}

    def write(self, name, content, mode=0o600):
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    def pare(self, *arguments, stdin=b"", environment=None, **more):
        """Run in the working folder; returns the finished process, outputs as text."""
        done = subprocess.run([PARE, *map(str, arguments)], input=stdin, capture_output=True, cwd=self.folder, timeout=120,
                              env={**self.environment, **(environment or {})}, check=False, **more)
        done.stdout, done.stderr = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        return done

    def assert_exit(self, done, status):
        self.assertEqual(done.returncode, status, f"stdout: {done.stdout}\nstderr: {done.stderr}")


def main():
    unittest.main(argv=[sys.argv[0], "-v"])
