"""Models of pictures and signals: convolutions, pools, and what changes their
size. make.py writes them with the others; run alone, this writes only its own.
The answers are PyTorch's, also of graphs built by hand.
"""

import numpy as np
import onnx
import torch
from onnx import checker
from torch import nn
from torch.nn import functional as F

import make
from make import build, node, samples, torch_export, weight


class Residual(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.a = nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.Tanh(),
                               nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o))
        self.skip = nn.Conv2d(i, o, 1, stride)

    def forward(self, x):
        return torch.tanh(self.a(x) + self.skip(x))


class SqueezeExcite(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.a, self.b = nn.Conv2d(c, 2, 1), nn.Conv2d(2, c, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.b(torch.tanh(self.a(F.adaptive_avg_pool2d(x, 1)))))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.mid, self.up, self.out = nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(2, 3, 3, 2, 1), nn.ConvTranspose2d(3, 2, 2, 2), nn.Conv2d(4, 1, 1)

    def forward(self, x):
        a = torch.tanh(self.down(x))
        return self.out(torch.cat([a, self.up(torch.tanh(self.mid(a)))], 1))


class LastAxis(nn.Module):
    """Channels come last, as in TensorFlow."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(2, 3, 3, 2, 1), nn.Linear(27, 2)

    def forward(self, x):
        x = torch.sigmoid(self.a(x.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)
        return self.b(x.reshape(x.shape[0], -1))


class Padded(nn.Module):
    def __init__(self, mode):
        super().__init__()
        self.a, self.mode = nn.Conv2d(1, 2, 3, 2), mode

    def forward(self, x):
        return torch.tanh(self.a(F.pad(x, (0, 1, 2, 1), self.mode))).mean((2, 3))


class Scaled(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.a, self.b, self.options = nn.Conv2d(1, 2, 3), nn.Conv2d(2, 1, 3), options

    def forward(self, x):
        return self.b(F.interpolate(torch.tanh(self.a(x)), **self.options))


def make_exports():
    S = nn.Sequential
    export = lambda name, make_net, *shape, opset=13: torch_export("torch_" + name, make_net, *shape, opset=opset)
    export("cnn", lambda: S(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(18, 3)), 1, 8, 8)
    export("cnn1d", lambda: S(nn.Conv1d(2, 3, 5, stride=2, padding=2), nn.BatchNorm1d(3), nn.Sigmoid(), nn.Conv1d(3, 2, 3, dilation=2), nn.AdaptiveAvgPool1d(1), nn.Flatten()), 2, 16)
    export("cnn3d", lambda: S(nn.Conv3d(1, 2, 2), nn.Tanh(), nn.AvgPool3d((1, 2, 2)), nn.Flatten()), 1, 3, 5, 5)
    export("residual_image", lambda: S(Residual(1, 2, 1), Residual(2, 4, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)), 1, 6, 6)
    export("separable", lambda: S(nn.Conv2d(2, 2, 3, padding=1, groups=2), nn.Conv2d(2, 4, 1), nn.Hardswish(), SqueezeExcite(4), nn.Conv2d(4, 4, 3, 2, groups=2), nn.Flatten()), 2, 5, 5, opset=14)
    export("unet", lambda: UNet(), 1, 6, 6)
    export("channels_last", lambda: LastAxis(), 6, 6, 2)
    export("autoencoder1d", lambda: S(nn.Conv1d(1, 2, 5, 2, 2), nn.Tanh(), nn.ConvTranspose1d(2, 1, 5, 2, 2, output_padding=1)), 1, 12)
    export("pad_zero", lambda: Padded("constant"), 1, 6, 6)
    export("pad_reflect", lambda: Padded("reflect"), 1, 6, 6, opset=11)
    export("upsample", lambda: Scaled(scale_factor=2, mode="nearest"), 1, 5, 5, opset=11)
    export("bilinear", lambda: Scaled(scale_factor=2, mode="bilinear"), 1, 5, 5)
    export("corners", lambda: Scaled(size=(5, 7), mode="bilinear", align_corners=True), 1, 5, 5)
    export("pixelshuffle", lambda: S(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.PixelShuffle(2)), 1, 4, 4)
    export("maxpool", lambda: S(nn.Conv2d(1, 1, 3), nn.MaxPool2d((2, 1), ceil_mode=True), nn.Conv2d(1, 1, 2)), 1, 5, 5)


def by_hand(name, nodes, answer, x_shape, opset, **weights):
    x = samples(name, *x_shape)
    with torch.no_grad():
        y = answer(torch.from_numpy(x), *[torch.from_numpy(w) for w in weights.values() if w.dtype == np.float32]).numpy()
    model = build(nodes, x_shape, y.shape[1:], weights, opset=opset)
    make.keep(name, model, x, y)


def conv(name, answer, x_shape, w, opset=13, op="Conv", **attrs):
    kernel = weight(name, *w, scale=0.5)
    by_hand(name, [node(op, ["x", "w"], ["y"], **attrs)], answer, x_shape, opset, w=kernel)


def pool(name, op, answer, x_shape, opset, **attrs):
    by_hand(name, [node(op, ["x"], ["y"], **attrs)], answer, x_shape, opset)


def resize(name, answer, opset, mode, operands, more={}, **weights):
    op = "Upsample" if opset < 10 else "Resize"
    attrs = dict(mode=mode, **more)
    if opset >= 11:
        attrs["coordinate_transformation_mode"] = "asymmetric"
        attrs["nearest_mode"] = "floor"
    if opset < 9:
        attrs["scales"] = [float(s) for s in weights.pop("s")]
    x = samples(name, 2, 3, 4)
    y = answer(torch.from_numpy(x)).numpy()
    model = build([node(op, operands, ["y"], **attrs)], [2, 3, 4], y.shape[1:], weights, opset=opset)
    make.keep(name, model, x, y)


def make_conv():
    conv("conv_same_upper", lambda x, w: F.conv2d(F.pad(x, (0, 1, 0, 1)), w, stride=2), [1, 6, 6], [2, 1, 3, 3], auto_pad="SAME_UPPER", strides=[2, 2])
    conv("conv_same_lower", lambda x, w: F.conv2d(F.pad(x, (1, 0, 1, 0)), w, stride=2), [1, 6, 6], [2, 1, 3, 3], auto_pad="SAME_LOWER", strides=[2, 2])
    conv("conv_valid", lambda x, w: F.conv1d(x, w, stride=3), [2, 10], [2, 2, 4], opset=7, auto_pad="VALID", strides=[3])
    conv("conv_uneven", lambda x, w: F.conv2d(F.pad(x, (3, 1, 0, 2)), w, stride=(1, 2), dilation=(2, 1)), [2, 5, 6], [3, 2, 2, 3],
         pads=[0, 3, 2, 1], strides=[1, 2], dilations=[2, 1], kernel_shape=[2, 3])
    conv("convtranspose_group", lambda x, w: F.conv_transpose2d(x, w, stride=(2, 1), padding=1, groups=2, dilation=(1, 2)), [4, 3, 4], [4, 1, 3, 2],
         op="ConvTranspose", strides=[2, 1], pads=[1, 1, 1, 1], group=2, dilations=[1, 2])
    conv("convtranspose_same", lambda x, w: F.conv_transpose1d(x, w, stride=2)[..., :8], [2, 4], [2, 1, 3], op="ConvTranspose", strides=[2], auto_pad="SAME_UPPER")
    conv("convtranspose_shape", lambda x, w: F.pad(F.conv_transpose1d(x, w, stride=2), (0, 1)), [1, 4], [1, 2, 2], op="ConvTranspose", strides=[2], output_shape=[9])


def make_pools():
    image = [2, 5, 5]
    pool("averagepool_opset7", "AveragePool", lambda x: F.avg_pool2d(x, 3, 2, 1), image, 7, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    pool("averagepool_ceil", "AveragePool", lambda x: F.avg_pool2d(x, 2, 2, ceil_mode=True), image, 10, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    pool("averagepool_border", "AveragePool", lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), image, 13, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    pool("averagepool_opset19", "AveragePool", lambda x: (x[..., :-2] + x[..., 2:]) / 2, [2, 7], 19, kernel_shape=[2], dilations=[2])
    pool("globalaveragepool", "GlobalAveragePool", lambda x: x.mean((2, 3), keepdim=True), image, 13)
    pool("globalmaxpool", "GlobalMaxPool", lambda x: x.amax((2, 3), keepdim=True), image, 13)
    pool("globallppool", "GlobalLpPool", lambda x: x.abs().sum((2, 3), keepdim=True), image, 13, p=1)
    pool("lppool_opset11", "LpPool", lambda x: (x ** 2).unfold(2, 2, 2).sum(3).sqrt(), [2, 6], 11, kernel_shape=[2], strides=[2])
    pool("lppool_opset18", "LpPool", lambda x: x[..., :-2].abs() + x[..., 2:].abs(), [2, 6], 18, kernel_shape=[2], dilations=[2], p=1)
    pool("maxpool_opset7", "MaxPool", lambda x: F.max_pool2d(x, 3, 2, 1), image, 7, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    pool("maxpool_opset8", "MaxPool", lambda x: F.max_pool1d(x, 2), [2, 6], 8, kernel_shape=[2], strides=[2], storage_order=0)
    pool("maxpool_dilated", "MaxPool", lambda x: F.max_pool2d(x, (2, 3), 1, 0, (2, 1)), image, 12, kernel_shape=[2, 3], dilations=[2, 1])


def make_sizes():
    factors = np.array([1, 1, 2, 3], np.float32)
    nearest = lambda x: F.interpolate(x, scale_factor=(2, 3), mode="nearest")
    resize("upsample_opset7", nearest, 7, "nearest", ["x"], s=factors)
    resize("upsample_opset9", nearest, 9, "nearest", ["x", "s"], s=factors)
    resize("resize_opset10", nearest, 10, "nearest", ["x", "s"], s=factors)
    resize("resize_opset11", nearest, 11, "nearest", ["x", "r", "s"], r=np.zeros(0, np.float32), s=factors)
    resize("resize_opset18", nearest, 18, "nearest", ["x", "", "", "n"], dict(axes=[2, 3]), n=np.array([6, 12]))
    resize("resize_linear", lambda x: torch.stack([x, (x + torch.cat([x[..., 1:], x[..., -1:]], -1)) / 2], -1).flatten(3), 13, "linear", ["x", "", "s"], s=np.array([1, 1, 1, 2], np.float32))
    shuffle = lambda x: F.pixel_shuffle(x, 2)
    blocks = lambda x: x.reshape(-1, 2, 2, 2, 3, 3).permute(0, 3, 4, 1, 5, 2).reshape(-1, 2, 6, 6)
    pool("depthtospace_opset7", "DepthToSpace", blocks, [8, 3, 3], 7, blocksize=2)
    pool("depthtospace_crd", "DepthToSpace", shuffle, [8, 3, 3], 13, blocksize=2, mode="CRD")
    pool("spacetodepth", "SpaceToDepth", lambda x: x.reshape(-1, 2, 2, 2, 3, 2).permute(0, 3, 5, 1, 2, 4).reshape(-1, 8, 2, 3), [2, 4, 6], 13, blocksize=2)


def make_norms():
    parameters = [weight("image norm", 2) for _ in range(3)] + [np.array([0.5, 2], np.float32)]
    for opset in (9, 15):
        by_hand(f"batchnorm_image_opset{opset}", [node("BatchNormalization", ["x", "g", "b", "m", "v"], ["y"])],
                lambda x, g, b, m, v: F.batch_norm(x, m, v, g, b), [2, 3, 3], opset, **dict(zip("gbmv", parameters)))


def make_refused():
    kernel = {"w": weight("kernel", 1, 1, 3, 3)}

    def refuse(name, nodes, y_shape=(1, 8, 8), weights=()):
        model = build(nodes, [1, 8, 8], y_shape, weights)
        checker.check_model(model)
        onnx.save(model, make.REFUSED / f"{name}.onnx")

    refuse("conv_two_values", [node("Conv", ["x", "w"], ["h"], pads=[1, 1, 1, 1]), node("Conv", ["x", "h"], ["y"])], weights=kernel, y_shape=(1, 1, 1))
    refuse("conv_group", [node("Conv", ["x", "w"], ["y"], group=3, pads=[1, 1, 1, 1])], weights=kernel)
    refuse("conv_large_kernel", [node("Conv", ["x", "w"], ["y"], dilations=[4, 4])], weights=kernel)
    refuse("conv_huge_pads", [node("Conv", ["x", "w"], ["y"], pads=[1 << 24] * 4)], weights=kernel)
    refuse("averagepool_outside", [node("AveragePool", ["x"], ["y"], kernel_shape=[2, 2], pads=[2, 2, 0, 0])])
    refuse("maxpool_indices", [node("MaxPool", ["x"], ["y", "i"], kernel_shape=[1, 1])])
    refuse("globalmaxpool_large", [node("Pad", ["x", "p"], ["h"]), node("GlobalMaxPool", ["h"], ["y"])], weights={"p": np.array([0, 0, 0, 0, 0, 0, 1, 1])}, y_shape=(1, 1, 1))
    refuse("lppool_cubes", [node("LpPool", ["x"], ["y"], kernel_shape=[1, 1], p=3)])
    refuse("resize_cubic", [node("Resize", ["x", "", "s"], ["y"], mode="cubic")], weights={"s": np.ones(4, np.float32)})
    refuse("resize_batch", [node("Resize", ["x", "", "s"], ["y"])], weights={"s": np.array([2, 1, 1, 1], np.float32)})
    refuse("instancenorm", [node("InstanceNormalization", ["x", "g", "g"], ["y"])], weights={"g": np.ones(1, np.float32)})


def make_images():
    make_exports()
    make_conv()
    make_pools()
    make_sizes()
    make_norms()
    make_refused()


if __name__ == "__main__":
    make_images()
