# Scratchwork 0.1.0, engine numpy, float32
# Sequential([Standardize(), Dense(1)], input_shape=(30,))
# compile(loss="binary_cross_entropy", optimizer=SGD(0.1, momentum=0.9), metrics=["accuracy"])

import math

import numpy as np


def initialize(rng):
    # layer 0: Standardize()
    mean0 = np.zeros(30, np.float32)
    std0 = np.ones(30, np.float32)
    # layer 1: Dense(1)
    limit1 = math.sqrt(6 / (30 + 1))
    W1 = rng.uniform(-limit1, limit1, (30, 1)).astype(np.float32)
    b1 = np.zeros(1, np.float32)
    # optimizer: SGD
    v_W1 = np.zeros((30, 1), np.float32)
    v_b1 = np.zeros(1, np.float32)
    return W1, b1, mean0, std0, v_W1, v_b1


def prepare(X):
    # ---- forward ----
    # layer 0: Standardize()
    mean0 = X.mean(axis=0)                        # (30,)
    # a feature that never varies is divided by 1
    varies0 = X.max(axis=0) > X.min(axis=0)       # (30,)
    spread0 = np.sqrt(((X - mean0) ** 2).mean(axis=0)) * varies0  # (30,)
    std0 = np.where(spread0 == 0, 1, spread0)     # (30,)
    return mean0, std0


def train_step(X, y, W1, b1, mean0, std0, v_W1, v_b1, *, learning_rate=0.1, momentum=0.9):
    n = len(X)
    Y = y[:, None]                                # (n, 1)
    # ---- forward ----
    # layer 0: Standardize()
    A0 = (X - mean0) / std0                       # (n, 30)
    # layer 1: Dense(1)
    Z1 = A0 @ W1 + b1                             # (n, 1)
    # ---- loss: binary_cross_entropy ----
    # L = -sum(Y * log(P) + (1 - Y) * log(1 - P)), P = sigmoid(Z)
    E = np.exp(-np.abs(Z1))                       # (n, 1)
    L = (np.maximum(Z1, 0) - Z1 * Y + np.log1p(E)).sum(axis=1)  # (n,)
    loss = L.sum() / n
    if not math.isfinite(loss):
        raise FloatingPointError(f"loss is {loss}: no update made")
    # metric: accuracy
    accuracy = ((Z1 > 0) == (Y > 0.5)).mean()
    # ---- backward ----
    P = np.where(Z1 >= 0, 1, E) / (1 + E)         # (n, 1)
    dZ1 = (P - Y) / n                             # (n, 1)
    dW1 = A0.T @ dZ1                              # (30, 1)
    db1 = dZ1.sum(axis=0)                         # (1,)
    # ---- update: SGD ----
    v_W1[...] = momentum * v_W1 + dW1
    W1 -= learning_rate * v_W1
    v_b1[...] = momentum * v_b1 + db1
    b1 -= learning_rate * v_b1
    return loss, accuracy


def train_epoch(
    X, y, order, W1, b1, mean0, std0, v_W1, v_b1, *, batch_size=32, loss_sum=0.0, accuracy_sum=0.0,
    learning_rate=0.1, momentum=0.9
):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        loss, accuracy = train_step(
            X[rows], y[rows], W1, b1, mean0, std0, v_W1, v_b1, learning_rate=learning_rate,
            momentum=momentum
        )
        loss_sum += len(rows) * float(loss)
        accuracy_sum += len(rows) * float(accuracy)
    return loss_sum, accuracy_sum


def evaluate(X, y, W1, b1, mean0, std0):
    n = len(X)
    Y = y[:, None]                                # (n, 1)
    # ---- forward ----
    # layer 0: Standardize()
    A0 = (X - mean0) / std0                       # (n, 30)
    # layer 1: Dense(1)
    Z1 = A0 @ W1 + b1                             # (n, 1)
    # ---- loss: binary_cross_entropy ----
    # L = -sum(Y * log(P) + (1 - Y) * log(1 - P)), P = sigmoid(Z)
    E = np.exp(-np.abs(Z1))                       # (n, 1)
    L = (np.maximum(Z1, 0) - Z1 * Y + np.log1p(E)).sum(axis=1)  # (n,)
    loss = L.sum() / n
    # metric: accuracy
    accuracy = ((Z1 > 0) == (Y > 0.5)).mean()
    return loss, accuracy


def predict(X, W1, b1, mean0, std0):
    # ---- forward ----
    # layer 0: Standardize()
    A0 = (X - mean0) / std0                       # (n, 30)
    # layer 1: Dense(1)
    Z1 = A0 @ W1 + b1                             # (n, 1)
    # link: sigmoid
    E = np.exp(-np.abs(Z1))                       # (n, 1)
    P = np.where(Z1 >= 0, 1, E) / (1 + E)         # (n, 1)
    return P


def raw(X, W1, b1, mean0, std0):
    # ---- forward ----
    # layer 0: Standardize()
    A0 = (X - mean0) / std0                       # (n, 30)
    # layer 1: Dense(1)
    Z1 = A0 @ W1 + b1                             # (n, 1)
    return Z1
