"""Running pare from a test: the key, a folder of its own, what came out, and the promises that hold for every run."""
import base64
import csv
import gzip
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import zlib

from oracle.calc import MASTER_KEY

SKIPPED = 77
csv.field_size_limit(1 << 30)


class Bench:
    """The program under test and a temporary folder with a key in it."""

    def __init__(self, argv):
        self.pare = os.path.abspath(argv[1])
        self.source = pathlib.Path(argv[2]).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='pare-check-'))
        self.key = self.folder / 'key'
        self.key.touch(mode=0o600)
        self.key.write_bytes(MASTER_KEY)
        self.failures = 0
        self.checks = 0

    def data(self, name=''):
        """A file of the shared data, which is not part of the repository."""
        return self.source / '..' / 'shared' / 'data' / name

    def new_folder(self, name):
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def run(self, *arguments, stdin=None, timeout=120, cwd=None, environment=None):
        """Run pare; `stdin` is bytes, an open file, or None for nothing."""
        if stdin is None or isinstance(stdin, (bytes, bytearray)):
            feed = {'input': stdin or b''}
        else:
            feed = {'stdin': stdin}
        clean = {k: v for k, v in os.environ.items() if not k.startswith('PARE_') and k != 'CREDENTIALS_DIRECTORY'}
        clean.update(environment or {})
        return subprocess.run([self.pare, *map(str, arguments)], capture_output=True, timeout=timeout, cwd=cwd or self.folder,
                              env=clean, **feed)

    def expect(self, truth, what):
        self.checks += 1
        if not truth:
            self.failures += 1
            print('FAIL', what, flush=True)
        return bool(truth)

    def equal(self, got, want, what):
        return self.expect(got == want, '%s\n     got: %.600r\n    want: %.600r' % (what, got, want))

    def finish(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        print('%d checks, %d failures' % (self.checks, self.failures))
        sys.exit(1 if self.failures else 0)


def skip(why):
    print('skipped:', why)
    sys.exit(SKIPPED)


def gzipped(data, level=6):
    """One gzip member, the same bytes each time."""
    return gzip.compress(data, level, mtime=0)


def unpacked(data):
    """Decompressed by zlib, whatever the name: gzip is known by its first bytes."""
    if data[:2] != b'\x1f\x8b':
        return data
    whole = b''
    while data:
        member = zlib.decompressobj(wbits=31)
        whole += member.decompress(data) + member.flush()
        assert member.eof, 'a gzip member that does not end'
        data = member.unused_data
    return whole


def parsed(data, delimiter=','):
    """Header and rows of a dataset, read by Python's csv."""
    rows = list(csv.reader(io.StringIO(data.decode('utf-8'), newline=''), delimiter=delimiter, strict=True))
    return rows[0], rows[1:]


def stray_files(folder, allowed):
    """What stands in a folder besides what may."""
    return sorted(set(os.listdir(folder)) - set(allowed))


def shapes_of(text):
    """The forms under which a value might leak: as it is, other case, base64, hex, percent and JSON escapes."""
    raw = text.encode('utf-8')
    shapes = {raw, text.lower().encode(), text.upper().encode(), raw.hex().encode(), raw.hex().upper().encode(),
              urllib.parse.quote(text, safe='').encode(), base64.b64encode(raw).rstrip(b'='),
              base64.urlsafe_b64encode(raw).rstrip(b'='), base64.b32encode(raw).rstrip(b'='),
              base64.b32encode(raw).rstrip(b'=').lower(), json.dumps(text)[1:-1].encode()}
    for start in (1, 2):  # base64 of a text that does not begin at a multiple of three bytes
        inner = base64.b64encode(b'\0' * start + raw).rstrip(b'=')
        shapes.add(inner[4:-4])
    return {s for s in shapes if len(s) >= 6}
