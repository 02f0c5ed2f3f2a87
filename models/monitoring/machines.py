"""Synthetic records of a pump's drive, as a plant would keep them: vibration of
the bearing's housing, its temperature and the hall's, speed and load.

The drive has a frequency converter: the shaft turns 18 to 32 times a second.
Load (0.3 to 1.2 of the rated one) and the hall's temperature (5 to 35 degrees)
are those of the moment. All that is normal: vibration grows with load and
speed, and so does the bearing's temperature.

Four faults, of a severity that differs from record to record:

- outer race, inner race, ball: an impact each time that a rolling element
  passes the spot, 3.585, 5.415 and 4.714 times a turn (the bearing 6205),
  slipping a little, each ringing out in a resonance of the housing. The inner
  race's come and go with the load zone once a turn, a ball's once a turn of
  the cage. They warm the bearing by a few degrees.
- lubrication: metal rubs; the bearing gets warmer and noisier at high
  frequencies, without a rhythm.

A record is 16,384 samples at 12.8 kHz and four numbers. `features` makes 64
numbers of it, which is what the models see.
"""

import numpy as np
from scipy import signal

RATE = 12800.0  # samples a second
LENGTH = 16384
CLASSES = ["healthy", "outer race", "inner race", "ball", "lubrication"]
PER_TURN = [0, 3.585, 5.415, 4.714]
MODULATED = [0, 0, 1, 0.398]  # turns per turn of the shaft
LUBRICATION = 4
ORDERS = 0.25 * np.arange(1, 49)  # of the envelope's spectrum, per turn
EVERY = 8  # samples of the envelope become one
EDGES = [0, 200, 500, 1000, 1700, 2400, 3100, 3900, 5000, 6401]  # of bands, Hz
HOUSING = signal.butter(4, [2000, 4000], "bandpass", fs=RATE, output="sos")
NAMES = (["bearing", "hall", "speed", "load", "rms", "kurtosis", "crest"]
         + [f"band{k}" for k in range(9)] + [f"order{o:.2f}" for o in ORDERS])


def impacts(rng, fault, turn):
    """The answer of the housing to the impacts of a fault."""
    before = 512  # what rings on from before the record
    gap = RATE / (PER_TURN[fault] * turn)
    at = rng.uniform(0, gap) + gap * np.arange(int((LENGTH + before) / gap) + 1)
    at = (at + rng.normal(0, 0.015 * gap, len(at))).clip(0, LENGTH + before - 1)
    size = rng.uniform(0.6, 1.4, len(at))
    if MODULATED[fault]:
        angle = 2 * np.pi * MODULATED[fault] * turn * at / RATE
        size = size * (1 + 0.8 * np.cos(angle + rng.uniform(0, 2 * np.pi)))
    blows = np.zeros(LENGTH + before)
    np.add.at(blows, at.astype(int), size)
    frequency, damping = rng.uniform(2600, 3400), rng.uniform(0.03, 0.06)
    radius = np.exp(-2 * np.pi * frequency * damping / RATE)
    angle = 2 * np.pi * frequency * np.sqrt(1 - damping**2) / RATE
    poles = [1, -2 * radius * np.cos(angle), radius**2]
    return signal.lfilter([np.sin(angle)], poles, blows)[before:]


def record(rng, fault):
    """Vibration, and the temperatures of bearing and hall, speed and load."""
    turn, load, hall = rng.uniform(18, 32), rng.uniform(0.3, 1.2), rng.uniform(5, 35)
    severity = rng.uniform(0.25, 1) if fault else 0
    time = 2 * np.pi * turn * np.arange(LENGTH) / RATE
    strength = (0.4 + 0.6 * load) * turn / 25
    x = rng.normal(0, 0.3 * strength * rng.uniform(0.85, 1.15), LENGTH)
    for order, part in [(1, 0.5), (2, 0.3), (3, 0.15), (6, 0.2), (21, 0.35)]:
        part *= strength * rng.uniform(0.6, 1.4)
        x += part * np.cos(order * time + rng.uniform(0, 2 * np.pi))
    warmer = 4 * severity
    if fault == LUBRICATION:
        warmer = 14 * severity
        x += severity * 0.25 * np.diff(rng.normal(0, 1, LENGTH + 1))
    elif fault:
        x += severity * 0.9 * impacts(rng, fault, turn)
    bearing = hall + 8 + 18 * load * turn / 25 + warmer + rng.normal(0, 1.5)
    return x, bearing, hall, turn, load


def spectrum(envelope, turn):
    """Its power at the orders, averaged over stretches of four turns that
    overlap by half: multiples of a quarter of the speed."""
    width = round(4 * RATE / EVERY / turn)
    stretches = np.lib.stride_tricks.sliding_window_view(envelope, width)[::width // 2]
    turns = turn * EVERY / RATE * np.arange(width)
    lines = stretches * np.hanning(width) @ np.exp(-2j * np.pi * np.outer(turns, ORDERS))
    return (np.abs(lines) ** 2).mean(0) / width


def features(x, bearing, hall, turn, load):
    """64 numbers: the temperatures in units of 3 degrees, the speed in units of
    3 turns a second, the load in thirds; the logarithms of the signal's root mean square,
    kurtosis and crest, of its power in nine bands, and of the spectrum of its
    envelope at 48 orders."""
    rms = x.std()
    frequency, power = signal.welch(x, RATE, nperseg=512)
    bands = [power[(frequency >= a) & (frequency < b)].mean()
             for a, b in zip(EDGES, EDGES[1:])]
    envelope = np.abs(signal.hilbert(signal.sosfilt(HOUSING, x)))
    envelope = signal.resample_poly(envelope / envelope.mean() - 1, 1, EVERY)
    shape = [rms, ((x / rms) ** 4).mean(), np.abs(x).max() / rms]
    return np.concatenate([
        [bearing / 3, hall / 3, turn / 3, load * 3],
        np.log10(shape), np.log10(bands),
        np.log10(spectrum(envelope, turn) + 1e-3)])


def batch(seed, counts):
    """The features of so many records of each class, shuffled, in half
    precision, and their classes."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(CLASSES)), counts))
    x = np.stack([features(*record(rng, label)) for label in labels])
    return x.astype(np.float16), labels.astype(np.int64)
