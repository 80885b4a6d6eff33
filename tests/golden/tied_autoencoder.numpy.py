# Scratchwork 0.1.0, engine numpy, float32
# Sequential([TiedAutoencoder(16)], input_shape=(64,))
# compile(loss="mean_squared_error", optimizer=Adam())

import math

import numpy as np


def initialize(rng):
    # layer 1: TiedAutoencoder(16)
    limit1 = math.sqrt(6 / (64 + 16))
    W1 = rng.uniform(-limit1, limit1, (64, 16)).astype(np.float32)
    b1 = np.zeros(16, np.float32)
    c1 = np.zeros(64, np.float32)
    # optimizer: Adam
    m_W1 = np.zeros((64, 16), np.float32)
    m_b1 = np.zeros(16, np.float32)
    m_c1 = np.zeros(64, np.float32)
    v_W1 = np.zeros((64, 16), np.float32)
    v_b1 = np.zeros(16, np.float32)
    v_c1 = np.zeros(64, np.float32)
    return W1, b1, c1, m_W1, m_b1, m_c1, v_W1, v_b1, v_c1


def train_step(
    X, Y, W1, b1, c1, m_W1, v_W1, m_b1, v_b1, m_c1, v_c1, t, *, learning_rate=0.001, beta_1=0.9,
    beta_2=0.999, epsilon=1e-08
):
    n = len(X)
    # ---- forward ----
    # layer 1: TiedAutoencoder(16)
    Z1 = X @ W1 + b1                              # (n, 16)
    A1 = np.tanh(Z1)                              # (n, 16)
    V1 = A1 @ W1.T + c1                           # (n, 64)
    # ---- loss: mean_squared_error ----
    R = V1 - Y                                    # (n, 64)
    L = (R**2).mean(axis=1)                       # (n,)
    loss = L.sum() / n
    if not math.isfinite(loss):
        raise FloatingPointError(f"loss is {loss}: no update made")
    # ---- backward ----
    dV1 = 2 * R / 64 / n                          # (n, 64)
    dc1 = dV1.sum(axis=0)                         # (64,)
    dA1 = dV1 @ W1                                # (n, 16)
    dZ1 = dA1 * (1 - A1**2)                       # (n, 16)
    dW1 = X.T @ dZ1 + (A1.T @ dV1).T              # (64, 16)
    db1 = dZ1.sum(axis=0)                         # (16,)
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
    m_c1[...] = beta_1 * m_c1 + (1 - beta_1) * dc1
    v_c1[...] = beta_2 * v_c1 + (1 - beta_2) * dc1**2
    c1 -= step_size * m_c1 / (np.sqrt(v_c1 / correction) + epsilon)
    return loss


def train_epoch(
    X, Y, order, W1, b1, c1, m_W1, v_W1, m_b1, v_b1, m_c1, v_c1, t, *, batch_size=32, loss_sum=0.0,
    learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-08
):
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        loss = train_step(
            X[rows], Y[rows], W1, b1, c1, m_W1, v_W1, m_b1, v_b1, m_c1, v_c1, t,
            learning_rate=learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon
        )
        loss_sum += len(rows) * float(loss)
        t += 1
    return loss_sum


def evaluate(X, Y, W1, b1, c1):
    n = len(X)
    # ---- forward ----
    # layer 1: TiedAutoencoder(16)
    Z1 = X @ W1 + b1                              # (n, 16)
    A1 = np.tanh(Z1)                              # (n, 16)
    V1 = A1 @ W1.T + c1                           # (n, 64)
    # ---- loss: mean_squared_error ----
    R = V1 - Y                                    # (n, 64)
    L = (R**2).mean(axis=1)                       # (n,)
    loss = L.sum() / n
    return loss


def predict(X, W1, b1, c1):
    # ---- forward ----
    # layer 1: TiedAutoencoder(16)
    Z1 = X @ W1 + b1                              # (n, 16)
    A1 = np.tanh(Z1)                              # (n, 16)
    V1 = A1 @ W1.T + c1                           # (n, 64)
    return V1


def raw(X, W1, b1, c1):
    # ---- forward ----
    # layer 1: TiedAutoencoder(16)
    Z1 = X @ W1 + b1                              # (n, 16)
    A1 = np.tanh(Z1)                              # (n, 16)
    V1 = A1 @ W1.T + c1                           # (n, 64)
    return V1
