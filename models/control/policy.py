"""Clones a controller that balances a pole on a cart into a network 4-64-64-1
with tanh and writes policy.onnx.

The teacher is the linear-quadratic regulator of the linearised system, its
force limited to what the motor has. The network learns from states that the
teacher visits, and is judged by balancing the pole itself.
"""

import pathlib

import numpy as np
import torch
from scipy.linalg import solve_discrete_are
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parents[1] / "testdata/control"

# Cart 1 kg, pole 0.1 kg, half its length 0.5 m: the values of Barto, Sutton
# and Anderson (1983). Steps of 20 ms.
CART, POLE, HALF, GRAVITY, STEP = 1.0, 0.1, 0.5, 9.8, 0.02
LIMIT = 10.0  # N
START = np.array([1.5, 1.0, 0.3, 1.0])  # largest position, speed, angle, turn

torch.set_num_threads(1)


def move(state, force):
    """One step of the exact equations, for rows of states."""
    x, v, angle, turn = state.T
    sin, cos, mass = np.sin(angle), np.cos(angle), CART + POLE
    push = (force + POLE * HALF * turn**2 * sin) / mass
    bend = (GRAVITY * sin - cos * push) / (HALF * (4 / 3 - POLE * cos**2 / mass))
    speed = push - POLE * HALF * bend * cos / mass
    return state + STEP * np.stack([v, speed, turn, bend], 1)


def gains():
    """The regulator's, from numeric derivatives at rest."""
    e, rest = 1e-5, np.zeros((4, 4))
    a = (move(rest + e * np.eye(4), 0) - move(rest - e * np.eye(4), 0)).T / (2 * e)
    b = ((move(rest[:1], e) - move(rest[:1], -e)) / (2 * e)).T
    cost, effort = np.diag([1, 0.1, 10, 0.1]), np.array([[0.1]])
    p = solve_discrete_are(a, b, cost, effort)
    return np.linalg.solve(effort + b.T @ p @ b, b.T @ p @ a)[0]


def drive(policy, episodes, steps, rng):
    """The states of many episodes, [steps, episodes, 4]."""
    state = rng.uniform(-START, START, (episodes, 4))
    visited = []
    for _ in range(steps):
        visited.append(state)
        state = move(state, np.clip(policy(state), -LIMIT, LIMIT))
    return np.stack(visited)


def states(policy, count, seed):
    """States of different episodes, each at a random time."""
    rng = np.random.default_rng(seed)
    visited = drive(policy, count, 100, rng)
    return visited[rng.integers(0, 100, count), np.arange(count)].astype(np.float32)


def clone(net, x, y):
    epochs = 60
    opt = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-3)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(opt, epochs)
    for _ in range(epochs):
        for pick in torch.randperm(len(x)).split(100):
            opt.zero_grad()
            (net(x[pick]) - y[pick]).square().mean().backward()
            opt.step()
        plan.step()


def main():
    torch.manual_seed(7)
    k = gains()

    def teacher(state):
        return np.clip(-state @ k, -LIMIT, LIMIT)

    net = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))

    def student(state):
        with torch.no_grad():
            return net(torch.from_numpy(state.astype(np.float32)))[:, 0].numpy()

    x = states(teacher, 10000, 1)
    clone(net, torch.from_numpy(x), torch.from_numpy(teacher(x).astype(np.float32)[:, None]))

    test = states(student, 1000, 3)
    wanted, answers = teacher(test), student(test)
    r2 = 1 - np.mean((wanted - answers) ** 2) / wanted.var()
    final = drive(student, 500, 500, np.random.default_rng(4))[-1]
    upright = np.mean((abs(final[:, 2]) < 0.05) & (abs(final[:, 0]) < 0.5))
    print(f"policy: R2 {r2:.4f} to the teacher on {len(test)} states, forces "
          f"{answers.min():.1f} to {answers.max():.1f} N; balances {upright:.1%} of 500 poles for 10 s")
    torch.onnx.export(
        net, torch.from_numpy(test[:1]), str(HERE / "policy.onnx"), opset_version=13,
        input_names=["state"], output_names=["force"],
        dynamic_axes={"state": {0: "N"}, "force": {0: "N"}})
    TESTDATA.mkdir(parents=True, exist_ok=True)
    np.save(TESTDATA / "calibrate.npy", states(student, 2000, 2))
    np.save(TESTDATA / "test.npy", test)
    np.save(TESTDATA / "policy_expect.npy", answers.reshape(-1, 1))


if __name__ == "__main__":
    main()
