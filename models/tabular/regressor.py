"""Fits Pipeline(StandardScaler, MLPRegressor 10-20-10-1 with ReLU) on 300
inspections of bridges and writes regressor.onnx, whose output is the share of
a girder's capacity that its load uses up.

The inspections are synthetic; `inspections` says how the quantity follows from
what is measured.
"""

import pathlib
import sys
import warnings

import numpy as np
import onnx
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import r2_score
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parents[1] / "testdata/tabular"
sys.path.insert(0, str(HERE.parent))

import sklgraph  # noqa: E402

SAMPLES = 300  # to train on, to calibrate on, and to measure with


def inspections(seed):
    """Ten measurements of each of 300 steel girders, and the utilisation of
    their bending capacity: moment over moment of resistance.

    Corrosion takes height and web off the section, heat and fatigue strength
    off the steel, and a yielding bearing moves load to the middle.
    """
    rng = np.random.default_rng(seed)
    span = rng.uniform(12, 30, SAMPLES)  # m
    height = span / rng.uniform(16, 24, SAMPLES)  # m
    flange = rng.uniform(0.012, 0.02, SAMPLES) * span  # width, m
    thickness = rng.uniform(0.02, 0.04, SAMPLES)  # of a flange, m
    strength = rng.normal(300, 20, SAMPLES)  # of the steel, MPa
    traffic = rng.uniform(5, 20, SAMPLES)  # kN/m
    dead = rng.uniform(8, 15, SAMPLES)  # kN/m
    corrosion = rng.gamma(2, 0.8, SAMPLES)  # depth, mm
    temperature = rng.uniform(-15, 45, SAMPLES)  # of the steel, degrees
    bearing = rng.uniform(0.6, 1, SAMPLES)  # stiffness, relative to new

    left = np.maximum(thickness - 2e-3 * corrosion, 0.3 * thickness)
    resistance = flange * left * height * strength * 1e3  # kNm
    resistance *= 1 - 0.0008 * np.maximum(temperature - 20, 0)
    moment = (dead + 1.35 * traffic) * span**2 / 8
    moment *= 1 + 0.5 * (1 - bearing) ** 2
    x = np.stack([span, height, flange, thickness, strength, traffic, dead,
                  corrosion, temperature, bearing], 1)
    noise = rng.normal(0, 0.01, SAMPLES)
    return x.astype(np.float32), moment / resistance + noise


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)
    x, y = inspections(1)
    calibration, _ = inspections(2)
    test, wanted = inspections(3)
    scaler = StandardScaler().fit(x)
    mlp = MLPRegressor((20, 10), alpha=0.1, learning_rate_init=0.01,
                       max_iter=400, random_state=4)
    mlp.fit(scaler.transform(x), y)
    answers = mlp.predict(scaler.transform(test))
    print(f"regressor: R2 {r2_score(wanted, answers):.3f} on {SAMPLES} test "
          f"samples, {mlp.score(scaler.transform(x), y):.3f} on those trained on; "
          f"answers {answers.min():.2f} to {answers.max():.2f}, root mean square "
          f"residual {np.sqrt(np.mean((wanted - answers) ** 2)):.3f}")
    graph = sklgraph.Graph(10)
    graph.standard_scaler(scaler)
    graph.regressor(mlp)
    onnx.save(graph.model(), HERE / "regressor.onnx")
    TESTDATA.mkdir(parents=True, exist_ok=True)
    np.save(TESTDATA / "calibrate.npy", calibration)
    np.save(TESTDATA / "test.npy", test)
    np.save(TESTDATA / "test_targets.npy", wanted.astype(np.float32))
    np.save(TESTDATA / "regressor_expect.npy", answers.astype(np.float32).reshape(-1, 1))


if __name__ == "__main__":
    main()
