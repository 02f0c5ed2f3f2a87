"""Synthetic vibration records of a rolling bearing: healthy, or with a fault
of the outer race, the inner race or a ball.

A shaft turns 26 to 34 times a second. Every record has its harmonics, the mesh of a
gear, and noise. A fault adds an impact each time that a rolling element
passes it, slipping a little, and each impact rings out in a resonance of the
housing. How often says where the fault is: 3.58 times a turn for the outer
race, 5.42 for the inner, 4.71 for a ball (the bearing 6205, of eight balls
and a ninth). A fault of the inner race comes and goes with the load once a
turn, one of a ball once a turn of the cage. Speed, load, severity, resonance,
its damping, and noise differ from record to record.

A record is 1,024 samples at 12 kHz.
"""

import numpy as np
from scipy import signal

RATE = 12000.0  # samples a second
LENGTH = 1024
CLASSES = ["healthy", "outer race", "inner race", "ball"]
PER_TURN = [0, 3.585, 5.415, 4.714]
MODULATED = [0, 0, 1, 0.398]  # turns per turn of the shaft


def impacts(rng, fault, turn):
    """The answer of the housing to the impacts of a fault."""
    before = 256  # what rings on from before the record
    gap = RATE / (PER_TURN[fault] * turn)
    at = rng.uniform(0, gap) + gap * np.arange(int((LENGTH + before) / gap) + 1)
    at = (at + rng.normal(0, 0.01 * gap, len(at))).clip(0, LENGTH + before - 1)
    size = rng.uniform(0.8, 1.2, len(at))
    if MODULATED[fault]:
        angle = 2 * np.pi * MODULATED[fault] * turn * at / RATE
        size = size * (1 + 0.8 * np.cos(angle + rng.uniform(0, 2 * np.pi)))
    blows = np.zeros(LENGTH + before)
    np.add.at(blows, at.astype(int), size)
    frequency, damping = rng.uniform(2700, 3300), rng.uniform(0.03, 0.06)
    radius = np.exp(-2 * np.pi * frequency * damping / RATE)
    angle = 2 * np.pi * frequency * np.sqrt(1 - damping**2) / RATE
    poles = [1, -2 * radius * np.cos(angle), radius**2]
    return signal.lfilter([np.sin(angle)], poles, blows)[before:]


def record(rng, fault):
    turn = rng.uniform(26, 34)
    load = rng.uniform(0.5, 1.5)
    time = 2 * np.pi * turn * np.arange(LENGTH) / RATE
    x = rng.normal(0, rng.uniform(0.29, 0.34), LENGTH)
    for order, strength in [(1, 0.5), (2, 0.3), (3, 0.15), (21, 0.35)]:
        strength *= load * rng.uniform(0.7, 1.3)
        x += strength * np.cos(order * time + rng.uniform(0, 2 * np.pi))
    if fault:
        x += rng.uniform(0.4, 1.4) * impacts(rng, fault, turn)
    return x


def batch(seed, counts):
    """Returns so many records of each class, shuffled, as an array of
    n x 1 x 1,024, and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(4), counts))
    x = np.stack([record(rng, label) for label in labels])
    return x.astype(np.float32)[:, None], labels.astype(np.int64)
