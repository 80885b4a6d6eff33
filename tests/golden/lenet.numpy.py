# Scratchwork 0.1.0, engine numpy, float32
# Sequential(
#     [
#         Conv2D(6, 5, padding="same"), BatchNorm(), Activation("relu"), MaxPool2D(), Conv2D(16, 5),
#         BatchNorm(), Activation("relu"), MaxPool2D(), Flatten(), Dense(120, "relu"),
#         Dense(84, "relu"), Dense(10)
#     ],
#     input_shape=(28, 28, 1)
# )
# compile(
#     loss="cross_entropy", optimizer=SGD(ExponentialDecay(0.1, decay_rate=0.5)),
#     metrics=["accuracy"]
# )

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


def first_maximum(X, axis):
    """True at the first largest entry along axis, False elsewhere."""
    first = np.expand_dims(X.argmax(axis), axis)
    position = np.arange(X.shape[axis]).reshape([-1 if i == axis else 1 for i in range(X.ndim)])
    return position == first


def initialize(rng):
    # layer 1: Conv2D(6, 5, padding="same")
    limit1 = math.sqrt(6 / (25 + 150))
    W1 = rng.uniform(-limit1, limit1, (25, 6)).astype(np.float32)
    b1 = np.zeros(6, np.float32)
    # layer 2: BatchNorm()
    scale2 = np.ones(6, np.float32)
    shift2 = np.zeros(6, np.float32)
    running_mean2 = np.zeros(6, np.float32)
    running_var2 = np.ones(6, np.float32)
    # layer 4: Conv2D(16, 5)
    limit4 = math.sqrt(6 / (150 + 400))
    W4 = rng.uniform(-limit4, limit4, (150, 16)).astype(np.float32)
    b4 = np.zeros(16, np.float32)
    # layer 5: BatchNorm()
    scale5 = np.ones(16, np.float32)
    shift5 = np.zeros(16, np.float32)
    running_mean5 = np.zeros(16, np.float32)
    running_var5 = np.ones(16, np.float32)
    # layer 7: Dense(120, "relu")
    limit7 = math.sqrt(6 / 400)
    W7 = rng.uniform(-limit7, limit7, (400, 120)).astype(np.float32)
    b7 = np.zeros(120, np.float32)
    # layer 8: Dense(84, "relu")
    limit8 = math.sqrt(6 / 120)
    W8 = rng.uniform(-limit8, limit8, (120, 84)).astype(np.float32)
    b8 = np.zeros(84, np.float32)
    # layer 9: Dense(10)
    limit9 = math.sqrt(6 / (84 + 10))
    W9 = rng.uniform(-limit9, limit9, (84, 10)).astype(np.float32)
    b9 = np.zeros(10, np.float32)
    return (
        W1, b1, scale2, shift2, W4, b4, scale5, shift5, W7, b7, W8, b8, W9, b9, running_mean2,
        running_var2, running_mean5, running_var5
    )


def train_step(
    X, y, W1, b1, scale2, shift2, W4, b4, scale5, shift5, W7, b7, W8, b8, W9, b9, running_mean2,
    running_var2, running_mean5, running_var5, t, *, epsilon2=1e-05, momentum2=0.1, epsilon5=1e-05,
    momentum5=0.1, learning_rate=0.1, decay_rate=0.5, decay_steps=1000.0
):
    n = len(X)
    Y = y[:, None] == np.arange(10)               # (n, 10)
    # ---- forward ----
    # layer 1: Conv2D(6, 5, padding="same")
    C1 = windows(np.pad(X, ((0, 0), (2, 2), (2, 2), (0, 0))), (5, 5), (1, 1))  # (784 * n, 25)
    Z1 = (C1 @ W1 + b1).reshape(-1, 28, 28, 6)    # (n, 28, 28, 6)
    # layer 2: BatchNorm()
    mean2 = Z1.mean(axis=(0, 1, 2))               # (6,)
    centred2 = Z1 - mean2                         # (n, 28, 28, 6)
    var2 = (centred2**2).mean(axis=(0, 1, 2))     # (6,)
    std2 = np.sqrt(var2 + epsilon2)               # (6,)
    N2 = centred2 / std2                          # (n, 28, 28, 6)
    unbiased2 = var2 * (784 * n / (784 * n - 1))  # (6,)
    Z2 = scale2 * N2 + shift2                     # (n, 28, 28, 6)
    # layer 2: Activation("relu")
    A2 = np.maximum(Z2, 0)                        # (n, 28, 28, 6)
    # layer 3: MaxPool2D()
    C3 = windows(A2, (2, 2), (2, 2)).reshape(-1, 4, 6)  # (196 * n, 4, 6)
    A3 = C3.max(axis=1).reshape(-1, 14, 14, 6)    # (n, 14, 14, 6)
    # layer 4: Conv2D(16, 5)
    C4 = windows(A3, (5, 5), (1, 1))              # (100 * n, 150)
    Z4 = (C4 @ W4 + b4).reshape(-1, 10, 10, 16)   # (n, 10, 10, 16)
    # layer 5: BatchNorm()
    mean5 = Z4.mean(axis=(0, 1, 2))               # (16,)
    centred5 = Z4 - mean5                         # (n, 10, 10, 16)
    var5 = (centred5**2).mean(axis=(0, 1, 2))     # (16,)
    std5 = np.sqrt(var5 + epsilon5)               # (16,)
    N5 = centred5 / std5                          # (n, 10, 10, 16)
    unbiased5 = var5 * (100 * n / (100 * n - 1))  # (16,)
    Z5 = scale5 * N5 + shift5                     # (n, 10, 10, 16)
    # layer 5: Activation("relu")
    A5 = np.maximum(Z5, 0)                        # (n, 10, 10, 16)
    # layer 6: MaxPool2D()
    C6 = windows(A5, (2, 2), (2, 2)).reshape(-1, 4, 16)  # (25 * n, 4, 16)
    A6 = C6.max(axis=1).reshape(-1, 5, 5, 16)     # (n, 5, 5, 16)
    # layer 6: Flatten()
    F6 = A6.reshape(-1, 400)                      # (n, 400)
    # layer 7: Dense(120, "relu")
    Z7 = F6 @ W7 + b7                             # (n, 120)
    A7 = np.maximum(Z7, 0)                        # (n, 120)
    # layer 8: Dense(84, "relu")
    Z8 = A7 @ W8 + b8                             # (n, 84)
    A8 = np.maximum(Z8, 0)                        # (n, 84)
    # layer 9: Dense(10)
    Z9 = A8 @ W9 + b9                             # (n, 10)
    # ---- loss: cross_entropy ----
    # L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum
    S = Z9 - Z9.max(axis=1, keepdims=True)        # (n, 10)
    E = np.exp(S)                                 # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    L = np.log(E_sum[:, 0]) - (S * Y).sum(axis=1)  # (n,)
    loss = L.sum() / n
    if not math.isfinite(loss):
        raise FloatingPointError(f"loss is {loss}: no update made")
    # metric: accuracy
    accuracy = (Z9.argmax(axis=1) == y).mean()
    # ---- backward ----
    P = E / E_sum                                 # (n, 10)
    dZ9 = (P - Y) / n                             # (n, 10)
    dW9 = A8.T @ dZ9                              # (84, 10)
    db9 = dZ9.sum(axis=0)                         # (10,)
    dA8 = dZ9 @ W9.T                              # (n, 84)
    dZ8 = dA8 * (Z8 > 0)                          # (n, 84)
    dW8 = A7.T @ dZ8                              # (120, 84)
    db8 = dZ8.sum(axis=0)                         # (84,)
    dA7 = dZ8 @ W8.T                              # (n, 120)
    dZ7 = dA7 * (Z7 > 0)                          # (n, 120)
    dW7 = F6.T @ dZ7                              # (400, 120)
    db7 = dZ7.sum(axis=0)                         # (120,)
    dF6 = dZ7 @ W7.T                              # (n, 400)
    dA6 = dF6.reshape(-1, 5, 5, 16)               # (n, 5, 5, 16)
    dC6 = dA6.reshape(-1, 16)[:, None] * first_maximum(C6, 1)  # (25 * n, 4, 16)
    dA5 = add_windows(dC6.reshape(-1, 64), (10, 10, 16), (2, 2), (2, 2))  # (n, 10, 10, 16)
    dZ5 = dA5 * (Z5 > 0)                          # (n, 10, 10, 16)
    dscale5 = (dZ5 * N5).sum(axis=(0, 1, 2))      # (16,)
    dshift5 = dZ5.sum(axis=(0, 1, 2))             # (16,)
    dN5 = dZ5 * scale5                            # (n, 10, 10, 16)
    dZ4 = (
        (dN5 - dN5.mean(axis=(0, 1, 2)) - N5 * (dN5 * N5).mean(axis=(0, 1, 2))) / std5
    )  # (n, 10, 10, 16)
    dW4 = C4.T @ dZ4.reshape(-1, 16)              # (150, 16)
    db4 = dZ4.reshape(-1, 16).sum(axis=0)         # (16,)
    dC4 = dZ4.reshape(-1, 16) @ W4.T              # (100 * n, 150)
    dA3 = add_windows(dC4, (14, 14, 6), (5, 5), (1, 1))  # (n, 14, 14, 6)
    dC3 = dA3.reshape(-1, 6)[:, None] * first_maximum(C3, 1)  # (196 * n, 4, 6)
    dA2 = add_windows(dC3.reshape(-1, 24), (28, 28, 6), (2, 2), (2, 2))  # (n, 28, 28, 6)
    dZ2 = dA2 * (Z2 > 0)                          # (n, 28, 28, 6)
    dscale2 = (dZ2 * N2).sum(axis=(0, 1, 2))      # (6,)
    dshift2 = dZ2.sum(axis=(0, 1, 2))             # (6,)
    dN2 = dZ2 * scale2                            # (n, 28, 28, 6)
    dZ1 = (
        (dN2 - dN2.mean(axis=(0, 1, 2)) - N2 * (dN2 * N2).mean(axis=(0, 1, 2))) / std2
    )  # (n, 28, 28, 6)
    dW1 = C1.T @ dZ1.reshape(-1, 6)               # (25, 6)
    db1 = dZ1.reshape(-1, 6).sum(axis=0)          # (6,)
    # ---- update: SGD ----
    # t is the number of this step, from 1
    rate = learning_rate * decay_rate ** ((t - 1) / decay_steps)
    for W, dW in zip(
        (W1, b1, scale2, shift2, W4, b4, scale5, shift5, W7, b7, W8, b8, W9, b9),
        (dW1, db1, dscale2, dshift2, dW4, db4, dscale5, dshift5, dW7, db7, dW8, db8, dW9, db9),
        strict=True,
    ):
        W -= rate * dW
    # layer 2: BatchNorm()
    running_mean2[...] = (1 - momentum2) * running_mean2 + momentum2 * mean2
    running_var2[...] = (1 - momentum2) * running_var2 + momentum2 * unbiased2
    # layer 5: BatchNorm()
    running_mean5[...] = (1 - momentum5) * running_mean5 + momentum5 * mean5
    running_var5[...] = (1 - momentum5) * running_var5 + momentum5 * unbiased5
    return loss, accuracy


def train_epoch(
    X, y, order, W1, b1, scale2, shift2, W4, b4, scale5, shift5, W7, b7, W8, b8, W9, b9,
    running_mean2, running_var2, running_mean5, running_var5, t, *, batch_size=32, loss_sum=0.0,
    accuracy_sum=0.0, epsilon2=1e-05, momentum2=0.1, epsilon5=1e-05, momentum5=0.1,
    learning_rate=0.1, decay_rate=0.5, decay_steps=1000.0
):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        loss, accuracy = train_step(
            X[rows], y[rows], W1, b1, scale2, shift2, W4, b4, scale5, shift5, W7, b7, W8, b8, W9,
            b9, running_mean2, running_var2, running_mean5, running_var5, t, epsilon2=epsilon2,
            momentum2=momentum2, epsilon5=epsilon5, momentum5=momentum5,
            learning_rate=learning_rate, decay_rate=decay_rate, decay_steps=decay_steps
        )
        loss_sum += len(rows) * float(loss)
        accuracy_sum += len(rows) * float(accuracy)
        t += 1
    return loss_sum, accuracy_sum


def evaluate(
    X, y, W1, b1, scale2, shift2, W4, b4, scale5, shift5, W7, b7, W8, b8, W9, b9, running_mean2,
    running_var2, running_mean5, running_var5, *, epsilon2=1e-05, epsilon5=1e-05
):
    n = len(X)
    Y = y[:, None] == np.arange(10)               # (n, 10)
    # ---- forward ----
    # layer 1: Conv2D(6, 5, padding="same")
    C1 = windows(np.pad(X, ((0, 0), (2, 2), (2, 2), (0, 0))), (5, 5), (1, 1))  # (784 * n, 25)
    Z1 = (C1 @ W1 + b1).reshape(-1, 28, 28, 6)    # (n, 28, 28, 6)
    # layer 2: BatchNorm()
    N2 = (Z1 - running_mean2) / np.sqrt(running_var2 + epsilon2)  # (n, 28, 28, 6)
    Z2 = scale2 * N2 + shift2                     # (n, 28, 28, 6)
    # layer 2: Activation("relu")
    A2 = np.maximum(Z2, 0)                        # (n, 28, 28, 6)
    # layer 3: MaxPool2D()
    C3 = windows(A2, (2, 2), (2, 2)).reshape(-1, 4, 6)  # (196 * n, 4, 6)
    A3 = C3.max(axis=1).reshape(-1, 14, 14, 6)    # (n, 14, 14, 6)
    # layer 4: Conv2D(16, 5)
    C4 = windows(A3, (5, 5), (1, 1))              # (100 * n, 150)
    Z4 = (C4 @ W4 + b4).reshape(-1, 10, 10, 16)   # (n, 10, 10, 16)
    # layer 5: BatchNorm()
    N5 = (Z4 - running_mean5) / np.sqrt(running_var5 + epsilon5)  # (n, 10, 10, 16)
    Z5 = scale5 * N5 + shift5                     # (n, 10, 10, 16)
    # layer 5: Activation("relu")
    A5 = np.maximum(Z5, 0)                        # (n, 10, 10, 16)
    # layer 6: MaxPool2D()
    C6 = windows(A5, (2, 2), (2, 2)).reshape(-1, 4, 16)  # (25 * n, 4, 16)
    A6 = C6.max(axis=1).reshape(-1, 5, 5, 16)     # (n, 5, 5, 16)
    # layer 6: Flatten()
    F6 = A6.reshape(-1, 400)                      # (n, 400)
    # layer 7: Dense(120, "relu")
    Z7 = F6 @ W7 + b7                             # (n, 120)
    A7 = np.maximum(Z7, 0)                        # (n, 120)
    # layer 8: Dense(84, "relu")
    Z8 = A7 @ W8 + b8                             # (n, 84)
    A8 = np.maximum(Z8, 0)                        # (n, 84)
    # layer 9: Dense(10)
    Z9 = A8 @ W9 + b9                             # (n, 10)
    # ---- loss: cross_entropy ----
    # L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum
    S = Z9 - Z9.max(axis=1, keepdims=True)        # (n, 10)
    E = np.exp(S)                                 # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    L = np.log(E_sum[:, 0]) - (S * Y).sum(axis=1)  # (n,)
    loss = L.sum() / n
    # metric: accuracy
    accuracy = (Z9.argmax(axis=1) == y).mean()
    return loss, accuracy


def predict(
    X, W1, b1, scale2, shift2, W4, b4, scale5, shift5, W7, b7, W8, b8, W9, b9, running_mean2,
    running_var2, running_mean5, running_var5, *, epsilon2=1e-05, epsilon5=1e-05
):
    # ---- forward ----
    # layer 1: Conv2D(6, 5, padding="same")
    C1 = windows(np.pad(X, ((0, 0), (2, 2), (2, 2), (0, 0))), (5, 5), (1, 1))  # (784 * n, 25)
    Z1 = (C1 @ W1 + b1).reshape(-1, 28, 28, 6)    # (n, 28, 28, 6)
    # layer 2: BatchNorm()
    N2 = (Z1 - running_mean2) / np.sqrt(running_var2 + epsilon2)  # (n, 28, 28, 6)
    Z2 = scale2 * N2 + shift2                     # (n, 28, 28, 6)
    # layer 2: Activation("relu")
    A2 = np.maximum(Z2, 0)                        # (n, 28, 28, 6)
    # layer 3: MaxPool2D()
    C3 = windows(A2, (2, 2), (2, 2)).reshape(-1, 4, 6)  # (196 * n, 4, 6)
    A3 = C3.max(axis=1).reshape(-1, 14, 14, 6)    # (n, 14, 14, 6)
    # layer 4: Conv2D(16, 5)
    C4 = windows(A3, (5, 5), (1, 1))              # (100 * n, 150)
    Z4 = (C4 @ W4 + b4).reshape(-1, 10, 10, 16)   # (n, 10, 10, 16)
    # layer 5: BatchNorm()
    N5 = (Z4 - running_mean5) / np.sqrt(running_var5 + epsilon5)  # (n, 10, 10, 16)
    Z5 = scale5 * N5 + shift5                     # (n, 10, 10, 16)
    # layer 5: Activation("relu")
    A5 = np.maximum(Z5, 0)                        # (n, 10, 10, 16)
    # layer 6: MaxPool2D()
    C6 = windows(A5, (2, 2), (2, 2)).reshape(-1, 4, 16)  # (25 * n, 4, 16)
    A6 = C6.max(axis=1).reshape(-1, 5, 5, 16)     # (n, 5, 5, 16)
    # layer 6: Flatten()
    F6 = A6.reshape(-1, 400)                      # (n, 400)
    # layer 7: Dense(120, "relu")
    Z7 = F6 @ W7 + b7                             # (n, 120)
    A7 = np.maximum(Z7, 0)                        # (n, 120)
    # layer 8: Dense(84, "relu")
    Z8 = A7 @ W8 + b8                             # (n, 84)
    A8 = np.maximum(Z8, 0)                        # (n, 84)
    # layer 9: Dense(10)
    Z9 = A8 @ W9 + b9                             # (n, 10)
    # link: softmax
    E = np.exp(Z9 - Z9.max(axis=1, keepdims=True))  # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    P = E / E_sum                                 # (n, 10)
    return P


def raw(
    X, W1, b1, scale2, shift2, W4, b4, scale5, shift5, W7, b7, W8, b8, W9, b9, running_mean2,
    running_var2, running_mean5, running_var5, *, epsilon2=1e-05, epsilon5=1e-05
):
    # ---- forward ----
    # layer 1: Conv2D(6, 5, padding="same")
    C1 = windows(np.pad(X, ((0, 0), (2, 2), (2, 2), (0, 0))), (5, 5), (1, 1))  # (784 * n, 25)
    Z1 = (C1 @ W1 + b1).reshape(-1, 28, 28, 6)    # (n, 28, 28, 6)
    # layer 2: BatchNorm()
    N2 = (Z1 - running_mean2) / np.sqrt(running_var2 + epsilon2)  # (n, 28, 28, 6)
    Z2 = scale2 * N2 + shift2                     # (n, 28, 28, 6)
    # layer 2: Activation("relu")
    A2 = np.maximum(Z2, 0)                        # (n, 28, 28, 6)
    # layer 3: MaxPool2D()
    C3 = windows(A2, (2, 2), (2, 2)).reshape(-1, 4, 6)  # (196 * n, 4, 6)
    A3 = C3.max(axis=1).reshape(-1, 14, 14, 6)    # (n, 14, 14, 6)
    # layer 4: Conv2D(16, 5)
    C4 = windows(A3, (5, 5), (1, 1))              # (100 * n, 150)
    Z4 = (C4 @ W4 + b4).reshape(-1, 10, 10, 16)   # (n, 10, 10, 16)
    # layer 5: BatchNorm()
    N5 = (Z4 - running_mean5) / np.sqrt(running_var5 + epsilon5)  # (n, 10, 10, 16)
    Z5 = scale5 * N5 + shift5                     # (n, 10, 10, 16)
    # layer 5: Activation("relu")
    A5 = np.maximum(Z5, 0)                        # (n, 10, 10, 16)
    # layer 6: MaxPool2D()
    C6 = windows(A5, (2, 2), (2, 2)).reshape(-1, 4, 16)  # (25 * n, 4, 16)
    A6 = C6.max(axis=1).reshape(-1, 5, 5, 16)     # (n, 5, 5, 16)
    # layer 6: Flatten()
    F6 = A6.reshape(-1, 400)                      # (n, 400)
    # layer 7: Dense(120, "relu")
    Z7 = F6 @ W7 + b7                             # (n, 120)
    A7 = np.maximum(Z7, 0)                        # (n, 120)
    # layer 8: Dense(84, "relu")
    Z8 = A7 @ W8 + b8                             # (n, 84)
    A8 = np.maximum(Z8, 0)                        # (n, 84)
    # layer 9: Dense(10)
    Z9 = A8 @ W9 + b9                             # (n, 10)
    return Z9
