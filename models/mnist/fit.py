"""What the PyTorch classifiers share: training, measuring, exporting."""

import math

import numpy as np
import torch
from torch.nn import functional as F

import data

torch.set_num_threads(1)


def distort(x, strength=1.0):
    """Turns, scales and shifts each digit a little: at strength 1 by up to
    12 degrees, a tenth, and two pixels."""
    n = len(x)
    angle = (torch.rand(n) * 2 - 1) * math.radians(12) * strength
    zoom = 1 + (torch.rand(n) * 2 - 1) * 0.1 * strength
    shift = (torch.rand(n, 2) * 2 - 1) * 2 / 14 * strength
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    theta = torch.stack([cos, -sin, shift[:, 0], sin, cos, shift[:, 1]], 1)
    grid = F.affine_grid(theta.view(n, 2, 3), [n, 1, 28, 28], False)
    moved = F.grid_sample(x.view(n, 1, 28, 28), grid, align_corners=False)
    return moved.view(n, 784)


def excess(values, limit):
    """Penalty for values beyond +-limit: nothing inside, quadratic outside."""
    return F.relu(values.abs() - limit).square().sum(1).mean()


def fit(net, epochs, pre_limit=math.inf, logit_limit=math.inf, rate=2e-3):
    """Trains net. net.pre(x) lists its pre-activations, its logits last;
    those that leave the limits are pulled back. A network of squares needs
    that, since nothing else keeps its values small."""
    (x, y), _ = data.load()
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    steps = math.ceil(len(x) / 100)
    opt = torch.optim.AdamW(net.parameters(), weight_decay=0.02)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, rate, epochs * steps)
    net.train()
    for _ in range(epochs):
        moved = distort(x)
        for pick in torch.randperm(len(x)).split(100):
            *pre, logits = net.pre(moved[pick])
            loss = F.cross_entropy(logits, y[pick], label_smoothing=0.05)
            loss = loss + 0.05 * excess(logits, logit_limit)
            for p in pre:
                loss = loss + 0.05 * excess(p, pre_limit)
            opt.zero_grad()
            loss.backward()
            opt.step()
            plan.step()
    net.eval()


def report_and_export(name, net, opset, shape=(784,)):
    """Prints the accuracy and ranges on the test digits, writes the ONNX
    file, whose input has this shape, and the expected logits."""
    (train_x, _), (test_x, test_y) = data.load()
    with torch.no_grad():
        logits = net(torch.from_numpy(test_x))
        correct = (logits.argmax(1).numpy() == test_y)
        ranges = [p.abs().max().item() for p in net.pre(torch.from_numpy(test_x))]
    print(f"{name}: {correct.mean():.2%} of {len(test_y)} test digits "
          f"({correct[:data.EXPECT].sum()} of the first {data.EXPECT}), "
          f"largest |values| before each activation and at the end: "
          + ", ".join(f"{r:.2f}" for r in ranges))
    data.save_expected(name, logits[:data.EXPECT].numpy())
    torch.onnx.export(
        net, torch.from_numpy(train_x[:1]).view(1, *shape), str(data.HERE / f"{name}.onnx"),
        opset_version=opset, input_names=["input"], output_names=["logits"],
        dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}})
