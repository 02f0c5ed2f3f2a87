"""Synthetic vibration records of a structure, sound or damaged.

A footbridge-like structure answers random loads (wind, traffic) in three
damped modes. Temperature softens it a little, the load varies, the sensor
adds noise: all of that is normal. Damage takes stiffness away, which lowers
the modes unevenly, and a crack that opens and closes adds harmonics.

A record of 4,096 samples becomes 128 features, the logarithm of its averaged
power spectrum, normalised by the record's own power.
"""

import numpy as np
from scipy import signal

RATE = 128.0  # samples a second
LENGTH = 4096
FEATURES = 128
FREQUENCY = np.array([6.2, 17.5, 31.0])  # Hz at 15 degrees
DAMPING = np.array([0.012, 0.010, 0.014])
SHARE = np.array([1.0, 0.6, 0.35])


def mode(rng, frequency, damping):
    """One damped mode's answer to white noise, at unit strength."""
    radius = np.exp(-2 * np.pi * frequency * damping / RATE)
    angle = 2 * np.pi * frequency * np.sqrt(1 - damping**2) / RATE
    poles = [1, -2 * radius * np.cos(angle), radius**2]
    answer = signal.lfilter([1], poles, rng.standard_normal(LENGTH + 1024))
    answer = answer[1024:]
    return answer / answer.std()


def record(rng, damaged):
    temperature = rng.uniform(-10, 35)
    frequency = FREQUENCY * (1 - 0.0006 * (temperature - 15))
    damping = DAMPING * rng.uniform(0.85, 1.2, 3)
    share = SHARE * rng.uniform(0.8, 1.25, 3)
    if damaged:
        severity = rng.uniform(0.5, 1)
        frequency = frequency * (1 - severity * np.array([0.03, 0.06, 0.05]))
        damping = damping * (1 + 0.5 * severity)
    load = rng.uniform(0.5, 2)
    x = sum(s * mode(rng, f, d) for s, f, d in zip(share, frequency, damping))
    if damaged:
        x = x + severity * 0.06 * np.maximum(x, 0) ** 2
    return load * x + 0.05 * rng.standard_normal(LENGTH)


def features(x):
    _, power = signal.welch(x, RATE, nperseg=2 * FEATURES)
    power = power[1:]
    return np.log10(power / power.mean() + 1e-4)


def batch(seed, healthy, damaged):
    """Returns the features of that many records, shuffled, and their labels:
    0 for sound, 1 for damaged."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat([0, 1], [healthy, damaged]))
    x = np.stack([features(record(rng, label)) for label in labels])
    return x.astype(np.float32), labels.astype(np.int64)
