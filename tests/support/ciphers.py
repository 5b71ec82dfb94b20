"""Ciphers by the book, in Python's standard library alone, to hold the program's against: AES (FIPS 197), CMAC (RFC 4493),
SIV (RFC 5297), FF1 (NIST SP 800-38G) and ipcrypt-pfx (draft-denis-ipcrypt). Slow, and written from the standards' own
formulas: nothing here is taken from the program. `python3 ciphers.py` runs their published examples."""


def _times(a, b):
    """Multiplication in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _make_sbox():
    """FIPS 197 section 5.1.1: the inverse, then the affine map."""
    box = []
    for value in range(256):
        inverse = next((x for x in range(256) if _times(value, x) == 1), 0)
        bits = [(inverse >> i) & 1 for i in range(8)]
        out = 0
        for i in range(8):
            bit = bits[i] ^ bits[(i + 4) % 8] ^ bits[(i + 5) % 8] ^ bits[(i + 6) % 8] ^ bits[(i + 7) % 8]
            out |= (bit ^ (0x63 >> i & 1)) << i
        box.append(out)
    return box


SBOX = _make_sbox()
TWICE = [_times(value, 2) for value in range(256)]


class Aes:
    """Encryption of one block."""

    def __init__(self, key):
        n = len(key) // 4
        self.rounds = n + 6
        words = [list(key[4 * i:4 * i + 4]) for i in range(n)]
        factor = 1
        for i in range(n, 4 * (self.rounds + 1)):
            word = list(words[i - 1])
            if i % n == 0:
                word = [SBOX[b] for b in word[1:] + word[:1]]
                word[0] ^= factor
                factor = _times(factor, 2)
            elif n > 6 and i % n == 4:
                word = [SBOX[b] for b in word]
            words.append([a ^ b for a, b in zip(words[i - n], word)])
        self.keys = [sum(words[4 * r:4 * r + 4], []) for r in range(self.rounds + 1)]

    def encrypt(self, block):
        state = [a ^ b for a, b in zip(block, self.keys[0])]
        for r in range(1, self.rounds + 1):
            state = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]  # SubBytes and ShiftRows
            if r < self.rounds:
                mixed = []
                for c in range(0, 16, 4):
                    a = state[c:c + 4]
                    for i in range(4):
                        x, y = a[i], a[(i + 1) % 4]
                        mixed.append(TWICE[x] ^ TWICE[y] ^ y ^ a[(i + 2) % 4] ^ a[(i + 3) % 4])
                state = mixed
            state = [a ^ b for a, b in zip(state, self.keys[r])]
        return bytes(state)


def _xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def _double(block):
    number = int.from_bytes(block, "big") << 1
    if number >> 128:
        number = (number & (1 << 128) - 1) ^ 0x87
    return number.to_bytes(16, "big")


def cmac(aes, message):
    one = _double(aes.encrypt(bytes(16)))
    blocks = [message[i:i + 16] for i in range(0, len(message), 16)] or [b""]
    if len(blocks[-1]) == 16:
        blocks[-1] = _xor(blocks[-1], one)
    else:
        blocks[-1] = _xor((blocks[-1] + b"\x80").ljust(16, b"\0"), _double(one))
    chain = bytes(16)
    for block in blocks:
        chain = aes.encrypt(_xor(chain, block))
    return chain


def siv_encrypt(key, data, plaintext):
    """The tag and the ciphertext."""
    mac, counter = Aes(key[:len(key) // 2]), Aes(key[len(key) // 2:])
    state = cmac(mac, bytes(16))
    for text in data:
        state = _xor(_double(state), cmac(mac, text))
    if len(plaintext) >= 16:
        last = plaintext[:-16] + _xor(plaintext[-16:], state)
    else:
        last = _xor(_double(state), (plaintext + b"\x80").ljust(16, b"\0"))
    tag = cmac(mac, last)
    start = int.from_bytes(tag, "big") & ~(1 << 63 | 1 << 31)
    stream = b"".join(counter.encrypt(((start + i) % (1 << 128)).to_bytes(16, "big"))
                      for i in range(-(-len(plaintext) // 16)))
    return tag + _xor(plaintext, stream)


def _number(radix, numerals):
    value = 0
    for numeral in numerals:
        value = value * radix + numeral
    return value


def _numerals(radix, length, value):
    out = []
    for _ in range(length):
        value, numeral = divmod(value, radix)
        out.insert(0, numeral)
    return out


def ff1(key, tweak, radix, numerals, decrypt=False):
    """SP 800-38G, algorithms 7 and 8."""
    aes, n, t = Aes(key), len(numerals), len(tweak)
    u, v = n // 2, n - n // 2
    a, b_half = list(numerals[:u]), list(numerals[u:])
    b = -(-(radix ** v - 1).bit_length() // 8)
    d = 4 * -(-b // 4) + 4
    p = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, u % 256]) + n.to_bytes(4, "big") + t.to_bytes(4, "big")

    def rounds(i, half):
        q = tweak + bytes((-t - b - 1) % 16) + bytes([i]) + _number(radix, half).to_bytes(b, "big")
        chain = bytes(16)
        for at in range(0, len(p + q), 16):
            chain = aes.encrypt(_xor(chain, (p + q)[at:at + 16]))
        s = chain + b"".join(aes.encrypt(_xor(chain, j.to_bytes(16, "big"))) for j in range(1, -(-d // 16)))
        return int.from_bytes(s[:d], "big")

    for i in reversed(range(10)) if decrypt else range(10):
        m = u if i % 2 == 0 else v
        if decrypt:
            a, b_half = _numerals(radix, m, (_number(radix, b_half) - rounds(i, a)) % radix ** m), a
        else:
            a, b_half = b_half, _numerals(radix, m, (_number(radix, a) + rounds(i, b_half)) % radix ** m)
    return a + b_half


def pfx_encrypt(key, packed):
    """ipcrypt-pfx of the 4 or 16 bytes of an address."""
    one, two = Aes(key[:16]), Aes(key[16:])
    bits = "".join(f"{byte:08b}" for byte in packed)
    fixed = "0" * 80 + "1" * 16 if len(packed) == 4 else ""
    out = ""
    for i, bit in enumerate(bits):
        padded = int("1" + fixed + bits[:i], 2).to_bytes(16, "big")
        flip = (one.encrypt(padded)[15] ^ two.encrypt(padded)[15]) & 1
        out += str(int(bit) ^ flip)
    return int(out, 2).to_bytes(len(packed), "big")


def self_test():
    key = bytes(range(32))
    block = bytes.fromhex("00112233445566778899aabbccddeeff")
    assert Aes(key[:16]).encrypt(block).hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"  # FIPS 197 appendix C
    assert Aes(key).encrypt(block).hex() == "8ea2b7ca516745bfeafc49904b496089"
    cmac_key = Aes(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    assert cmac(cmac_key, b"").hex() == "bb1d6929e95937287fa37d129b756746"  # RFC 4493 section 4
    siv_key = bytes.fromhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    data = bytes.fromhex("101112131415161718191a1b1c1d1e1f2021222324252627")
    assert siv_encrypt(siv_key, [data], bytes.fromhex("112233445566778899aabbccddee")).hex() == (  # RFC 5297 appendix A.1
        "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c")
    ff1_key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94")
    base36 = "0123456789abcdefghijklmnopqrstuvwxyz"
    plain = [base36.index(c) for c in "0123456789abcdefghi"]
    sealed = [base36.index(c) for c in "xs8a0azh2avyalyzuwd"]  # NIST's sample 9
    assert ff1(ff1_key, bytes.fromhex("3737373770717273373737"), 36, plain) == sealed
    assert ff1(ff1_key, bytes.fromhex("3737373770717273373737"), 36, sealed, True) == plain
    pfx_key = bytes.fromhex("0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301")
    assert pfx_encrypt(pfx_key, bytes([192, 0, 2, 1])) == bytes([100, 115, 72, 131])  # the draft's test vectors
    sealed = pfx_encrypt(pfx_key, bytes.fromhex("20010db8000000000000000000000001"))
    assert sealed.hex() == "c1805dd42587352430abfa656ab60f88"


if __name__ == "__main__":
    self_test()
