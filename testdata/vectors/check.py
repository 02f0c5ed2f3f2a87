#!/usr/bin/env python3
"""Reads the vectors beside it with client.py and compares with manifest.json.

    python3 check.py        compares
    python3 check.py DIR    and makes keys and requests of its own there: secret.key, public.key, eval.keys, x.ct,
                            and x-public.ct, which is encrypted with the public key
"""
import hashlib, json, math, os, random, struct, sys

from client import *

MANIFEST = json.load(open(os.path.join(HERE, "manifest.json")))
TOLERANCE = MANIFEST["tolerance"]


def near(got, want, what):
    assert len(got) == len(want) and all(abs(a - b) <= TOLERANCE for a, b in zip(got, want)), "%s: %s, expected %s" % (what, got, want)


class Plan:
    def __init__(self):
        self.interface, self.id = read_interface("model.client", b"HECCCLNT")
        assert read_interface("model.hecc", b"HECCPLAN") == (self.interface, self.id)
        p = self.interface["params"]
        self.kind, self.log_n, self.q, self.p = p["ring"], p["log_n"], p["q"], p["p"]
        self.n, self.slots, self.lanes = 1 << self.log_n, slots_of(p["ring"], 1 << p["log_n"]), self.interface["lanes"]
        self.rings = {q: Ring(self.kind, self.log_n, q) for q in self.q + self.p}
        self.input, self.output = self.interface["input"], self.interface["output"]
        for port in (self.input, self.output):
            assert ciphertexts(port["layout"]) == 1 and port["layout"]["slots"] * self.lanes == self.slots, "this client takes one ciphertext"
        m = self.rings[self.q[0]].m
        self.keys = []  # level, and the rotation's element or None
        if self.interface["keys"]["relin"] >= 0:
            self.keys.append((self.interface["keys"]["relin"], None))
        self.keys += [(k["level"], pow(5, k["by"], m)) for k in self.interface["keys"]["rotations"]]

    def at(self, level, special=None):
        return self.q[:level + 1], self.p[:special]

    def ntt(self, coeffs, moduli):
        return [self.rings[q].ntt(coeffs) for q in moduli]

    def intt(self, limbs, moduli):
        return lift([self.rings[q].intt(v) for v, q in zip(limbs, moduli)], moduli)

    def key_parts(self, key, s, moduli):
        """s' and s'' of a key."""
        _, g = key
        if g is None:
            return s, mul(s, s, moduli)
        return [self.rings[q].automorphism(v, pow(g, -1, self.rings[q].m)) for v, q in zip(s, moduli)], s

    def gadget(self, level, digit, moduli):
        q, _ = self.at(level)
        inside = q[digit * len(self.p):(digit + 1) * len(self.p)]
        return [math.prod(self.p) % m if m in inside else 0 for m in moduli]

    def digits(self, level):
        return -(-(level + 1) // len(self.p))


def mul(a, b, moduli):
    return [[x * y % q for x, y in zip(u, v)] for u, v, q in zip(a, b, moduli)]


def combine(moduli, *terms):
    """The sum of factor(limb) * polynomial."""
    return [[sum(f[k] * x for f, x in zip([t[0] for t in terms], column)) % q for column in zip(*(t[1][k] for t in terms))] for k, q in enumerate(moduli)]


def all_of(x, moduli):
    return [x] * len(moduli)


def check_rings():
    for v in MANIFEST["rings"]:
        ring = Ring(v["ring"], v["log_n"], v["modulus"])
        assert ring.root == v["root"], "root modulo %d" % v["modulus"]
        x = ring.ntt([0, 1] + [0] * (ring.n - 2))
        assert x[:len(v["ntt_of_x"])] == v["ntt_of_x"], "NTT of X modulo %d" % v["modulus"]
        assert ring.intt(x) == [0, 1] + [0] * (ring.n - 2)
    for v in MANIFEST["encodings"]:
        n, want = 1 << v["log_n"], v["coefficients"]
        got = encode(v["ring"], n, [1 / (t + 1) for t in range(slots_of(v["ring"], n))], v["scale"], len(want))
        assert all(abs(a - b) <= 1 for a, b in zip(got, want)), "encoding in the %s ring: %s" % (v["ring"], got)


def check_uniform(name, limbs, digit=0):
    v, = [v for v in MANIFEST["uniform"] if v["file"] == name]
    if v["digit"] == digit:
        assert [limb[:len(w)] for limb, w in zip(limbs, v["limbs"])] == v["limbs"], "uniform polynomial of " + name


def read_secret(plan):
    f = Body("secret.key", 1, plan.id, plan.n)
    s = [[0, 1, -1][b >> 2 * k & 3] for b in f.take(plan.n // 4) for k in range(4)]
    assert not f.b and s[:len(MANIFEST["secret"])] == MANIFEST["secret"] and f.key_id.hex() == MANIFEST["key_id"]
    return s


def check_errors(e, what):
    assert max(map(abs, e)) <= 19, what + ": errors up to %d" % max(map(abs, e))
    deviation = math.sqrt(sum(x * x for x in e) / len(e))
    assert 3 < deviation < 3.4, what + ": errors of deviation %f" % deviation


def check_public_key(plan, s):
    f = Body("public.key", 2, plan.id, plan.n)
    q, p = plan.at(plan.input["level"], 1)
    a, b = Item(f.take(32), 0).polynomial(plan.n, q, p), f.polynomial(q + p)
    check_uniform("public.key", a)
    moduli = q + p
    back = [pow(MONTGOMERY, -1, m) for m in moduli]
    e = combine(moduli, (back, b), (back, mul(a, plan.ntt(s, moduli), moduli)))
    check_errors(plan.intt(e, moduli), "public key")
    assert not f.b


def check_evaluation_keys(plan, s):
    f = Body("eval.keys", 3, plan.id, plan.n)
    seed = f.take(32)
    for number, key in enumerate(plan.keys):
        q, p = plan.at(key[0])
        moduli, item = q + p, Item(seed, number)
        back = [pow(MONTGOMERY, -1, m) for m in moduli]
        into, of = plan.key_parts(key, plan.ntt(s, moduli), moduli)
        for digit in range(plan.digits(key[0])):
            a, b = item.polynomial(plan.n, q, p), f.polynomial(moduli)
            if number == len(plan.keys) - 1:
                check_uniform("eval.keys", a, digit)
            minus = [-g for g in plan.gadget(key[0], digit, moduli)]
            e = combine(moduli, (back, b), (back, mul(a, into, moduli)), (minus, of))
            check_errors(plan.intt(e, moduli), "key %d, digit %d" % (number, digit))
    assert not f.b
    got = [{"by": k["by"], "element": pow(5, k["by"], plan.rings[plan.q[0]].m)} for k in plan.interface["keys"]["rotations"]]
    assert got == MANIFEST["galois"]


def check_request(plan, s):
    f = Body("x.ct", 4, plan.id, plan.n)
    assert f.form == 1
    seed, runs = f.take(32), f.table()
    q, _ = plan.at(plan.input["level"])
    c1, c0 = Item(seed, 0).polynomial(plan.n, q), f.polynomial(q)
    check_uniform("x.ct", c1)
    ones = all_of(1, q)
    m = plan.intt(combine(q, (ones, c0), (ones, mul(c1, plan.ntt(s, q), q))), q)
    want = MANIFEST["request_slots"]
    got = decode(plan.kind, plan.n, m, plan.input["scale"], range(len(want)))
    noise = 6 * 3.2 * math.sqrt(2 * plan.n) / plan.input["scale"]
    assert all(abs(a - b) < noise for a, b in zip(got, want)), "request: %s" % got
    assert want == slots_of_run(plan, runs[0])[:len(want)]


def slots_of_run(plan, samples):
    z = [0.0] * plan.slots
    for lane, number in enumerate(samples):
        for t in range(plan.input["layout"]["slots"]):
            e = element(plan.input["layout"], 0, t)
            if e is not None:
                z[t * plan.lanes + lane] = MANIFEST["samples"][number]["sample"][e]
    return z


def check_response(plan, s):
    f = Body("y.ct", 5, plan.id, plan.n)
    runs = f.table()
    q, _ = plan.at(plan.output["level"])
    c0, c1 = f.polynomial(q), f.polynomial(q)
    assert not f.b and len(runs) == 1
    ones = all_of(1, q)
    m = plan.intt(combine(q, (ones, c0), (ones, mul(c1, plan.ntt(s, q), q))), q)
    want = MANIFEST["response_slots"]
    near(decode(plan.kind, plan.n, m, plan.output["scale"], range(len(want))), want, "response")
    assert plan.interface["flooding"]["deviation"] == 0 and "= softmax %0 axis=0" in plan.interface["epilogue"]
    step = plan.interface["rounding"]
    for lane, number in enumerate(runs[0]):
        at = [t * plan.lanes + lane for t in first_slots(plan.output["layout"])]
        released = [round(x / step) * step for x in decode(plan.kind, plan.n, m, plan.output["scale"], at)]
        near(released, MANIFEST["samples"][number]["released"], "sample %d" % number)
        near(softmax(released), MANIFEST["samples"][number]["outputs"], "outputs of sample %d" % number)


# A key set and requests of this client's own.
def make(plan, where):
    rng, key_id = random.SystemRandom(), os.urandom(16)
    s = [rng.choice((-1, 0, 1)) for _ in range(plan.n)]

    def write(name, kind, body, counts=(0, 0, 0)):
        b = b"HECCDATA" + struct.pack("<2I", 2, kind) + plan.id + key_id + struct.pack("<3I", *counts) + body
        with open(os.path.join(where, name), "wb") as f:
            f.write(b + hashlib.sha256(b).digest())

    def errors():
        e = [rng.gauss(0, 3.2) for _ in range(plan.n)]
        return [round(x) if abs(x) <= 19.2 else 0 for x in e]

    write("secret.key", 1, bytes(sum(s[k + j] % 3 << 2 * j for j in range(4)) for k in range(0, plan.n, 4)))
    body = seed = os.urandom(32)
    for number, key in enumerate(plan.keys):
        q, p = plan.at(key[0])
        moduli, item = q + p, Item(seed, number)
        into, of = plan.key_parts(key, plan.ntt(s, moduli), moduli)
        for digit in range(plan.digits(key[0])):
            a = item.polynomial(plan.n, q, p)
            b = combine(moduli, (all_of(-1, moduli), mul(a, into, moduli)), (all_of(MONTGOMERY, moduli), plan.ntt(errors(), moduli)),
                        ([g * MONTGOMERY for g in plan.gadget(key[0], digit, moduli)], of))
            body += packed(b, moduli)
    write("eval.keys", 3, body)
    q, _ = plan.at(plan.input["level"])
    samples = range(len(MANIFEST["samples"]))
    m = encode(plan.kind, plan.n, slots_of_run(plan, samples), plan.input["scale"])
    seed = os.urandom(32)
    c1 = Item(seed, 0).polynomial(plan.n, q)
    c0 = combine(q, (all_of(-1, q), mul(c1, plan.ntt(s, q), q)), (all_of(1, q), plan.ntt([a + b for a, b in zip(m, errors())], q)))
    table = struct.pack("<%dI" % (1 + len(samples)), len(samples), *samples)
    write("x.ct", 4, seed + table + packed(c0, q), (1, len(samples), 1))

    q, p = plan.at(plan.input["level"], 1)
    moduli, seed = q + p, os.urandom(32)
    a = Item(seed, 0).polynomial(plan.n, q, p)
    b = combine(moduli, (all_of(-1, moduli), mul(a, plan.ntt(s, moduli), moduli)), (all_of(MONTGOMERY, moduli), plan.ntt(errors(), moduli)))
    write("public.key", 2, seed + packed(b, moduli))
    u = plan.ntt([rng.choice((-1, 0, 1)) for _ in range(plan.n)], moduli)
    back = [pow(MONTGOMERY, -1, k) for k in moduli]

    def half(key):
        c = plan.intt(combine(moduli, (back, mul(u, key, moduli)), (all_of(1, moduli), plan.ntt(errors(), moduli))), moduli)
        return [(x + p[0] // 2) // p[0] for x in c]

    c0, c1 = plan.ntt([x + y for x, y in zip(half(b), m)], q), plan.ntt(half(a), q)
    write("x-public.ct", 4, table + packed(c0, q) + packed(c1, q), (1, len(samples), 0))


def main():
    plan = Plan()
    assert plan.id.hex() == MANIFEST["plan_id"]
    check_rings()
    s = read_secret(plan)
    check_public_key(plan, s)
    check_evaluation_keys(plan, s)
    check_request(plan, s)
    check_response(plan, s)
    print("the vectors agree with docs/formats.md")
    if len(sys.argv) > 1:
        make(plan, sys.argv[1])
        print("keys and requests are in " + sys.argv[1])


if __name__ == "__main__":
    main()
