"""Blends for the tests: published ones, and a random tiny one."""

from __future__ import annotations

import numpy as np

from matching.blends.recipes import Compositions, Forms, Limits

INF = float("inf")
NAN = float("nan")

# A published cement raw mix of 1977 (limestone, clay, bauxite, pyrites): moduli, lime factors and
# Bogue phases as linear rows. Its least cost was published as 22.66; two solvers give 22.66391.
OXIDES = ("SiO2", "Al2O3", "Fe2O3", "CaO", "SO3", "LOI")
RAW_MATERIALS = (
    (11.46, 1.62, 0.96, 48.36, 0.02, 31.0),
    (56.3, 10.18, 4.76, 12.7, 0.22, 12.12),
    (1.64, 39.06, 33.94, 12.2, 0.0, 6.77),
    (5.36, 2.99, 83.61, 1.84, 2.42, 2.08),
)
RAW_PRICES = (20.0, 6.0, 230.0, 160.0)
RAW_ROWS = (
    ((1, -3, -3, 0, 0, 0), 0),  # silica modulus at most 3
    ((-1, 2.8, 2.8, 0, 0, 0), 0),  # silica modulus at least 2.8
    ((0, 1, -2.5, 0, 0, 0), 0),  # alumina modulus at most 2.5
    ((0, -1, 1.5, 0, 0, 0), 0),  # alumina modulus at least 1.5
    ((-2.8, -1.1, -0.7, 1.05, 0, 0), 0),  # lime factors
    ((2.8, 1.1, 0.7, -1.11, 0, 0), 0),
    ((-7.6, -6.72, -1.43, 4.07, -2.85, 0.7), 70),  # C3S
    ((7.6, 6.72, 1.43, -4.07, 2.85, -0.5), -50),
    ((8.6, 5.07, 1.08, -3.04, 2.15, 0.4), 40),  # C2S
    ((-8.6, -5.07, -1.08, 3.04, -2.15, -2.0), -20),
    ((0, 2.65, -1.69, 0, 0, -0.1), 10),  # C3A
    ((0, 0, 3.04, 0, 0, 0.12), 12),  # C4AF
    ((0, 0, -3.04, 0, 0, -0.07), 7),
)
RAW_COST = 22.663911516521495
RAW_MIX = (0.88089899, 0.09913362, 0.01794782, 0.00201957)


def raw_forms(**fields):
    coef, bound = zip(*RAW_ROWS, strict=True)
    return Forms(**({"coef": coef, "bound": bound} | fields))


def free(columns):
    """Return limits that limit nothing."""
    return Limits([-INF] * columns, [INF] * columns)


def random_blend(seed, sources, parameters):
    """Return arguments of `blend`: whole numbers, so that borders are met exactly and ties abound.

    Values may be unknown, limits missing, sources empty; some parameters do not mix, some are dry.
    """
    random = np.random.default_rng(seed)
    shape = sources, parameters
    typical = random.integers(0, 7, shape).astype(float)
    minimum, maximum = (
        typical - random.integers(0, 2, shape),
        typical + random.integers(0, 2, shape),
    )
    typical[random.random(shape) < 0.05] = NAN
    minimum[random.random(shape) < 0.3] = NAN
    maximum[random.random(shape) < 0.3] = NAN
    lower = random.choice([-INF, 0.0, 1.0, 2.0], parameters, p=[0.5, 0.1, 0.2, 0.2])
    upper = random.choice([INF, 5.0, 4.0, 3.0], parameters, p=[0.3, 0.2, 0.3, 0.2])
    dry = random.random(parameters) < 0.4
    coef = random.integers(-2, 3, (2, parameters)) * (dry == random.choice([True, False], (2, 1)))
    return {
        "compositions": Compositions(
            typical,
            minimum,
            maximum,
            moisture=random.choice([0.0, 0.2, 0.5, NAN], sources, p=[0.4, 0.3, 0.25, 0.05]),
            mixing=random.random(parameters) > 0.2,
            dry=dry,
        ),
        "cost_per_t": random.integers(-3, 9, sources).astype(float),
        "available_t": random.choice([0.0, 3.0, 6.0, 20.0, INF], sources),
        "limits": Limits(lower, upper, quality=random.choice(["expected", "guaranteed"])),
        "amount_t": float(random.choice([1.0, 12.0])),
        "forms": Forms(coef, random.choice([0.0, 3.0, INF], 2)),
    }
