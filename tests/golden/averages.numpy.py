# Scratchwork 0.1.0, engine numpy, float32
# Sequential(
#     [
#         GaussianNoise(0.05), Reshape((8, 8, -1)), ZeroPad2D(),
#         Conv2D(8, 3, "relu", kernel_regularizer=L1(0.1)), AveragePool2D(), LayerNorm(),
#         Conv2D(16, 3, "relu"), GlobalAveragePool2D(), Dense(10)
#     ],
#     input_shape=(64,)
# )
# compile(loss="cross_entropy", optimizer=SGD(0.1), regularizer=L2(0.001))

import math

import numpy as np


def windows(X, window, stride):
    """Each window of X (n, h, w, c) as a row: (n * rows * columns, height * width * c)."""
    height, width = window
    V = np.lib.stride_tricks.sliding_window_view(X, window, axis=(1, 2))
    V = V[:, :: stride[0], :: stride[1]].transpose(0, 1, 2, 4, 5, 3)
    return V.reshape(-1, height * width * X.shape[3])


def add_windows(C, image, window, stride):
    """The gradient of windows: add each row of C back to where its window stood."""
    (h, w, c), (height, width) = image, window
    rows, columns = (h - height) // stride[0] + 1, (w - width) // stride[1] + 1
    C = C.reshape(-1, rows, columns, height, width, c)
    X = np.zeros((len(C), h, w, c), C.dtype)
    for i in range(height):
        for j in range(width):
            down, right = i + stride[0] * rows, j + stride[1] * columns
            X[:, i : down : stride[0], j : right : stride[1]] += C[:, :, :, i, j]
    return X


def initialize(rng):
    # layer 1: Conv2D(8, 3, "relu", kernel_regularizer=L1(0.1))
    limit1 = math.sqrt(6 / (9 + 72))
    W1 = rng.uniform(-limit1, limit1, (9, 8)).astype(np.float32)
    b1 = np.zeros(8, np.float32)
    # layer 3: LayerNorm()
    scale3 = np.ones(8, np.float32)
    shift3 = np.zeros(8, np.float32)
    # layer 4: Conv2D(16, 3, "relu")
    limit4 = math.sqrt(6 / (72 + 144))
    W4 = rng.uniform(-limit4, limit4, (72, 16)).astype(np.float32)
    b4 = np.zeros(16, np.float32)
    # layer 6: Dense(10)
    limit6 = math.sqrt(6 / (16 + 10))
    W6 = rng.uniform(-limit6, limit6, (16, 10)).astype(np.float32)
    b6 = np.zeros(10, np.float32)
    return W1, b1, scale3, shift3, W4, b4, W6, b6


def train_step(
    X, y, W1, b1, scale3, shift3, W4, b4, W6, b6, rng, *, stddev0=0.05, epsilon3=1e-05, l2=0.001,
    l1_1=0.1, learning_rate=0.1
):
    n = len(X)
    Y = y[:, None] == np.arange(10)               # (n, 10)
    # layer 0: GaussianNoise(0.05)
    noise0 = stddev0 * rng.standard_normal((n, 64)).astype(X.dtype)
    # ---- forward ----
    # layer 0: GaussianNoise(0.05)
    G0 = X + noise0                               # (n, 64)
    # layer 0: Reshape((8, 8, -1))
    R0 = G0.reshape(-1, 8, 8, 1)                  # (n, 8, 8, 1)
    # layer 0: ZeroPad2D()
    P0 = np.pad(R0, ((0, 0), (1, 1), (1, 1), (0, 0)))  # (n, 10, 10, 1)
    # layer 1: Conv2D(8, 3, "relu", kernel_regularizer=L1(0.1))
    C1 = windows(P0, (3, 3), (1, 1))              # (64 * n, 9)
    Z1 = (C1 @ W1 + b1).reshape(-1, 8, 8, 8)      # (n, 8, 8, 8)
    A1 = np.maximum(Z1, 0)                        # (n, 8, 8, 8)
    # layer 2: AveragePool2D()
    C2 = windows(A1, (2, 2), (2, 2)).reshape(-1, 4, 8)  # (16 * n, 4, 8)
    A2 = C2.mean(axis=1).reshape(-1, 4, 4, 8)     # (n, 4, 4, 8)
    # layer 3: LayerNorm()
    mean3 = A2.mean(axis=3, keepdims=True)        # (n, 4, 4, 1)
    centred3 = A2 - mean3                         # (n, 4, 4, 8)
    var3 = (centred3**2).mean(axis=3, keepdims=True)  # (n, 4, 4, 1)
    std3 = np.sqrt(var3 + epsilon3)               # (n, 4, 4, 1)
    N3 = centred3 / std3                          # (n, 4, 4, 8)
    Z3 = scale3 * N3 + shift3                     # (n, 4, 4, 8)
    # layer 4: Conv2D(16, 3, "relu")
    C4 = windows(Z3, (3, 3), (1, 1))              # (4 * n, 72)
    Z4 = (C4 @ W4 + b4).reshape(-1, 2, 2, 16)     # (n, 2, 2, 16)
    A4 = np.maximum(Z4, 0)                        # (n, 2, 2, 16)
    # layer 5: GlobalAveragePool2D()
    A5 = A4.mean(axis=(1, 2))                     # (n, 16)
    # layer 6: Dense(10)
    Z6 = A5 @ W6 + b6                             # (n, 10)
    # ---- loss: cross_entropy ----
    # L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum
    S = Z6 - Z6.max(axis=1, keepdims=True)        # (n, 10)
    E = np.exp(S)                                 # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    L = np.log(E_sum[:, 0]) - (S * Y).sum(axis=1)  # (n,)
    # regularizer: L2(0.001), l2 / (2 n) * sum(W**2)
    # layer 1, regularizer: L1(0.1), l1 / n * sum(abs(W))
    penalty = l2 / (2 * n) * ((W4**2).sum() + (W6**2).sum()) + l1_1 / n * np.abs(W1).sum()
    loss = L.sum() / n + penalty
    if not math.isfinite(loss):
        raise FloatingPointError(f"loss is {loss}: no update made")
    # ---- backward ----
    P = E / E_sum                                 # (n, 10)
    dZ6 = (P - Y) / n                             # (n, 10)
    dW6 = A5.T @ dZ6 + l2 / n * W6                # (16, 10)
    db6 = dZ6.sum(axis=0)                         # (10,)
    dA5 = dZ6 @ W6.T                              # (n, 16)
    dZ4 = (dA5 / 4)[:, None, None] * (Z4 > 0)     # (n, 2, 2, 16)
    dW4 = C4.T @ dZ4.reshape(-1, 16) + l2 / n * W4  # (72, 16)
    db4 = dZ4.reshape(-1, 16).sum(axis=0)         # (16,)
    dC4 = dZ4.reshape(-1, 16) @ W4.T              # (4 * n, 72)
    dZ3 = add_windows(dC4, (4, 4, 8), (3, 3), (1, 1))  # (n, 4, 4, 8)
    dscale3 = (dZ3 * N3).sum(axis=(0, 1, 2))      # (8,)
    dshift3 = dZ3.sum(axis=(0, 1, 2))             # (8,)
    dN3 = dZ3 * scale3                            # (n, 4, 4, 8)
    dA2 = (
        (dN3 - dN3.mean(axis=3, keepdims=True) - N3 * (dN3 * N3).mean(axis=3, keepdims=True)) / std3
    )  # (n, 4, 4, 8)
    dC2 = np.broadcast_to((dA2.reshape(-1, 8) / 4)[:, None], C2.shape)  # (16 * n, 4, 8)
    dA1 = add_windows(dC2.reshape(-1, 32), (8, 8, 8), (2, 2), (2, 2))  # (n, 8, 8, 8)
    dZ1 = dA1 * (Z1 > 0)                          # (n, 8, 8, 8)
    dW1 = C1.T @ dZ1.reshape(-1, 8) + l1_1 / n * np.sign(W1)  # (9, 8)
    db1 = dZ1.reshape(-1, 8).sum(axis=0)          # (8,)
    # ---- update: SGD ----
    W1 -= learning_rate * dW1
    b1 -= learning_rate * db1
    scale3 -= learning_rate * dscale3
    shift3 -= learning_rate * dshift3
    W4 -= learning_rate * dW4
    b4 -= learning_rate * db4
    W6 -= learning_rate * dW6
    b6 -= learning_rate * db6
    return loss, penalty


def train_epoch(
    X, y, order, W1, b1, scale3, shift3, W4, b4, W6, b6, rng, *, batch_size=32, loss_sum=0.0,
    penalty_sum=0.0, stddev0=0.05, epsilon3=1e-05, l2=0.001, l1_1=0.1, learning_rate=0.1
):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        loss, penalty = train_step(
            X[rows], y[rows], W1, b1, scale3, shift3, W4, b4, W6, b6, rng, stddev0=stddev0,
            epsilon3=epsilon3, l2=l2, l1_1=l1_1, learning_rate=learning_rate
        )
        loss_sum += len(rows) * float(loss)
        penalty_sum += len(rows) * float(penalty)
    return loss_sum, penalty_sum


def evaluate(X, y, W1, b1, scale3, shift3, W4, b4, W6, b6, *, epsilon3=1e-05):
    n = len(X)
    Y = y[:, None] == np.arange(10)               # (n, 10)
    # ---- forward ----
    # layer 0: Reshape((8, 8, -1))
    R0 = X.reshape(-1, 8, 8, 1)                   # (n, 8, 8, 1)
    # layer 0: ZeroPad2D()
    P0 = np.pad(R0, ((0, 0), (1, 1), (1, 1), (0, 0)))  # (n, 10, 10, 1)
    # layer 1: Conv2D(8, 3, "relu", kernel_regularizer=L1(0.1))
    C1 = windows(P0, (3, 3), (1, 1))              # (64 * n, 9)
    Z1 = (C1 @ W1 + b1).reshape(-1, 8, 8, 8)      # (n, 8, 8, 8)
    A1 = np.maximum(Z1, 0)                        # (n, 8, 8, 8)
    # layer 2: AveragePool2D()
    C2 = windows(A1, (2, 2), (2, 2)).reshape(-1, 4, 8)  # (16 * n, 4, 8)
    A2 = C2.mean(axis=1).reshape(-1, 4, 4, 8)     # (n, 4, 4, 8)
    # layer 3: LayerNorm()
    mean3 = A2.mean(axis=3, keepdims=True)        # (n, 4, 4, 1)
    centred3 = A2 - mean3                         # (n, 4, 4, 8)
    var3 = (centred3**2).mean(axis=3, keepdims=True)  # (n, 4, 4, 1)
    std3 = np.sqrt(var3 + epsilon3)               # (n, 4, 4, 1)
    N3 = centred3 / std3                          # (n, 4, 4, 8)
    Z3 = scale3 * N3 + shift3                     # (n, 4, 4, 8)
    # layer 4: Conv2D(16, 3, "relu")
    C4 = windows(Z3, (3, 3), (1, 1))              # (4 * n, 72)
    Z4 = (C4 @ W4 + b4).reshape(-1, 2, 2, 16)     # (n, 2, 2, 16)
    A4 = np.maximum(Z4, 0)                        # (n, 2, 2, 16)
    # layer 5: GlobalAveragePool2D()
    A5 = A4.mean(axis=(1, 2))                     # (n, 16)
    # layer 6: Dense(10)
    Z6 = A5 @ W6 + b6                             # (n, 10)
    # ---- loss: cross_entropy ----
    # L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum
    S = Z6 - Z6.max(axis=1, keepdims=True)        # (n, 10)
    E = np.exp(S)                                 # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    L = np.log(E_sum[:, 0]) - (S * Y).sum(axis=1)  # (n,)
    loss = L.sum() / n
    return loss


def predict(X, W1, b1, scale3, shift3, W4, b4, W6, b6, *, epsilon3=1e-05):
    # ---- forward ----
    # layer 0: Reshape((8, 8, -1))
    R0 = X.reshape(-1, 8, 8, 1)                   # (n, 8, 8, 1)
    # layer 0: ZeroPad2D()
    P0 = np.pad(R0, ((0, 0), (1, 1), (1, 1), (0, 0)))  # (n, 10, 10, 1)
    # layer 1: Conv2D(8, 3, "relu", kernel_regularizer=L1(0.1))
    C1 = windows(P0, (3, 3), (1, 1))              # (64 * n, 9)
    Z1 = (C1 @ W1 + b1).reshape(-1, 8, 8, 8)      # (n, 8, 8, 8)
    A1 = np.maximum(Z1, 0)                        # (n, 8, 8, 8)
    # layer 2: AveragePool2D()
    C2 = windows(A1, (2, 2), (2, 2)).reshape(-1, 4, 8)  # (16 * n, 4, 8)
    A2 = C2.mean(axis=1).reshape(-1, 4, 4, 8)     # (n, 4, 4, 8)
    # layer 3: LayerNorm()
    mean3 = A2.mean(axis=3, keepdims=True)        # (n, 4, 4, 1)
    centred3 = A2 - mean3                         # (n, 4, 4, 8)
    var3 = (centred3**2).mean(axis=3, keepdims=True)  # (n, 4, 4, 1)
    std3 = np.sqrt(var3 + epsilon3)               # (n, 4, 4, 1)
    N3 = centred3 / std3                          # (n, 4, 4, 8)
    Z3 = scale3 * N3 + shift3                     # (n, 4, 4, 8)
    # layer 4: Conv2D(16, 3, "relu")
    C4 = windows(Z3, (3, 3), (1, 1))              # (4 * n, 72)
    Z4 = (C4 @ W4 + b4).reshape(-1, 2, 2, 16)     # (n, 2, 2, 16)
    A4 = np.maximum(Z4, 0)                        # (n, 2, 2, 16)
    # layer 5: GlobalAveragePool2D()
    A5 = A4.mean(axis=(1, 2))                     # (n, 16)
    # layer 6: Dense(10)
    Z6 = A5 @ W6 + b6                             # (n, 10)
    # link: softmax
    E = np.exp(Z6 - Z6.max(axis=1, keepdims=True))  # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    P = E / E_sum                                 # (n, 10)
    return P


def raw(X, W1, b1, scale3, shift3, W4, b4, W6, b6, *, epsilon3=1e-05):
    # ---- forward ----
    # layer 0: Reshape((8, 8, -1))
    R0 = X.reshape(-1, 8, 8, 1)                   # (n, 8, 8, 1)
    # layer 0: ZeroPad2D()
    P0 = np.pad(R0, ((0, 0), (1, 1), (1, 1), (0, 0)))  # (n, 10, 10, 1)
    # layer 1: Conv2D(8, 3, "relu", kernel_regularizer=L1(0.1))
    C1 = windows(P0, (3, 3), (1, 1))              # (64 * n, 9)
    Z1 = (C1 @ W1 + b1).reshape(-1, 8, 8, 8)      # (n, 8, 8, 8)
    A1 = np.maximum(Z1, 0)                        # (n, 8, 8, 8)
    # layer 2: AveragePool2D()
    C2 = windows(A1, (2, 2), (2, 2)).reshape(-1, 4, 8)  # (16 * n, 4, 8)
    A2 = C2.mean(axis=1).reshape(-1, 4, 4, 8)     # (n, 4, 4, 8)
    # layer 3: LayerNorm()
    mean3 = A2.mean(axis=3, keepdims=True)        # (n, 4, 4, 1)
    centred3 = A2 - mean3                         # (n, 4, 4, 8)
    var3 = (centred3**2).mean(axis=3, keepdims=True)  # (n, 4, 4, 1)
    std3 = np.sqrt(var3 + epsilon3)               # (n, 4, 4, 1)
    N3 = centred3 / std3                          # (n, 4, 4, 8)
    Z3 = scale3 * N3 + shift3                     # (n, 4, 4, 8)
    # layer 4: Conv2D(16, 3, "relu")
    C4 = windows(Z3, (3, 3), (1, 1))              # (4 * n, 72)
    Z4 = (C4 @ W4 + b4).reshape(-1, 2, 2, 16)     # (n, 2, 2, 16)
    A4 = np.maximum(Z4, 0)                        # (n, 2, 2, 16)
    # layer 5: GlobalAveragePool2D()
    A5 = A4.mean(axis=(1, 2))                     # (n, 16)
    # layer 6: Dense(10)
    Z6 = A5 @ W6 + b6                             # (n, 10)
    return Z6
