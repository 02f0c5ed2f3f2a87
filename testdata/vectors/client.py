"""The parts of an independent client, written from docs/formats.md alone, with Python's standard library.

They are slow and check less than a client must: do not use them for secrets.
"""
import hashlib, json, math, os, struct

HERE = os.path.dirname(os.path.abspath(__file__))
MONTGOMERY = 1 << 64


# AES-256, encryption only: FIPS 197.
def _sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p = (p ^ (p << 1) ^ (0x11B if p & 0x80 else 0)) & 0xFF
        for k in (1, 2, 4):
            q ^= q << k
        q &= 0xFF
        q ^= 0x09 if q & 0x80 else 0
        rot = lambda k: (q << k | q >> (8 - k)) & 0xFF
        box[p] = q ^ rot(1) ^ rot(2) ^ rot(3) ^ rot(4) ^ 0x63
        if p == 1:
            box[0] = 0x63
            return box


SBOX = _sbox()
_TIMES2 = [(x << 1) ^ (0x11B if x & 0x80 else 0) for x in SBOX]
_COLUMNS = [d << 24 | x << 16 | x << 8 | d ^ x for d, x in zip(_TIMES2, SBOX)]  # what MixColumns makes of a byte
T0, T1, T2, T3 = [[x >> k | x << (32 - k) & 0xFFFFFFFF for x in _COLUMNS] for k in (0, 8, 16, 24)]


def aes_schedule(key):
    """60 words of 32 bits."""
    w, rcon = list(struct.unpack(">8I", key)), 1
    for k in range(8, 60):
        t = w[-1]
        if k % 8 == 0:
            t = (t << 8 | t >> 24) & 0xFFFFFFFF
        if k % 4 == 0:
            t = int.from_bytes(bytes(SBOX[x] for x in t.to_bytes(4, "big")), "big")
        if k % 8 == 0:
            t ^= rcon << 24
            rcon <<= 1
        w.append(w[k - 8] ^ t)
    return w


def aes_block(w, number):
    """Encrypts a big-endian number of 128 bits."""
    a, b, c, d = (number >> k & 0xFFFFFFFF for k in (96, 64, 32, 0))
    a, b, c, d = a ^ w[0], b ^ w[1], c ^ w[2], d ^ w[3]
    for k in range(4, 56, 4):
        a, b, c, d = (
            T0[a >> 24] ^ T1[b >> 16 & 255] ^ T2[c >> 8 & 255] ^ T3[d & 255] ^ w[k],
            T0[b >> 24] ^ T1[c >> 16 & 255] ^ T2[d >> 8 & 255] ^ T3[a & 255] ^ w[k + 1],
            T0[c >> 24] ^ T1[d >> 16 & 255] ^ T2[a >> 8 & 255] ^ T3[b & 255] ^ w[k + 2],
            T0[d >> 24] ^ T1[a >> 16 & 255] ^ T2[b >> 8 & 255] ^ T3[c & 255] ^ w[k + 3])
    out = []
    for k, (p, q, r, s) in enumerate(((a, b, c, d), (b, c, d, a), (c, d, a, b), (d, a, b, c))):
        out.append((SBOX[p >> 24] << 24 | SBOX[q >> 16 & 255] << 16 | SBOX[r >> 8 & 255] << 8 | SBOX[s & 255]) ^ w[56 + k])
    return struct.pack(">4I", *out)


class Item:
    """Item number index of a seed: the source of its uniform polynomials."""

    def __init__(self, seed, index):
        self.schedule, self.counter = aes_schedule(seed), index << 64

    def take(self, n):
        out = b""
        while len(out) < n:
            out += aes_block(self.schedule, self.counter)
            self.counter += 1
        return out

    def polynomial(self, n, q, p=()):
        return self.group(n, q) + self.group(n, p)

    def group(self, n, moduli):
        limbs, left = [], []
        for q in moduli:
            mask, limb = (1 << (q - 1).bit_length()) - 1, []
            while len(limb) < n:
                if not left:
                    left = list(struct.unpack(">%dQ" % (n // 8), self.take(n)))[::-1]
                x = left.pop() & mask
                if x < q:
                    limb.append(x)
            limbs.append(limb)
        return limbs


class Ring:
    """Polynomials modulo one prime. The conjugate-invariant ring is computed in the standard one of twice the degree."""

    def __init__(self, kind, log_n, q):
        self.n, self.q, self.invariant = 1 << log_n, q, kind == "conjugate-invariant"
        self.wide = self.n * (2 if self.invariant else 1)
        self.m = 2 * self.wide
        g = 3
        while any(pow(g, (q - 1) // f, q) == 1 for f in factors(q - 1)):
            g += 1
        self.root = pow(g, (q - 1) // self.m, q)
        bits = self.wide.bit_length() - 1
        self.reversed = [int(format(k, "0%db" % bits)[::-1], 2) for k in range(self.wide)]
        powers = [1]
        for _ in range(1, self.wide):
            powers.append(powers[-1] * self.root % q)
        self.twiddles = [powers[k] for k in self.reversed]
        self.inverses = [pow(x, -1, q) for x in self.twiddles]

    def ntt(self, c):
        q, a, t, m = self.q, [x % self.q for x in c], self.wide, 1
        if self.invariant:  # X^-k is -X^(2n-k)
            a += [0] + [(q - x) % q for x in a[:0:-1]]
        while m < self.wide:
            t //= 2
            for i in range(m):
                w, at = self.twiddles[m + i], 2 * i * t
                for j in range(at, at + t):
                    u, v = a[j], a[j + t] * w
                    a[j], a[j + t] = (u + v) % q, (u - v) % q
            m *= 2
        return a[:self.n]

    def intt(self, v):
        q, a, t, m = self.q, list(v), 1, self.wide
        if self.invariant:
            a += a[::-1]
        while m > 1:
            m //= 2
            for i in range(m):
                w, at = self.inverses[m + i], 2 * i * t
                for j in range(at, at + t):
                    u, x = a[j], a[j + t]
                    a[j], a[j + t] = (u + x) % q, (u - x) * w % q
            t *= 2
        inverse = pow(self.wide, -1, q)
        return [x * inverse % q for x in a[:self.n]]

    def automorphism(self, v, g):
        step = 4 if self.invariant else 2
        rev = [r // 2 if self.invariant else r for r in self.reversed[:self.n]]  # br of log2 n bits
        at = {step * r + 1: j for j, r in enumerate(rev)}
        return [v[at[(step * r + 1) * g % self.m]] for r in rev]


def factors(k):
    found, f = set(), 2
    while f * f <= k:
        while k % f == 0:
            found.add(f)
            k //= f
        f += 1
    return found | ({k} if k > 1 else set())


def slots_of(kind, n):
    return n if kind == "conjugate-invariant" else n // 2


def cosines(kind, n):
    """cos(2 pi k / M), and what the coefficients but c_0 are multiplied by in a slot."""
    m, factor = (4 * n, 2) if kind == "conjugate-invariant" else (2 * n, 1)
    return m, [math.cos(2 * math.pi * k / m) for k in range(m)], factor


def encode(kind, n, z, scale, first=None):
    """The first coefficients of the polynomial with slots z."""
    m, cos, _ = cosines(kind, n)
    used = [(pow(5, t, m), x * scale / len(z)) for t, x in enumerate(z) if x]
    return [round(sum(x * cos[k * p % m] for p, x in used)) for k in range(first or n)]


def decode(kind, n, c, scale, slots):
    """The listed slots of a polynomial with integer coefficients."""
    m, cos, factor = cosines(kind, n)
    powers = [pow(5, t, m) for t in slots]
    return [(c[0] + factor * math.fsum(c[k] * cos[k * p % m] for k in range(1, n))) / scale for p in powers]


def lift(limbs, moduli):
    """Residues to the integers closest to zero."""
    product = math.prod(moduli)
    weights = [product // q * pow(product // q, -1, q) for q in moduli]
    out = []
    for residues in zip(*limbs):
        x = sum(r * w for r, w in zip(residues, weights)) % product
        out.append(x - product if x > product // 2 else x)
    return out


# Files.
def read(name, magic, version):
    with open(os.path.join(HERE, name), "rb") as f:
        b = f.read()
    assert b[:8] == magic, name + ": magic"
    assert struct.unpack("<I", b[8:12])[0] == version, name + ": version"
    assert hashlib.sha256(b[:-32]).digest() == b[-32:], name + ": SHA-256"
    return b[12:-32]


def read_interface(name, magic):
    b = read(name, magic, 8)
    n, = struct.unpack("<Q", b[:8])
    raw, rest = b[8:8 + n], b[8 + n:]
    interface = json.loads(raw, object_pairs_hook=once)
    if rest:
        assert hashlib.sha256(rest).hexdigest() == interface["circuit"], "the server's part"
    return interface, hashlib.sha256(raw).digest()


def once(pairs):
    assert len(dict(pairs)) == len(pairs), "a field stands twice"
    return dict(pairs)


class Body:
    def __init__(self, name, kind, plan_id, n):
        b = read(name, b"HECCDATA", 2)
        self.key_id, self.n, self.b = b[36:52], n, b[64:]
        got, self.runs, self.samples, self.form = struct.unpack("<I", b[:4]) + struct.unpack("<3I", b[52:64])
        assert got == kind and b[4:36] == plan_id, name + ": kind or plan"

    def take(self, n):
        assert len(self.b) >= n, "the file is short"
        out, self.b = self.b[:n], self.b[n:]
        return out

    def polynomial(self, moduli):
        limbs = []
        for q in moduli:
            w = ((q - 1).bit_length() + 7) // 8
            raw = self.take(w * self.n)
            limbs.append([int.from_bytes(raw[k:k + w], "little") for k in range(0, len(raw), w)])
            assert max(limbs[-1]) < q
        return limbs

    def table(self):
        counts = struct.unpack("<%dI" % self.runs, self.take(4 * self.runs))
        runs = [list(struct.unpack("<%dI" % c, self.take(4 * c))) for c in counts]
        assert sorted(sum(runs, [])) == list(range(self.samples))
        return runs


def packed(limbs, moduli):
    return b"".join(x.to_bytes(((q - 1).bit_length() + 7) // 8, "little") for limb, q in zip(limbs, moduli) for x in limb)


def element(layout, c, t):
    place, index, e = c * layout["slots"] + t, [0] * len(layout["axes"]), 0
    for dim in reversed(layout["dims"]):
        place, digit = divmod(place, dim["size"])
        if dim["gap"] and digit:
            return None
        index = [i + digit * step for i, step in zip(index, dim["steps"])]
    for i, axis in zip(index, layout["axes"]):
        if axis["wrap"]:
            i %= axis["wrap"]
        if i >= axis["extent"]:
            return None
        e = e * axis["extent"] + i
    return e if e < layout["size"] else None


def ciphertexts(layout):
    return math.prod(dim["size"] for dim in layout["dims"]) // layout["slots"]


def first_slots(layout):
    """Of one ciphertext."""
    at = {}
    for t in range(layout["slots"]):
        e = element(layout, 0, t)
        if e is not None:
            at.setdefault(e, t)
    return [at[e] for e in range(layout["size"])]


def softmax(x):
    y = [math.exp(v - max(x)) for v in x]
    return [v / sum(y) for v in y]
