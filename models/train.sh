#!/usr/bin/env bash
# Trains every model of this directory anew and rewrites the test data that
# goes with them. Takes about ten minutes of one core.
#
# PYTHON names the interpreter; without it, Debian's own is used, since the
# packages that setup.sh installs belong to that one.
set -euo pipefail
cd "$(dirname "$0")"
./setup.sh

python=${PYTHON:-/usr/bin/python3}
for script in mnist/data.py mnist/relu.py mnist/square.py mnist/square_deep.py \
	mnist/deep.py mnist/lola.py mnist/pca.py mnist/pca_sigmoid.py \
	monitoring/train.py \
	vibration/autoencoder.py vibration/conv_autoencoder.py vibration/bearing.py \
	fashion/residual.py images/resnet20.py \
	tabular/regressor.py control/policy.py \
	../testdata/onnx/make.py; do
	echo "== $script"
	"$python" "$script"
done
for activation in relu tanh square; do
	echo "== mnist/lenet.py $activation"
	"$python" mnist/lenet.py "$activation"
done
