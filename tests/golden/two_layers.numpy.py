# Scratchwork 0.1.0, engine numpy, float32
# Sequential([Dense(16, "relu"), Dense(3)], input_shape=(2,))
# compile(loss="cross_entropy", optimizer=SGD(0.1))

import math

import numpy as np


def initialize(rng):
    # layer 1: Dense(16, "relu")
    limit1 = math.sqrt(6 / 2)
    W1 = rng.uniform(-limit1, limit1, (2, 16)).astype(np.float32)
    b1 = np.zeros(16, np.float32)
    # layer 2: Dense(3)
    limit2 = math.sqrt(6 / (16 + 3))
    W2 = rng.uniform(-limit2, limit2, (16, 3)).astype(np.float32)
    b2 = np.zeros(3, np.float32)
    return W1, b1, W2, b2


def train_step(X, y, W1, b1, W2, b2, *, learning_rate=0.1):
    n = len(X)
    Y = y[:, None] == np.arange(3)                # (n, 3)
    # ---- forward ----
    # layer 1: Dense(16, "relu")
    Z1 = X @ W1 + b1                              # (n, 16)
    A1 = np.maximum(Z1, 0)                        # (n, 16)
    # layer 2: Dense(3)
    Z2 = A1 @ W2 + b2                             # (n, 3)
    # ---- loss: cross_entropy ----
    # L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum
    S = Z2 - Z2.max(axis=1, keepdims=True)        # (n, 3)
    E = np.exp(S)                                 # (n, 3)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    L = np.log(E_sum[:, 0]) - (S * Y).sum(axis=1)  # (n,)
    loss = L.sum() / n
    if not math.isfinite(loss):
        raise FloatingPointError(f"loss is {loss}: no update made")
    # ---- backward ----
    P = E / E_sum                                 # (n, 3)
    dZ2 = (P - Y) / n                             # (n, 3)
    dW2 = A1.T @ dZ2                              # (16, 3)
    db2 = dZ2.sum(axis=0)                         # (3,)
    dA1 = dZ2 @ W2.T                              # (n, 16)
    dZ1 = dA1 * (Z1 > 0)                          # (n, 16)
    dW1 = X.T @ dZ1                               # (2, 16)
    db1 = dZ1.sum(axis=0)                         # (16,)
    # ---- update: SGD ----
    W1 -= learning_rate * dW1
    b1 -= learning_rate * db1
    W2 -= learning_rate * dW2
    b2 -= learning_rate * db2
    return loss


def train_epoch(X, y, order, W1, b1, W2, b2, *, batch_size=32, loss_sum=0.0, learning_rate=0.1):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        loss = train_step(X[rows], y[rows], W1, b1, W2, b2, learning_rate=learning_rate)
        loss_sum += len(rows) * float(loss)
    return loss_sum


def evaluate(X, y, W1, b1, W2, b2):
    n = len(X)
    Y = y[:, None] == np.arange(3)                # (n, 3)
    # ---- forward ----
    # layer 1: Dense(16, "relu")
    Z1 = X @ W1 + b1                              # (n, 16)
    A1 = np.maximum(Z1, 0)                        # (n, 16)
    # layer 2: Dense(3)
    Z2 = A1 @ W2 + b2                             # (n, 3)
    # ---- loss: cross_entropy ----
    # L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum
    S = Z2 - Z2.max(axis=1, keepdims=True)        # (n, 3)
    E = np.exp(S)                                 # (n, 3)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    L = np.log(E_sum[:, 0]) - (S * Y).sum(axis=1)  # (n,)
    loss = L.sum() / n
    return loss


def predict(X, W1, b1, W2, b2):
    # ---- forward ----
    # layer 1: Dense(16, "relu")
    Z1 = X @ W1 + b1                              # (n, 16)
    A1 = np.maximum(Z1, 0)                        # (n, 16)
    # layer 2: Dense(3)
    Z2 = A1 @ W2 + b2                             # (n, 3)
    # link: softmax
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))  # (n, 3)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    P = E / E_sum                                 # (n, 3)
    return P


def raw(X, W1, b1, W2, b2):
    # ---- forward ----
    # layer 1: Dense(16, "relu")
    Z1 = X @ W1 + b1                              # (n, 16)
    A1 = np.maximum(Z1, 0)                        # (n, 16)
    # layer 2: Dense(3)
    Z2 = A1 @ W2 + b2                             # (n, 3)
    return Z2
