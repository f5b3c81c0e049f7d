"""Fits the coefficients of src/math/single.rs anew and prints them beside the committed ones.

    pip install mpmath && python crates/brand-nn-kernels/scripts/coefficients.py

Neither building nor testing needs this. Each row says which function is approximated where, and
how an error counts; a fit makes the largest error as small as may be (Lawson's weights: least
squares, again and again, where a point's weight grows with its error; for a quotient the error is
made linear by the last round's denominator). Committed coefficients may be of another kind, as
their comments say: Chebyshev's interpolation, or Taylor's series; both errors are printed. They are
those of the formula in exact arithmetic; `tests/ulp.rs` measures the functions with all rounding.
"""

import re
import sys
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 40
SOURCE = Path(__file__).parent.parent / "src" / "math" / "single.rs"
POINTS = 161
ROUNDS = 60


def rows():
    """Name, powers above and below, the ends of t, the function of t, the weight of an error."""
    root = mp.sqrt
    half = mp.ln2 / 2
    yield ("EXP", 5, 0, -half, half,
           lambda r: (mp.exp(r) - 1 - r) / r**2, lambda r: r**2 / mp.exp(r))
    yield ("LOG", 5, 0, 0, ((root(2) - 1) / (root(2) + 1))**2,
           lambda z: (2 * mp.atanh(root(z)) / root(z) - 2) / z,
           lambda z: z * root(z) / (2 * mp.atanh(root(z))))
    yield ("SIN", 4, 0, 0, (mp.pi / 4)**2,
           lambda z: (mp.sin(root(z)) - root(z)) / root(z)**3,
           lambda z: root(z)**3 / mp.sin(root(z)))
    yield ("COS", 4, 0, 0, (mp.pi / 4)**2,
           lambda z: (mp.cos(root(z)) - 1 + z / 2) / z**2, lambda z: z**2 / mp.cos(root(z)))
    yield ("ERF", 7, 0, 0, 1, lambda z: mp.erf(root(z)) / root(z), lambda z: root(z))
    # e^(-w/2) = (c - w) / (c + w)
    yield ("COTH", 2, 0, 0, mp.ln2**2, lambda z: root(z) * mp.coth(root(z) / 4),
           lambda z: 2 * root(z) / ((root(z) * mp.coth(root(z) / 4))**2 - z))
    # GELU's error counts as it is, so that of a small tail, relative to itself, counts less.
    tail = lambda y: mp.erfc(y / root(2)) / 2 * mp.exp(y**2 / 2)
    yield ("MILLS", 4, 5, 0, 13, tail, lambda y: max(mp.exp(-y**2 / 2), mpf(1) / 8) / tail(y))


def committed(name):
    """The numbers of a table in the source; fractions are divided."""
    table = re.search(rf"const {name}: \[f32; \d+\] =\s*\[(.*?)\];", SOURCE.read_text(), re.S)
    numbers = (x.strip().replace("_", "") for x in table[1].split(",") if x.strip())
    return [mp.fdiv(*map(mpf, x.split("/"))) if "/" in x else mpf(x) for x in numbers]


def polynomial(coefficients, t):
    return mp.polyval(coefficients[::-1], t)


def error(above, below, t, value, weight):
    return abs(polynomial(above, t) / polynomial(below, t) - value) * weight


def least_squares(points, weights, count, under, last):
    """Coefficients above and below the line, those below beginning with one."""
    size = count + max(under - 1, 0)
    normal, right = mp.zeros(size), mp.zeros(size, 1)
    for (t, value, weight), more in zip(points, weights):
        scale = more * (weight / polynomial(last, t))**2
        row = [t**i for i in range(count)] + [-value * t**i for i in range(1, under)]
        for i in range(size):
            right[i] += scale * row[i] * value
            for j in range(size):
                normal[i, j] += scale * row[i] * row[j]
    found = list(mp.lu_solve(normal, right))
    return found[:count], [mpf(1)] + found[count:]


def fit(points, count, under):
    weights, below, best = [mpf(1) for _ in points], [mpf(1)], None
    for _ in range(ROUNDS):
        above, below = least_squares(points, weights, count, under, below)
        errors = [error(above, below, *point) for point in points]
        best = min(filter(None, (best, (max(errors), above, below))), key=lambda x: x[0])
        weights = [w * e for w, e in zip(weights, errors)]
        mean = sum(weights) / len(weights)
        weights = [w / mean for w in weights]
    return best


def sample(low, high, function, weight, count):
    """Chebyshev's points, where errors of polynomials are largest near the ends."""
    for i in range(count):
        t = (low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * (i + mpf("0.5")) / count)
        yield (t, function(t), weight(t))


def main(wanted):
    for name, count, under, low, high, function, weight in rows():
        if wanted and name not in wanted:
            continue
        # An even number of points has none at nought, where some functions are 0 / 0.
        points = list(sample(mpf(low), mpf(high), function, weight, POINTS + 1))
        check = list(sample(mpf(low), mpf(high), function, weight, 1000))
        _, above, below = fit(points, count, under)
        old = committed(name), committed("BELOW") if under else [mpf(1)]
        of = lambda pair: mp.nstr(max(error(*pair, *point) for point in check), 3)
        print(f"{name}: largest error {of((above, below))} fitted, {of(old)} committed")
        for new, was in zip(above + below[:under], old[0] + old[1][:under]):
            print(f"    {mp.nstr(new, 17):>24} {mp.nstr(was, 17):>24}")


if __name__ == "__main__":
    main(sys.argv[1:])
