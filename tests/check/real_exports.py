"""Real exports through policies that a data engineer would write, held against an independent calculation.

Each export runs plain and gzip, by file and by pipe, to plain and gzip outputs. All of these must be the same bytes once
decompressed, and equal record by record what the script in tests/oracle/exports computes. The counts of the manifest are
held against the script's as well.
"""
import importlib
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(sys.argv[2]) / 'tests'))
from oracle.calc import fingerprint  # noqa: E402
from oracle.run import Bench, gzipped, parsed, skip, stray_files, unpacked  # noqa: E402


def read_export(path, script):
    import csv
    import io
    text = path.read_bytes().decode(getattr(script, 'ENCODING', 'utf-8-sig'))
    rows = csv.reader(io.StringIO(text, newline=''), delimiter=getattr(script, 'READ', ','), strict=True)
    header = next(rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def calculated(bench, script):
    """What the dataset must hold, and the counts."""
    rows, counts = [], {}
    for name in script.INPUTS:
        for record in read_export(bench.data(name), script):
            outcome = script.record(record)
            if isinstance(outcome, str):
                counts[outcome] = counts.get(outcome, 0) + 1
            else:
                counts['written'] = counts.get('written', 0) + 1
                rows.append(['' if value is None else value for value in outcome])
            counts['read'] = counts.get('read', 0) + 1
    return rows, counts


def compare(bench, script, data):
    header, rows = parsed(data, getattr(script, 'WRITE', ','))
    wanted, counts = calculated(bench, script)
    bench.equal(header, script.HEADER, script.POLICY + ': header')
    bench.equal(len(rows), len(wanted), script.POLICY + ': number of records')
    wrong = [(i, g, w) for i, (g, w) in enumerate(zip(rows, wanted), 1) if g != w]
    for i, got, want in wrong[:3]:
        for name, g, w in zip(script.HEADER, got, want):
            if g != w:
                print('     record %d, %s: got %r, want %r' % (i, name, g, w))
    bench.expect(not wrong, '%s: %d of %d records differ' % (script.POLICY, len(wrong), len(wanted)))
    return counts


def compare_counts(bench, script, counts, manifest):
    section = manifest['pare']
    got = section['counts']
    dropped = got['dropped']
    bench.equal(got['read'], counts['read'], script.POLICY + ': read')
    bench.equal(got['written'], counts.get('written', 0), script.POLICY + ': written')
    bench.equal(dropped.get('retention', 0), counts.get('retention', 0), script.POLICY + ': dropped by retention')
    bench.equal(dropped.get('no_purpose', 0), counts.get('no_purpose', 0), script.POLICY + ': dropped for want of a purpose')
    bench.equal(dropped.get('no_date', 0), counts.get('no_date', 0), script.POLICY + ': dropped for want of a date')
    for field in section['fields']:
        n = field['counts']
        bench.equal(n['released'] + n['suppressed'] + n['null'] + n['unreadable'], got['written'],
                    '%s: figures of %s add up' % (script.POLICY, field.get('name')))


def variants(bench, script):
    """Every way in and out; yields (name, decompressed output, manifest or None)."""
    folder = bench.new_folder(script.POLICY)
    policy = bench.source / 'tests/cases/exports' / script.POLICY / 'policy.yaml'
    common = ['run', '-p', policy, '--key-file', bench.key, '--as-of', script.AS_OF.isoformat(), '--quiet']
    plain = [bench.data(name) for name in script.INPUTS]
    packed = []
    for path in plain:
        packed.append(folder / (path.name + '.gz'))
        packed[-1].write_bytes(gzipped(path.read_bytes()))
    for kind, inputs in (('plain', plain), ('gzip', packed)):
        for way in ('file', 'pipe'):
            if way == 'pipe' and len(inputs) > 1:
                continue
            for target in ('out.csv', 'out.csv.gz', '-'):
                name = '%s: %s by %s to %s' % (script.POLICY, kind, way, target)
                out = bench.new_folder(script.POLICY + '/out')
                arguments = common + (['-o', out / target] if target != '-' else ['-o', '-'])
                if way == 'file':
                    ran = bench.run(*arguments, *inputs)
                else:
                    ran = bench.run(*arguments, '-', stdin=inputs[0].read_bytes())
                if not bench.equal((ran.returncode, ran.stderr), (0, b''), name):
                    continue
                manifest = None
                if target == '-':
                    data = ran.stdout
                else:
                    data = (out / target).read_bytes()
                    bench.equal(data[:2] == b'\x1f\x8b', target.endswith('.gz'), name + ': compressed by its name')
                    beside = target + '.datapackage.json'
                    bench.equal(stray_files(out, [target, beside]), [], name + ': nothing else is left')
                    manifest = json.loads((out / beside).read_bytes())
                yield name, unpacked(data), manifest


def main():
    bench = Bench(sys.argv)
    if not bench.data('exports').is_dir():
        skip('the shared exports are not here')
    scripts = sorted((bench.source / 'tests/oracle/exports').glob('*.py'))
    only = os.environ.get('ONLY')
    for path in scripts:
        script = importlib.import_module('oracle.exports.' + path.stem)
        if only and only not in script.POLICY:
            continue
        at = ['-p', bench.source / 'tests/cases/exports' / script.POLICY / 'policy.yaml', '--as-of', script.AS_OF.isoformat()]
        checked = bench.run('check', *at)
        bench.expect(checked.returncode == 0, '%s: check\n%s' % (script.POLICY, (checked.stdout + checked.stderr).decode()))
        tested = bench.run('test', *at)
        bench.expect(tested.returncode == 0, '%s: test\n%s' % (script.POLICY, (tested.stdout + tested.stderr).decode()))
        first = None
        for name, data, manifest in variants(bench, script):
            if first is None:
                first = data
                counts = compare(bench, script, data)
            bench.expect(data == first, name + ': the same bytes as the other ways')
            if manifest is not None:
                compare_counts(bench, script, counts, manifest)
                keyed = any('pseudonymize' in field['steps'] for field in manifest['pare']['fields'])
                bench.equal(manifest['pare'].get('key_fingerprint'), fingerprint() if keyed else None,
                            name + ': the fingerprint of the key')
        bench.expect(first is not None, script.POLICY + ': no way worked')
    bench.finish()


main()
