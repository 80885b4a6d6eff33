# Scratchwork 0.1.0, engine numpy, float32
# Sequential([Dense(128, "relu"), Dense(64, "relu"), Dense(10)], input_shape=(784,))
# compile(loss="cross_entropy", optimizer=Adam())

import math

import numpy as np


def initialize(rng):
    # layer 1: Dense(128, "relu")
    limit1 = math.sqrt(6 / 784)
    W1 = rng.uniform(-limit1, limit1, (784, 128)).astype(np.float32)
    b1 = np.zeros(128, np.float32)
    # layer 2: Dense(64, "relu")
    limit2 = math.sqrt(6 / 128)
    W2 = rng.uniform(-limit2, limit2, (128, 64)).astype(np.float32)
    b2 = np.zeros(64, np.float32)
    # layer 3: Dense(10)
    limit3 = math.sqrt(6 / (64 + 10))
    W3 = rng.uniform(-limit3, limit3, (64, 10)).astype(np.float32)
    b3 = np.zeros(10, np.float32)
    # optimizer: Adam
    m_W1 = np.zeros((784, 128), np.float32)
    m_b1 = np.zeros(128, np.float32)
    m_W2 = np.zeros((128, 64), np.float32)
    m_b2 = np.zeros(64, np.float32)
    m_W3 = np.zeros((64, 10), np.float32)
    m_b3 = np.zeros(10, np.float32)
    v_W1 = np.zeros((784, 128), np.float32)
    v_b1 = np.zeros(128, np.float32)
    v_W2 = np.zeros((128, 64), np.float32)
    v_b2 = np.zeros(64, np.float32)
    v_W3 = np.zeros((64, 10), np.float32)
    v_b3 = np.zeros(10, np.float32)
    return (
        W1, b1, W2, b2, W3, b3, m_W1, m_b1, m_W2, m_b2, m_W3, m_b3, v_W1, v_b1, v_W2, v_b2, v_W3,
        v_b3
    )


def train_step(
    X, y, W1, b1, W2, b2, W3, b3, m_W1, v_W1, m_b1, v_b1, m_W2, v_W2, m_b2, v_b2, m_W3, v_W3, m_b3,
    v_b3, t, *, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-08
):
    n = len(X)
    Y = y[:, None] == np.arange(10)               # (n, 10)
    # ---- forward ----
    # layer 1: Dense(128, "relu")
    Z1 = X @ W1 + b1                              # (n, 128)
    A1 = np.maximum(Z1, 0)                        # (n, 128)
    # layer 2: Dense(64, "relu")
    Z2 = A1 @ W2 + b2                             # (n, 64)
    A2 = np.maximum(Z2, 0)                        # (n, 64)
    # layer 3: Dense(10)
    Z3 = A2 @ W3 + b3                             # (n, 10)
    # ---- loss: cross_entropy ----
    # L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum
    S = Z3 - Z3.max(axis=1, keepdims=True)        # (n, 10)
    E = np.exp(S)                                 # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    L = np.log(E_sum[:, 0]) - (S * Y).sum(axis=1)  # (n,)
    loss = L.sum() / n
    if not math.isfinite(loss):
        raise FloatingPointError(f"loss is {loss}: no update made")
    # ---- backward ----
    P = E / E_sum                                 # (n, 10)
    dZ3 = (P - Y) / n                             # (n, 10)
    dW3 = A2.T @ dZ3                              # (64, 10)
    db3 = dZ3.sum(axis=0)                         # (10,)
    dA2 = dZ3 @ W3.T                              # (n, 64)
    dZ2 = dA2 * (Z2 > 0)                          # (n, 64)
    dW2 = A1.T @ dZ2                              # (128, 64)
    db2 = dZ2.sum(axis=0)                         # (64,)
    dA1 = dZ2 @ W2.T                              # (n, 128)
    dZ1 = dA1 * (Z1 > 0)                          # (n, 128)
    dW1 = X.T @ dZ1                               # (784, 128)
    db1 = dZ1.sum(axis=0)                         # (128,)
    # ---- update: Adam ----
    # t is the number of this step, from 1
    step_size = learning_rate / (1 - beta_1**t)
    correction = 1 - beta_2**t
    m_W1[...] = beta_1 * m_W1 + (1 - beta_1) * dW1
    v_W1[...] = beta_2 * v_W1 + (1 - beta_2) * dW1**2
    W1 -= step_size * m_W1 / (np.sqrt(v_W1 / correction) + epsilon)
    m_b1[...] = beta_1 * m_b1 + (1 - beta_1) * db1
    v_b1[...] = beta_2 * v_b1 + (1 - beta_2) * db1**2
    b1 -= step_size * m_b1 / (np.sqrt(v_b1 / correction) + epsilon)
    m_W2[...] = beta_1 * m_W2 + (1 - beta_1) * dW2
    v_W2[...] = beta_2 * v_W2 + (1 - beta_2) * dW2**2
    W2 -= step_size * m_W2 / (np.sqrt(v_W2 / correction) + epsilon)
    m_b2[...] = beta_1 * m_b2 + (1 - beta_1) * db2
    v_b2[...] = beta_2 * v_b2 + (1 - beta_2) * db2**2
    b2 -= step_size * m_b2 / (np.sqrt(v_b2 / correction) + epsilon)
    m_W3[...] = beta_1 * m_W3 + (1 - beta_1) * dW3
    v_W3[...] = beta_2 * v_W3 + (1 - beta_2) * dW3**2
    W3 -= step_size * m_W3 / (np.sqrt(v_W3 / correction) + epsilon)
    m_b3[...] = beta_1 * m_b3 + (1 - beta_1) * db3
    v_b3[...] = beta_2 * v_b3 + (1 - beta_2) * db3**2
    b3 -= step_size * m_b3 / (np.sqrt(v_b3 / correction) + epsilon)
    return loss


def train_epoch(
    X, y, order, W1, b1, W2, b2, W3, b3, m_W1, v_W1, m_b1, v_b1, m_W2, v_W2, m_b2, v_b2, m_W3, v_W3,
    m_b3, v_b3, t, *, batch_size=32, loss_sum=0.0, learning_rate=0.001, beta_1=0.9, beta_2=0.999,
    epsilon=1e-08
):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        loss = train_step(
            X[rows], y[rows], W1, b1, W2, b2, W3, b3, m_W1, v_W1, m_b1, v_b1, m_W2, v_W2, m_b2,
            v_b2, m_W3, v_W3, m_b3, v_b3, t, learning_rate=learning_rate, beta_1=beta_1,
            beta_2=beta_2, epsilon=epsilon
        )
        loss_sum += len(rows) * float(loss)
        t += 1
    return loss_sum


def evaluate(X, y, W1, b1, W2, b2, W3, b3):
    n = len(X)
    Y = y[:, None] == np.arange(10)               # (n, 10)
    # ---- forward ----
    # layer 1: Dense(128, "relu")
    Z1 = X @ W1 + b1                              # (n, 128)
    A1 = np.maximum(Z1, 0)                        # (n, 128)
    # layer 2: Dense(64, "relu")
    Z2 = A1 @ W2 + b2                             # (n, 64)
    A2 = np.maximum(Z2, 0)                        # (n, 64)
    # layer 3: Dense(10)
    Z3 = A2 @ W3 + b3                             # (n, 10)
    # ---- loss: cross_entropy ----
    # L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum
    S = Z3 - Z3.max(axis=1, keepdims=True)        # (n, 10)
    E = np.exp(S)                                 # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    L = np.log(E_sum[:, 0]) - (S * Y).sum(axis=1)  # (n,)
    loss = L.sum() / n
    return loss


def predict(X, W1, b1, W2, b2, W3, b3):
    # ---- forward ----
    # layer 1: Dense(128, "relu")
    Z1 = X @ W1 + b1                              # (n, 128)
    A1 = np.maximum(Z1, 0)                        # (n, 128)
    # layer 2: Dense(64, "relu")
    Z2 = A1 @ W2 + b2                             # (n, 64)
    A2 = np.maximum(Z2, 0)                        # (n, 64)
    # layer 3: Dense(10)
    Z3 = A2 @ W3 + b3                             # (n, 10)
    # link: softmax
    E = np.exp(Z3 - Z3.max(axis=1, keepdims=True))  # (n, 10)
    E_sum = E.sum(axis=1, keepdims=True)          # (n, 1)
    P = E / E_sum                                 # (n, 10)
    return P


def raw(X, W1, b1, W2, b2, W3, b3):
    # ---- forward ----
    # layer 1: Dense(128, "relu")
    Z1 = X @ W1 + b1                              # (n, 128)
    A1 = np.maximum(Z1, 0)                        # (n, 128)
    # layer 2: Dense(64, "relu")
    Z2 = A1 @ W2 + b2                             # (n, 64)
    A2 = np.maximum(Z2, 0)                        # (n, 64)
    # layer 3: Dense(10)
    Z3 = A2 @ W3 + b3                             # (n, 10)
    return Z3
