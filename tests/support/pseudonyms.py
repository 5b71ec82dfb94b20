"""The reversible methods of `pseudonymize` as docs/TOKENS.md describes them, on top of ciphers.py and Python's re."""
import base64
import ipaddress
import re

import ciphers

DIGITS, UPPER, LOWER = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
ALPHABETS = {"digits": DIGITS, "lower": LOWER, "upper": UPPER, "alnum": DIGITS + UPPER, "base62": DIGITS + UPPER + LOWER}
KEY_BYTES = {"ff1": 32, "siv": 64, "ip": 32}


def luhn(text):
    digits = [int(c) for c in text if c in DIGITS]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def iban(text):
    symbols = [c for c in text if c.isascii() and c.isalnum()]
    number = "".join(str(int(c, 36)) for c in symbols[4:] + symbols[:4])
    check = "".join(symbols[2:4])
    return symbols[0].isalpha() and symbols[1].isalpha() and check.isdigit() and 2 <= int(check) <= 98 and int(number) % 97 == 1


def encrypted_places(text, alphabet, segments):
    """Which characters of the text are encrypted; None where it has not the form of `segments`."""
    kept = set()
    if segments:
        match = re.compile(segments).fullmatch(text)
        if match is None:
            return None
        for name in match.groupdict():
            if name.startswith("keep"):
                kept.update(range(*match.span(name)))
    return [i for i, c in enumerate(text) if c in alphabet and i not in kept]


def ff1_pseudonym(key, domain, text, alphabet="digits", segments="", check_digit="none", decrypt=False):
    """None: unfit."""
    alphabet = ALPHABETS.get(alphabet, alphabet)
    valid = {"none": lambda text: True, "luhn": luhn, "iban": iban}[check_digit]
    places = encrypted_places(text, alphabet, segments)
    if places is None or len(alphabet) ** len(places) < 1000000 or not valid(text):
        return None
    while True:
        numerals = ciphers.ff1(key, domain.encode(), len(alphabet), [alphabet.index(text[i]) for i in places], decrypt)
        characters = list(text)
        for place, numeral in zip(places, numerals):
            characters[place] = alphabet[numeral]
        text = "".join(characters)
        if encrypted_places(text, alphabet, segments) == places and valid(text):
            return text


def siv_pseudonym(key, recipient, domain, text, prefix=""):
    sealed = ciphers.siv_encrypt(key, [recipient.encode(), domain.encode()], text.encode())
    return prefix + base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def ip_pseudonym(key, text):
    address = ipaddress.ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return "::ffff:" + str(ipaddress.ip_address(ciphers.pfx_encrypt(key, mapped.packed)))
    return str(ipaddress.ip_address(ciphers.pfx_encrypt(key, address.packed)))


def pseudonym(method, key, recipient, domain, text, **more):
    if method == "ff1":
        return ff1_pseudonym(key, domain, text, **more)
    return siv_pseudonym(key, recipient, domain, text, **more) if method == "siv" else ip_pseudonym(key, text)
