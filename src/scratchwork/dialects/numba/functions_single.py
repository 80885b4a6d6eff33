"""The numbers in the mathematical functions of the numba dialect, for float32.

The polynomials are minimax fits, highest power first, for |r| <= log(2) / 2 in EXP and for m from
sqrt(1/2) to sqrt(2) in LOG. Each assignment is printed as it stands, where a function needs it.
"""

from __future__ import annotations

import numpy as np

FLOAT = np.float32
INTEGER = np.int32  # as many bits as FLOAT
MANTISSA = 23  # bits of a float32 below its exponent
BIAS = 127  # what is added to its exponent
ROOT_HALF = 0x3F3504F3  # the bits of sqrt(1/2)
INFINITY = np.float32(np.inf)
NAN = np.float32(np.nan)
ZERO = np.float32(0.0)
HALF = np.float32(0.5)
ONE = np.float32(1.0)
TWO = np.float32(2.0)
LOG2_E = np.float32(1.442695)
LN2_HIGH = np.float32(0.693359375)  # few bits: k * LN2_HIGH is exact
LN2_LOW = np.float32(-0.00021219444)  # log(2) - LN2_HIGH
EXP_LEAST = np.float32(-104.0)  # exp is 0 from here on down
EXP_MOST = np.float32(89.0)  # exp is inf from here on up
EXPM1_LEAST = np.float32(-20.0)  # expm1 is -1 from here on down
EXPONENT_LEAST = np.float32(-160.0)  # a NaN has this one
TANH_MOST = np.float32(10.0)  # tanh is 1 from here on up
NORMAL_LEAST = np.float32(1.1754944e-38)  # smaller ones are denormal
NORMAL_MOST = np.float32(3.4028235e38)
TO_NORMAL = np.float32(8388608.0)  # 2**23
TO_NORMAL_LOG2 = np.float32(23.0)
EXP = (  # (exp(r) - 1 - r) / r**2
    np.float32(0.0013946531),
    np.float32(0.008366631),
    np.float32(0.04166628),
    np.float32(0.16666542),
    np.float32(0.5),
)
LOG = (  # log(m) = 2 * s + s * z * LOG(z), s = (m - 1) / (m + 1), z = s**2
    np.float32(0.29871476),
    np.float32(0.39977553),
    np.float32(0.66666776),
)
