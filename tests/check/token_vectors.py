"""Recompute every vector of docs/TOKENS.md from the standards, with Python's hmac, hashlib and base64, and the ciphers of
tests/support/ciphers.py, which first recompute their standards' examples.

What is written there is frozen: a change of this outcome is a change of everybody's tokens. Nothing here asks the
program; token_program.py holds the program against the same page.

usage: token_vectors.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import base64
import hashlib
import hmac
import json
import os
import re
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import ciphers
import pseudonyms


def hmac_sha256(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(key, salt, info, length):
    """RFC 5869: extract, then expand."""
    pseudorandom = hmac_sha256(salt, key)
    output, block = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac_sha256(pseudorandom, block + info + bytes([counter]))
        output += block
    return output[:length]


def info_of(method, recipient, domain, epoch):
    texts = [text.encode("utf-8") for text in (method, recipient, domain, epoch)]
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


def working_key(master, use, length):
    return hkdf(master, b"pare/1", info_of(*use), length)


# White_Space of PropList.txt; str.strip() would also take U+001C to U+001F.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


def decimal_digits(text):
    return "".join(str(unicodedata.decimal(c)) for c in text if unicodedata.decimal(c, None) is not None)


def phone_1(text):
    text = text.strip(WHITE_SPACE)
    zeros = text.startswith("00")
    if not (zeros or text.startswith(("+", "\uff0b"))):
        return decimal_digits(text)
    digits = decimal_digits((text[2:] if zeros else text).replace("(0)", ""))
    return "+" + digits if digits else ""


FORMS = {
    "trim": lambda text: text.strip(WHITE_SPACE),
    "lower": str.lower,
    "upper": str.upper,
    "nfc": lambda text: unicodedata.normalize("NFC", text),
    "nfkc": lambda text: unicodedata.normalize("NFKC", text),
    "digits": decimal_digits,
    "collapse_space": lambda text: re.sub(f"[{WHITE_SPACE}]+", " ", text),
    "email-1": lambda text: FORMS["nfc"](FORMS["lower"](FORMS["trim"](text))),
    "phone-1": phone_1,
}


def encode(encoding, octets):
    if encoding == "base32":
        return base64.b32encode(octets).decode().rstrip("=").lower()
    if encoding == "hex":
        return octets.hex()
    assert encoding == "base64url", encoding
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def normalize(row):
    normalized = row["value"]
    for name in filter(None, (part.strip() for part in row["normalize"].split(","))):
        normalized = FORMS[name](normalized)
    return normalized


def pseudonym(master, row):
    method, recipient, domain = row["method"], row["recipient"], row["domain"]
    key = working_key(master, (method, recipient, domain, row["epoch"]), pseudonyms.KEY_BYTES[method])
    more = {name: text.strip("'") for name, text in re.findall(r"(\w+): ('[^']*'|[^,]+)", row["more"])}
    return pseudonyms.pseudonym(method, key, recipient, domain, normalize(row), **more)


def token(master, row):
    normalized = normalize(row)
    key = working_key(master, ("hmac", row["recipient"], row["domain"], row["epoch"]), 32)
    octets = hmac_sha256(key, normalized.encode("utf-8"))[: int(row["bits"]) // 8]
    return row["prefix"] + encode(row["encoding"], octets)


def cell(text):
    """`code` is its content, "a JSON string" its value, a lone dash the empty text."""
    text = text.strip()
    if text == "-":
        return ""
    text = text[1:-1] if text.startswith("`") and text.endswith("`") else text
    return json.loads(text) if text.startswith('"') else text


def tables(lines):
    """Each table as a list of rows, by the names in its head."""
    head = None
    for line in lines:
        if not line.startswith("|"):
            head = None
            continue
        cells = line.strip().strip("|").split("|")
        if head is None:
            head = [part.strip() for part in cells]
            yield head, []
        elif not set(line) <= set("|- :\n"):
            assert len(cells) == len(head), f"a row with {len(cells)} cells: {line}"
            yield head, [dict(zip(head, map(cell, cells)))]


def main():
    path = os.path.join(sys.argv[2], "docs", "TOKENS.md")
    with open(path, encoding="utf-8") as document:
        text = document.read()
    rows = [row for _, found in tables(text.splitlines()) for row in found]
    keys = {row["key"]: bytes.fromhex(row["key bytes"]) for row in rows if "key bytes" in row}
    published = re.search(r'^    (pare: .*)$', text, re.M).group(1).encode("ascii")
    ciphers.self_test()
    counts = {"info": 0, "working key": 0, "token": 0, "pseudonym": 0, "fingerprint": 0}
    wrong = []

    def compare(kind, row, computed):
        counts[kind] += 1
        if row[kind] != computed:
            wrong.append(f"{kind}: written {row[kind]}, computed {computed}, in {row}")

    if keys.get("published") != published or len(published) != 32:
        wrong.append("the published key's text and bytes differ, or are not 32 bytes")
    for row in rows:
        master = keys.get(row.get("key"), b"")
        if "fingerprint" in row:
            compare("fingerprint", row, working_key(master, ("fingerprint", "", "", ""), 32)[:8].hex())
        elif "info" in row:
            compare("info", row, info_of(row["method"], row["recipient"], row["domain"], row["epoch"]).hex())
        elif "working key" in row:
            use = (row["method"], row["recipient"], row["domain"], row["epoch"])
            compare("working key", row, working_key(master, use, int(row["bytes"])).hex())
        elif "token" in row:
            compare("token", row, token(master, row))
        elif "pseudonym" in row:
            compare("pseudonym", row, pseudonym(master, row))
    for line in wrong:
        print(line)
    print(", ".join(f"{count} of {kind}" for kind, count in counts.items()))
    enough = counts["token"] >= 6 and all(counts.values())
    return 0 if enough and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
