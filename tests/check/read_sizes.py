"""The dataset and its manifest do not depend on how many bytes are read at a time, on threads, on the codec, or on vectors."""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.run import Bench, gzipped, unpacked  # noqa: E402

SIZES = [1, 2, 3, 5, 7, 64, 4095, 4096, 4097, 65535, 65537]

POLICY = b'''pare: 1
dataset: sizes
recipient: tester
output: {formulas: keep}
purposes:
  p:
    description: d
    basis: contract
    allowed_when: {field: ok, is: ["yes"]}
fields:
  id: {category: user.unique_id, for: [p], do: {pseudonymize: {domain: id}}}
  note: {category: user.content, for: [p], multiline: true, do: {redact: {find: [email, phone, card]}}}
  raw: {category: user.content, for: [p], multiline: true, do: keep}
  short: {category: user.content, for: [p], multiline: true, do: [{truncate: 3}]}
  ok: {do: drop}
'''


def export(records):
    """Quoted line breaks, doubled quotes, characters of every length; lines from empty to long; CRLF and LF."""
    dice = random.Random(20)
    pieces = ['x', 'é', '€', '😀', ' ', '""', '\n', '\r\n', ',', 'mail a.b@example.com now', 'call +49 30 1234567',
              'word ' * 7, 'z' * 63]
    out = ['id,note,raw,short,ok\r\n']
    for number in range(records):
        def field():
            return '"' + ''.join(dice.choice(pieces) for _ in range(dice.randrange(9))) + '"'
        out.append('%d,%s,%s,%s,%s%s' % (number, field(), field(), field(), dice.choice(['yes', 'no', 'yes']),
                                         dice.choice(['\n', '\r\n'])))
    return ''.join(out).encode()


def main():
    bench = Bench(sys.argv)
    for records, sizes in ((60, SIZES), (12000, SIZES[5:])):
        data = export(records)
        folder = bench.new_folder('sizes')
        (folder / 'policy.yaml').write_bytes(POLICY)
        (folder / 'plain').write_bytes(data)
        half = data.index(b'\n', len(data) // 2) - 3
        (folder / 'gzip').write_bytes(gzipped(data[:half]) + gzipped(data[half:], 1))
        for source in ('plain', 'gzip'):
            first = None
            ways = [['--read-bytes', n, '--threads', t] for n in sizes for t in (1, 2, 4)]
            ways += [['--threads', t] for t in (1, 2, 3, 4, 8)] + [['--portable', '--threads', t] for t in (1, 2)]
            for way in ways:
                name = '%d records, %s, %s' % (records, source, ' '.join(map(str, way)))
                target = 'out.csv' if source == 'plain' else 'out.csv.gz'
                ran = bench.run('run', '-p', 'policy.yaml', '--key-file', bench.key, '--as-of', '2024-01-01', '-q', '-o', target,
                                *way, source, cwd=folder)
                if not bench.equal((ran.returncode, ran.stderr), (0, b''), name):
                    continue
                out = unpacked((folder / target).read_bytes())
                manifest = (folder / (target + '.datapackage.json')).read_bytes()
                if '--portable' in way and source == 'gzip':
                    manifest = None  # another codec may pack it into other bytes, and their digest with them
                if first is None:
                    first = (out, manifest)
                    bench.expect(out.count(b'\n') > records // 2, name + ': records came out')
                bench.expect(out == first[0], name + ': the same dataset')
                bench.expect(manifest in (None, first[1]), name + ': the same manifest')
    bench.finish()


main()
