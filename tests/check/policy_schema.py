"""The JSON Schema that the tables print, against the loader that reads by the same tables.

A policy that is right and some two hundred small mutations of it are judged twice: by `pare check` (JSON is YAML), and by the
schema through a validator of the few draft-07 keywords it uses. What the loader accepts the schema must accept; and where the
mutation adds a key that does not exist, takes one away that must be there, or gives another kind of value, both must refuse.
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

GOOD = {
    "pare": "1", "dataset": "d", "recipient": "r", "description": "x",
    "input": {"format": "csv", "delimiter": ";", "encoding": "utf-8", "header": True, "nulls": ["", "NULL"], "dates": ["%d/%m/%Y"]},
    "output": {"format": "tsv", "columns": ["a", "b"], "formulas": "quote"},
    "purposes": {"p": {"basis": "consent", "description": "y", "allowed_when": {"field": "c", "is": ["yes"]}},
                 "q": {"basis": "contract"}},
    "opt_outs": [{"file": "no.csv", "column": "email", "match": "e", "normalize": ["trim", "lower"], "purposes": "p",
                  "unreadable": "keep", "header": True},
                 {"file": "no.csv", "column": "digest", "match": "e", "digest": "sha256"}],
    "tiers": [{"field": "t", "allow": {"none": [], "some": "p", "all": ["p", "q"]}},
              {"file": "no.csv", "key": "email", "tier": "tier", "match": "e", "normalize": "email-1",
               "allow": {"full": ["p", "q"]}}],
    "retention": [{"field": "d", "keep": "24 months", "unreadable": "drop"}],
    "scan_released": {"find": ["email", "card"], "on_hit": "quarantine", "except": {"a": ["email"]}},
    "fields": {
        "a": {"category": "user", "for": ["p"], "do": "keep", "because": "z", "optional": True, "multiline": False},
        "b": [{"category": "user", "for": "q", "do": [{"normalize": ["trim"]}, {"truncate": 3}],
               "when": {"any": [{"field": "c", "present": True}, {"not": {"field": "d", "before": "2020-01-01"}}]}},
              {"category": "user", "for": "p", "do": {"mask": {"keep_last": 2}}}],
        "g": [{"category": "user", "for": "q", "do": {"truncate": 3},
               "when": {"all": [{"field": "c", "gpp": {"section": "usca", "sale": "not_opted_out", "sharing": "not_opted_out"}},
                                {"field": "d", "usp": {"sale": "not_opted_out"}}]}}],
        "e": {"do": "drop"}},
    "unlisted": "fail", "gates": {"max_quarantined": "0.1%", "min_records": 1},
    "tests": [{"given": {"a": "1", "c": "yes", "d": "01/01/9999"}, "expect": {"a": "1"}, "forbid": ["q"]}],
}
KINDS = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def is_kind(value, kind):
    if kind in ("number", "integer"):
        return isinstance(value, (int, float) if kind == "number" else int) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


def valid(value, schema, root):
    if "$ref" in schema:
        return valid(value, root["definitions"][schema["$ref"].split("/")[-1]], root)
    kinds = schema.get("type")
    if kinds is not None and not any(is_kind(value, k) for k in ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    if "enum" in schema and value not in schema["enum"] or "const" in schema and value != schema["const"]:
        return False
    if "oneOf" in schema and sum(valid(value, s, root) for s in schema["oneOf"]) != 1:
        return False
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        return False
    if isinstance(value, list):
        items = schema.get("items", {})
        return len(value) >= schema.get("minItems", 0) and all(valid(item, items, root) for item in value)
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
        return (set(schema.get("required", [])) <= set(value) and len(value) >= schema.get("minProperties", 0)
                and all(valid(v, known[k], root) if k in known else other if isinstance(other, bool) else valid(v, other, root)
                        for k, v in value.items()))
    return not is_kind(value, "number") or value >= schema.get("minimum", value)


def nodes(value, path=()):
    yield path, value
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from nodes(child, path + (key,))


def replaced(path, new):
    result = copy.deepcopy(GOOD)
    parent = result
    for key in path[:-1]:
        parent = parent[key]
    if new is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = new
    return result


def mutations():
    free = {("purposes",), ("fields",), ("tests", 0, "given"), ("tests", 0, "expect"),
            ("tiers", 0, "allow"), ("tiers", 1, "allow"), ("scan_released", "except")}  # any key may stand there
    for path, value in nodes(GOOD):
        if isinstance(value, dict) and path not in free:
            yield f"{path}: unknown key", replaced(path + ("no_such_key",), "x")
        if path:
            yield f"{path}: nested too deep", replaced(path, [[["x"]]])
            yield f"{path}: taken away", replaced(path, None)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    schema = json.loads(subprocess.run([program, "--generate", "schema"], capture_output=True, check=True).stdout)
    failed = count = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        policy = pathlib.Path(folder, "policy.json")
        pathlib.Path(folder, "no.csv").write_text(f"email,digest,tier\na@b.example,{'0' * 64},full\n", encoding="utf-8")
        for name, document in [("the good one", GOOD), *mutations()]:
            policy.write_text(json.dumps(document), encoding="utf-8")
            run = subprocess.run([program, "check", "-p", policy.name], cwd=folder, capture_output=True, timeout=60)
            loads, fits = run.returncode in (0, 1), valid(document, schema, schema)  # 1: only the policy's own tests failed
            count, refused = count + 1, refused + (not loads)
            must_agree = count == 1 or not name.endswith("taken away")
            if loads and not fits or must_agree and loads != fits or count == 1 and not loads:
                failed += 1
                print(f"--- {name}: loader {'accepts' if loads else 'refuses'}, schema {'accepts' if fits else 'refuses'}")
                print((run.stdout + run.stderr).decode()[:600])
    print(f"{count} policies, {refused} refused, {failed} failed")
    return 1 if failed or refused < 50 else 0


sys.exit(main())
