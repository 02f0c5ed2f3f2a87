import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

torch.manual_seed(1)
x, y = load_digits(return_X_y=True)  # 1,797 digits of 8 by 8 pixels from 0 to 16
x = (x / 16).astype(np.float32)
x, test_x, y, test_y = train_test_split(x, y, test_size=297, random_state=1)
train_x, calibrate, train_y, _ = train_test_split(x, y, test_size=600, random_state=1)

net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=0.05)
for epoch in range(100):
    for pick in torch.randperm(len(train_x)).split(50):
        logits = net(torch.from_numpy(train_x[pick]))
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(train_y[pick]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

torch.onnx.export(net, torch.zeros(1, 64), "digits.onnx", opset_version=13,
                  input_names=["pixels"], output_names=["logits"],
                  dynamic_axes={"pixels": {0: "N"}, "logits": {0: "N"}})
np.save("calibrate.npy", calibrate)
np.save("test.npy", test_x)
np.save("labels.npy", test_y)
with torch.no_grad():
    answers = net(torch.from_numpy(test_x)).numpy()
np.save("expect.npy", answers)
print((answers.argmax(1) == test_y).mean())
