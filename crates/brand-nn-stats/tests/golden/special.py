"""Makes special.json: special functions with mpmath at 30 digits.

    pip install mpmath scipy
    python special.py
"""

import json
from pathlib import Path

import mpmath as mp
from scipy import special as sc

mp.mp.dps = 30
OUT = Path(__file__).with_name("special.json")
CASES = []


def case(function, *arguments, value):
    value = float(value)
    if 1e-300 < abs(value) < 1e300:
        CASES.append([function, [float(x) for x in arguments], value])


def lower(a, b, x):
    """I_x(a, b) by the series whose terms are all positive, from the nearer end."""
    return 1 - rising(b, a, 1 - x) if x * (a + b) > a else rising(a, b, x)


def rising(a, b, x):
    term, total, n = mp.mpf(1), mp.mpf(1), 0
    while term > total * (1 - x) * mp.mpf(10) ** -18:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    log_beta = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
    return total * mp.exp(a * mp.log(x) + b * mp.log(1 - x) - log_beta) / a


def root(f, start):
    """The root of a function near where SciPy finds it."""
    start = mp.mpf(float(start))
    return mp.findroot(f, (start * (1 - mp.mpf(10) ** -9), start * (1 + mp.mpf(10) ** -9)))


def exact(x):
    return mp.mpf(float(x))


def gammas():
    for x in [1e-10, 1e-3, 0.3, 0.999, 1.001, 1.5, 2.1, 7.7, 23.4, 170.2, 1e4, 1e8, 1e15, -0.5, -3.3]:
        x = exact(x)
        case("lgamma", x, value=mp.log(abs(mp.gamma(x))) if x < 100 else mp.loggamma(x))
        case("lgamma_sign", x, value=1 if x > 0 else mp.sign(mp.gamma(x)))
        if x > 0:
            case("digamma", x, value=mp.digamma(x))
            case("trigamma", x, value=mp.polygamma(1, x))
        if x < 160:
            case("gamma", x, value=mp.gamma(x))
    sizes = [1e-8, 0.02, 0.7, 1, 3.3, 9.9, 10.1, 55.5, 1e3, 1e6, 1e10]
    for a in sizes:
        for b in sizes:
            if a <= b:
                a_, b_ = exact(a), exact(b)
                value = mp.loggamma(a_) + mp.loggamma(b_) - mp.loggamma(a_ + b_)
                case("lbeta", b_, a_, value=value)


def errors():
    for x in [1e-12, 0.01, 0.3, 0.9, 1.7, 3.1, 5.5, -0.2, -2.2]:
        x = exact(x)
        case("erf", x, value=mp.erf(x))
        case("erfc", x, value=mp.erfc(x))
    for x in [9.1, 20.3, 26.1]:
        case("erfc", exact(x), value=mp.erfc(exact(x)))
    for y in [1e-12, 0.03, 0.2, 0.499, 0.501, 0.9, 0.999, 1 - 1e-10, -0.3, -0.97]:
        y = exact(y)
        case("erf_inverse", y, value=mp.erfinv(y))
    for y in [1e-290, 1e-100, 1e-20, 1e-5, 0.1, 0.4, 0.6, 0.97, 1.3, 1.99]:
        y = exact(y)
        start = mp.sqrt(-mp.log(y)) if y < 0.01 else mp.erfinv(1 - y)
        value = mp.findroot(lambda x: mp.log(mp.erfc(x)) - mp.log(y), start)
        case("erfc_inverse", y, value=value)
    for z in [-1e4, -300.5, -38.5, -20.1, -19.9, -8.0, -3.0, -0.5, 1e-9, 0.7, 3.3, 9.9]:
        z = exact(z)
        half = mp.erfc(-z / mp.sqrt(2)) / 2
        case("normal_cdf", z, value=half)
        case("log_normal_cdf", z, value=mp.log1p(-mp.erfc(z / mp.sqrt(2)) / 2) if z > 0 else mp.log(half))
    for p in [1e-250, 1e-30, 1e-4, 0.025, 0.3, 0.5000001, 0.8, 0.999]:
        p = exact(p)
        start = -mp.sqrt(-2 * mp.log(p)) if p < 0.001 else mp.sqrt(2) * mp.erfinv(2 * p - 1)
        value = mp.findroot(lambda z: mp.log(mp.erfc(-z / mp.sqrt(2)) / 2) - mp.log(p), start)
        case("normal_quantile", p, value=value)


def incomplete_gammas():
    for a in [1e-6, 0.01, 0.4, 1, 2.5, 9.9, 10.1, 80, 1234.5, 1e5]:
        spread = a**0.5
        for x in [a * 1e-3, a * 0.3, a - spread, a, a + 0.5 * spread, a + 6 * spread, a + 40]:
            if x <= 0:
                continue
            a_, x_ = exact(a), exact(x)
            p = mp.gammainc(a_, 0, x_, regularized=True)
            q = mp.gammainc(a_, x_, mp.inf, regularized=True)
            case("gamma_p", a_, x_, value=p)
            case("gamma_q", a_, x_, value=q)
    for a in [0.05, 0.4, 1, 3.3, 25, 900]:
        for p in [1e-20, 1e-6, 0.01, 0.3, 0.5, 0.9]:
            a_, p_ = exact(a), exact(p)
            start = sc.gammaincinv(a, p)
            if start > 1e-280:
                f = lambda x: mp.log(mp.gammainc(a_, 0, x, regularized=True) / p_)
                case("gamma_p_inverse", a_, p_, value=root(f, start))
            start = sc.gammainccinv(a, p)
            if start > 1e-280:
                f = lambda x: mp.log(mp.gammainc(a_, x, mp.inf, regularized=True) / p_)
                case("gamma_q_inverse", a_, p_, value=root(f, start))


def incomplete_betas():
    shapes = [0.02, 0.6, 1, 3.3, 9.9, 10.5, 120, 3801, 1e5]
    for a in shapes:
        for b in (b for b in shapes if max(a, b) < 1100 * min(a, b)):
            mean = a / (a + b)
            sd = (mean * (1 - mean) / (a + b + 1)) ** 0.5
            for x in [mean * 0.1, mean - 3 * sd, mean, mean + 2 * sd, 1 - (1 - mean) * 0.3]:
                if 0 < x < 1:
                    a_, b_, x_ = exact(a), exact(b), exact(x)
                    case("beta_i", a_, b_, x_, value=lower(a_, b_, x_))
    for a, b in [(0.05, 0.7), (0.6, 3.3), (1, 1), (2, 9), (40, 0.5), (201, 3801)]:
        for p in [1e-12, 0.01, 0.3, 0.8, 0.99]:
            a_, b_, p_ = exact(a), exact(b), exact(p)
            value = root(lambda x: mp.log(lower(a_, b_, x) / p_), sc.betaincinv(a, b, p))
            case("beta_i_inverse", a_, b_, p_, value=value)


def huge_betas():
    for a, b in [(1.1e6, 1.1e6), (1.1e6, 3e9)]:
        mean = a / (a + b)
        sd = (mean * (1 - mean) / (a + b)) ** 0.5
        for z in [-8, -2.5, -0.3, 0, 1e-4, 0.7]:
            a_, b_, x_ = exact(a), exact(b), exact(mean + z * sd)
            case("beta_i_huge", a_, b_, x_, value=rising(a_, b_, x_))


def hypergeometric():
    rows = [
        (0.243, 4.2, 3.6, 0.5), (2.243, 2.426, 4.2, 0.95), (12.2, 2.4, 13.2, 0.9),
        (132.55 + 0.6062, 1.6062, 134.16, 0.009), (10.55 + 0.6, 1.6, 12.15, 0.96),
        (26.5 + 0.6, 1.6, 28.1, 0.3), (200.5, 2.1, 202.9, 0.999), (1.1, 2.2, 3.7, 0.9999),
        (0.2, 0.3, 5.5, 0.97), (3.3, 4.4, 2.2, 0.93), (1, 1, 2, 0.99), (2, 3, 5, 0.999),
        (0.5, 0.5, 1.0, 0.999), (7.5, 2.5, 3.5, -4.0), (0.7, 1.2, 2.9, -0.3), (-3, 2.5, 1.5, 0.6),
        (60, 70, 80, 0.5), (400.2, 300.1, 500.4, 0.3), (1000.5, 2.5, 1003.5, 0.85),
    ]
    for row in rows:
        row = [exact(x) for x in row]
        value = mp.hyp2f1(*row)
        case("hyp2f1", *row, value=value)
        if value > 0:
            case("log_hyp2f1", *row, value=mp.log(value))


def logarithms():
    for x in [-1e-12, -0.1, -0.69, -0.7, -5, -40]:
        case("log1mexp", exact(x), value=mp.log1p(-mp.exp(exact(x))))
    for x in [-700, -40, -1.2, 0, 3.3, 40, 800]:
        case("log1pexp", exact(x), value=mp.log1p(mp.exp(exact(x))))
        case("logistic", exact(x), value=1 / (1 + mp.exp(-exact(x))))
    for a, b in [(0, 0), (1000, 999), (-800, -750), (3, -50), (-1e-3, 1e-3)]:
        case("log_add_exp", a, b, value=mp.log(mp.exp(exact(a)) + mp.exp(exact(b))))


for family in [gammas, errors, incomplete_gammas, incomplete_betas, huge_betas, hypergeometric, logarithms]:
    family()
    print(family.__name__, len(CASES), flush=True)
lines = ",\n".join(json.dumps(c) for c in CASES)
head = f'"made_by": "special.py, mpmath {mp.__version__} at {mp.mp.dps} digits"'
OUT.write_text(f'{{{head},\n"cases": [\n{lines}\n]}}\n')
print(len(CASES), "cases")
