#!/usr/bin/env python3
"""Write the seed corpus of the fuzz targets into fixtures/corpus: small inputs made by hand, one idea each.

The same bytes every time: `python3 tests/fuzz/make_corpus.py && git diff --exit-code fixtures/corpus`.
"""
import gzip
import io
import json
import pathlib
import re
import struct
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "corpus"


def write(target, name, data):
    path = ROOT / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def member(data, level=6):
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=level) as stream:
        stream.write(data)
    return out.getvalue()


def csv_seeds():
    # the first byte says how many columns (1 + byte % 4) the target expects
    rows = {
        "plain": b"\x01a,b\nc,d\n", "crlf": b"\x01a,b\r\nc,d\r\n", "mixed-ends": b"\x01a,b\r\nc,d\ne,f",
        "quoted": b'\x01"a,1","b\n2"\nc,d\n', "doubled": b'\x01"a""b","""x"""\nc,d\n', "empty-quoted": b'\x01"",""\n,\n',
        "unterminated": b'\x01"a,b\nc,d\n', "stray-quote": b'\x01a"b,c\n', "behind-quote": b'\x01"a"b,c\n',
        "ragged-short": b"\x02a,b,c\nd,e\n", "ragged-long": b"\x00a\nb,c\n", "nul": b"\x01a,\x00\n",
        "bare-cr": b"\x01a,b\rc,d\n", "cr-at-end": b"\x01a,b\r", "bad-utf8": b"\x01a,\xff\n", "cut-utf8": b"\x00" + b"a" * 62 + b"\xc3",
        "utf8-over-block": b"\x00" + b"a" * 63 + "é".encode() + b"\n", "blank-lines": b"\x00a\n\n\nb\n", "quote-at-63": b"\x00" + b"a" * 62 + b'\n"x"\n',
        "long-field": b"\x00" + b"x" * 1200 + b"\n", "four-columns": b"\x03" + b"1,2,3,4\n" * 40,
    }
    for name, data in rows.items():
        write("csv", name, data)
        write("cross", name, data)
        write("lenient", name, data[1:].replace(b",", b";"))


def gzip_seeds():
    text = b"id,name\n1,Ann\n2,Bob\n"
    whole = member(text)
    seeds = {
        "one": whole, "two": whole + member(b"3,Cid\n"), "empty-member": member(b""), "padding": whole + b"\0" * 16,
        "garbage": whole + b"more", "cut": whole[:-3], "bad-crc": whole[:-8] + b"\0\0\0\0" + whole[-4:],
        "bad-length": whole[:-4] + struct.pack("<I", 7), "zlib": zlib.compress(text), "zlib-behind": zlib.compress(text) + b"x",
        "stored": member(text, 0), "raw": zlib.compress(text)[2:-4], "header-only": whole[:10],
        "all-flags": b"\x1f\x8b\x08\x1e\0\0\0\0\0\xff\x02\0ab" + b"name\0" + b"comment\0" + b"\0\0" + whole[10:],
        # found by the fuzzer: ISA-L reads it, zlib does not
        "incomplete-codes": bytes.fromhex("1f8b0800000000000023edc2310d00000002a0421ef64f670e37515100000000000000000000000000000000"),
        "reserved-flag": whole[:3] + b"\x20" + whole[4:], "repetitive": member(b"0," * 5000),
    }
    # the first byte: 1 zlib, 0 gzip; 2: what follows is deflate data that the target puts a right frame around
    for name, data in seeds.items():
        write("gzip", name, bytes([data[:1] == b"\x78"]) + data)
    for level in (0, 1, 9):
        for zlib_wrapped in (0, 1):
            deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
            raw = deflate.compress(text * 9 + bytes(range(256))) + deflate.flush()
            write("gzip", f"framed-{level}-{zlib_wrapped}", bytes([2 | zlib_wrapped]) + raw)


def transcode_seeds():
    text = "é,ß,€\n1,2,3\n"
    seeds = {
        "utf8": text.encode(), "utf8-bom": b"\xef\xbb\xbf" + text.encode(), "latin1": "é,ß\n".encode("latin-1"),
        "windows1252": text.encode("cp1252"), "undefined-1252": b"a\x81b\n", "utf16le": b"\xff\xfe" + text.encode("utf-16-le"),
        "utf16be": b"\xfe\xff" + text.encode("utf-16-be"), "surrogates": "😀\n".encode("utf-16-le"),
        "lone-surrogate": b"\xff\xfe\x00\xd8a\x00", "odd-length": b"\xff\xfea\x00b", "cut-bom": b"\xef\xbb",
    }
    kinds = {"utf8": 0, "latin": 1, "windows": 2, "undefined": 2}
    for name, data in seeds.items():  # the first byte: which encoding (pare_encoding)
        kind = next((number for start, number in kinds.items() if name.startswith(start)), 3)
        write("transcode", name, bytes([kind]) + data)
        write("utf8", name, data)


def policy_seeds():
    head = "pare: 1\ndataset: d\nrecipient: r\npurposes:\n  p: {description: x, basis: contract}\n"
    seeds = {
        "smallest": head + "fields:\n  a: {category: user, for: p, do: keep}\n",
        "chain": head + "fields:\n  a:\n    category: user\n    for: [p]\n    do:\n      - normalize: [trim, lower]\n      - redact: {find: [email, phone]}\n      - truncate: 20\n",
        "when": head + "fields:\n  a:\n    - {category: user, for: p, when: {all: [{field: b, is: x}, {not: {field: c, matches: '^1'}}]}, do: {mask: {keep_last: 2}}}\n    - {category: user, for: p, do: drop}\n",
        "retention": head + "retention: [{field: b, keep: 24 months, unreadable: keep}]\nfields:\n  a: {category: user, for: p, do: {generalize: {date: year}}}\n",
        "tests": head + "fields:\n  a: {category: user, for: p, do: {truncate: 1}}\ntests:\n  - given: {a: xyz}\n    expect: {a: x}\n    forbid: [yz]\n",
        "tokens": head + "fields:\n  a: {category: user.unique_id, for: p, do: {pseudonymize: {domain: d, encoding: hex, bits: 96, prefix: t_}}}\n",
        "globs": head + "fields:\n  'a*': {category: user, for: p, do: keep}\n  /^b/: {category: user, for: p, do: suppress}\n  '#3': {do: drop}\n",
        "scan": head + "scan_released: {find: [core, card], on_hit: quarantine, except: {a: [ipv4], 'b*': email}}\noutput: {formulas: quote}\nfields:\n  a: {category: user, for: p, do: keep}\n  'b*': {category: user, for: p, do: keep}\n",
        "scan-short": head + "scan_released: email\noutput: {formulas: refuse}\nfields:\n  a: {category: user, for: p, do: {replace: {map: {x: y}, otherwise: keep}}}\n",
        "lists": head + "opt_outs: [{file: list.csv, column: a, match: b, normalize: [trim, lower], purposes: [p]}]\ntiers: {file: t.csv, key: a, match: d, tier: b, allow: {x: [p], sharing: []}}\n"
                 "fields:\n  a: {category: user, for: p, do: {replace: {map_file: x.csv, otherwise: keep}}}\n  b: {category: user, for: p, do: {generalize: {hierarchy: {file: h.csv, level: 1}}}}\n",
        "input": head + "input: {format: tsv, encoding: windows-1252, header: false, columns: [a, b], nulls: ['', '-'], lenient: true}\noutput: {format: csv, columns: [b, a]}\n"
                 "gates: {max_quarantined: 0.1%, min_records: 1}\nunlisted: fail\nfields:\n  a: {category: user, for: p, do: keep, because: x, as: z}\n  b: {category: user, for: p, multiline: true, do: {round: 10}}\n",
        "steps": head + "fields:\n  a: {category: user, for: p, do: {shift: {days: 3, by: b}}}\n  b: {category: user, for: p, do: {noise: {laplace: 2.5, by: c}}}\n"
                 "  c: {category: user, for: p, do: [{normalize: [trim]}, {extract: {regex: '^(.)', group: 1}}, {replace: {map: {x: y}, otherwise: suppress}}]}\n"
                 "  d: {category: user, for: p, do: {pseudonymize: {method: ff1, alphabet: digits, unfit: suppress, rotate: monthly}}}\n"
                 "  e: {category: user, for: p, do: {generalize: {number: {bins: [0, 18, 65], as: range}}}}\n",
        "allow": head + "fields:\n  a: {category: user, for: p, do: keep} # pare: allow PR092 -- because\n",
        "anchor": "a: &x 1\nb: *x\n", "tag": "a: !!int 1\n", "duplicate": "pare: 1\npare: 1\n", "deep": "[" * 200,
        "unknown": head + "feilds: {}\n", "later": head + "opt_outs: []\nfields: {a: {category: user, for: p, do: {shift: {days: 3}}}}\n",
        "tab": "pare:\t1\n\tx: y\n", "bad-utf8": "pare: \udcff\n", "two-documents": "pare: 1\n---\npare: 1\n", "empty": "",
    }
    for name, text in seeds.items():
        write("policy", name + ".yaml", text.encode("utf-8", "surrogateescape"))
        write("yaml", name + ".yaml", text.encode("utf-8", "surrogateescape"))


def steps_seeds():
    seeds = {
        "usual": b"ann,x,2026-03-01,secret,ann@example.com,192.0.2.77\nno,bob,2020-01-01,secret,x,2001:db8::1\n",
        "numbers": b"3,17.25,2026-01-01T10:00:00Z,d,a@b,::ffff:192.0.2.1\n3,-0.3,,d,,1.2.3\n",
        "text": b'yes,"mail ann@example.com or call 07700 900123, card 4111 1111 1111 1111, DE89 3704 0044 0532 0130 00",2026-03-30,d,e,f\n',
        "quotes": b'"a ""b"" c",b,"2026-03-01",d,"""x""@y",f\n', "unicode": "ＡＢＣ\u200b,ﬁ,2026-03-01,d,É@ß,f\n".encode(),
        "persons": b"7,s,2024-02-29T23:59:60.25Z,d,e,f\n7,t,29 February 2024 09:05 pm,d,e,7\n7,t,68366,d,e,7\n,t,01.01.0001,d,e,7\n"
                   b"7,n,x,d,e,-12.5\nNULL,n,x,d,e,1\n7,r,x,d,e,0.375\n7,g,x,d,e,\"48.85837, -2.294481\"\n7,z,x,d,e,03601-0001\n",
        "nulls": b'NULL,NULL,NULL,NULL,NULL,NULL\n"","","","","",""\n',
    }
    for name, data in seeds.items():
        write("steps", name, data)


def released_seeds():
    # the first byte says what becomes of formulas and of refused records
    rows = {
        "found": b'mail ann@example.com,4111 1111 1111 1111,see ann@example.com or 10.0.0.1,+44 7700 900123,x\nplain,text,here,12345678,y\n',
        "disguised": "４１１１１１１１１１１１１１１１,a\u200bnn@example.com,ann&#64;example.com,a,http://x.example\n".encode(),
        "formulas": b'=1+1,+1+1,-1+1,@A1,"\t=1"\n-5,+49 30 123456,-,\'=1,\'\'=2\n',
        "wide": "＝1,\u00a0=1,\ufeff@x,\u30001,＋1\n".encode(), "quotes": b'"=""1""","""=1","\'","+** **89","a""b"\n',
        "ff1": b"a,b,c,+49 30 1234567 ann@example.com,x\na,b,c,1,x\na,b,c,=12345678,x\n", "nulls": b',"",,"",\n' * 70,
    }
    for name, data in rows.items():
        for kind in range(4):
            write("released", f"{name}-{kind}", bytes([kind]) + data)


def regex_seeds():
    # options (1 caseless, 2 whole), the expression, a zero byte, the subject
    seeds = {
        "email": b"\x00" rb"[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,253}\.[a-z]{2,24}" + b"\0mail bob.x+y@example.org now",
        "card": b"\x00" rb"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)" + b"\0pay 4111 1111 1111 1111.", "caseless": b"\x01stra(ss|\xc3\x9f)e\0STRASSE",
        "whole": b"\x02^a+$\0aaaa", "nested": b"\x00^(a+)+$\0aaaaaaaaaaaaaaaaaaaaaaaaaaab", "classes": b"\x00" rb"[\w\s[:punct:]\x{e9}-\x{ff}]+" + b"\0a b\xc3\xa9!",
        "look": b"\x00(?<=a)b(?=c)(?!d)\0abc", "named": b"\x00(?<y>\\d{4})-(?P=y)\0 1984-1984", "reset": b"\x00foo\\Kbar\0foobar",
        "property": b"\x00" rb"\p{L}+\p{Nd}*" + "\0Größe٣".encode(), "verbs": b"\x00(*UCP)(*LIMIT_MATCH=9)a(*SKIP)b|.\0ac", "empty": b"\x00\0",
        "bad": b"\x00a(\0b", "recursion": b"\x00(\\((?:[^()]|(?1))*\\))\0(a(b)c)", "conditional": b"\x00(a)?(?(1)b|c)\0ab", "bad-utf8": b"\x00a\0\xff",
        "unicode": "\0é|ß\0aéb".encode(), "atomic": b"\x00(?>a+)b++c*?\0aabbcc", "back": b"\x00(.)\\1{2,}\0xaaab", "dollar": b"\x00a$\0a\n",
    }
    for name, data in seeds.items():
        write("regex", name, data)


def manifest_seeds():
    # the first byte: 0 a document to read, 1 the names of columns
    fields = {"name": "id", "type": "string", "description": "d"}
    manifest = {
        "name": "x", "resources": [{"name": "x", "path": "out.csv", "type": "table", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
                                    "compression": "gz", "bytes": 17, "hash": "sha256:" + "0f" * 32, "dialect": {"header": True, "delimiter": ","},
                                    "schema": {"fields": [fields], "missingValues": [""]}}],
        "pare": {"version": "0.1.0", "policy": {"sha256": "0f" * 32}, "inputs": [{"name": "in.csv", "kind": "plain", "bytes": 9, "sha256": "0f" * 32}],
                 "counts": {"read": 3, "written": 1, "dropped": {"retention": 1, "no_date": 0, "no_purpose": 0, "opted_out": 0}, "quarantined": 1,
                            "quarantined_by": {"BR01": 1}},
                 "fields": [{"name": "id", "steps": ["keep"], "counts": {"released": 1, "suppressed": 0, "null": 0, "unreadable": 0}}]},
    }
    text = json.dumps(manifest, separators=(",", ":"))
    seeds = {
        "manifest": text, "sums": text.replace('"read":3', '"read":4'), "indented": json.dumps(manifest, indent=2), "no-column": text.replace('"fields":[{', '"fields":[[{'),
        "escapes": r'["\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"]', "lone": r'["\ud800"]', "nul": r'["\u0000"]', "twice": '{"a":1,"\\u0061":2}', "large": "[18446744073709551615,18446744073709551616]",
        "deep": "[" * 16 + "]" * 16, "deeper": "[" * 17 + "]" * 17, "fraction": "[1.5]", "zero": "[00]", "null": "[null]", "behind": "{} x", "words": "[true,false]", "blank": " \t\r\n{}\n",
    }
    for name, data in seeds.items():
        write("manifest", name, b"\0" + data.encode())
    for name, data in {"names": "id\nE-Mail\n\n\"q\"", "one": "", "odd": "é\u202e\n\x7f\n\\u0000\n</script>", "twice": "a\na"}.items():
        write("manifest", "header-" + name, b"\1" + data.encode())


def step_seeds():
    # the number of the chain (fuzz_step.c), the value, FF, the person
    values = ["4111 1111 1111 1111", "Jos\u00e9 Garc\u00eda", "1984-02-11T14:30:00.25Z", "11 February 1984 02:30 pm", "84042", "11.02.1984", "37", "-12.50", "0012345678901234567890.5",
              "192.0.2.77", "2001:db8:1::3", "::ffff:192.0.2.1", "48.85837, -2.294481", "02138-0001", "DE89 3704 0044 0532 0130 00", "ann.lee+x@example.org, call 07700 900123",
              "Ann Lee's note: see https://example.org/?a=1", "\uff14\uff11\uff11\uff11 \u0663 \ufb01 \u1e9e", "+44 (0)20 7946 0958", "f", " \t\u00a0x ", "a\nb \"q\""]
    for number, value in enumerate(values):
        for chain in (number, number + 17, number + 34):
            write("step", f"{chain:02}-{number:02}", bytes([chain]) + value.encode() + b"\xffAnna")


def run_seeds():
    # policy, options (1 drop, 2 quarantine, 4 and 8 threads, 0x20 gzip in, 0x40 second parser, 0x80 gzip out), read size, records
    rows = b"CANARY-1,Ann,\"a, \"\"b\"\"\",yes,no,CANARY-x\nCANARY-2,2026-03-01,plain,1,,CANARY-y\r\n37,2020-01-01,\"two\nlines\",no,,CANARY-z\nid,n,-,,yes,z\n"
    bad = rows + b"1,2,3\n1,\"a\"b,3,4,5,6\n9,9,\xff,yes,no,9\n" + rows
    for number in range(6):
        for name, options, size, data in [("good", 0, 0, rows), ("gzip", 0xA4, 7, rows), ("bad-abort", 8, 1, bad), ("bad-drop", 1, 3, bad),
                                          ("bad-quarantine", 0xE6, 16, bad), ("open-quote", 0x41, 2, rows + b'"')]:
            write("run", f"{number}-{name}", bytes([number, options, size]) + data)


def detect_seeds():
    # which detector (fuzz_detect.c counts through the packs), and a text: an example of every third one, as its pack has it
    root = pathlib.Path(__file__).resolve().parents[2] / "rules" / "packs"
    number, wanted = -1, False
    for pack in sorted(root.glob("*.yaml")):
        inside = False
        for line in pack.read_text().splitlines():
            inside = inside or line == "detectors:"
            if inside and re.fullmatch(r"  \w+:", line):
                name, number, wanted = line.strip(" :"), number + 1, False
            wanted = wanted or (line.strip() == "matches:" and number % 3 == 0)
            example = re.fullmatch(r"      - '(.*)'", line)
            if wanted and example:
                text = example.group(1).replace("<<", "").replace(">>", "").replace("''", "'")
                write("detect", name, bytes([number]) + text.encode())
                wanted = False


for make in (detect_seeds, run_seeds, step_seeds, manifest_seeds, regex_seeds, csv_seeds, gzip_seeds, transcode_seeds, policy_seeds, steps_seeds, released_seeds):
    make()
