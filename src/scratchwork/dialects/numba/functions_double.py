"""The numbers in the mathematical functions of the numba dialect, for float64.

The polynomials are minimax fits, highest power first, for |r| <= log(2) / 2 in EXP and for m from
sqrt(1/2) to sqrt(2) in LOG. Each assignment is printed as it stands, where a function needs it.
"""

from __future__ import annotations

import numpy as np

FLOAT = np.float64
INTEGER = np.int64  # as many bits as FLOAT
MANTISSA = 52  # bits of a float64 below its exponent
BIAS = 1023  # what is added to its exponent
ROOT_HALF = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
INFINITY = np.float64(np.inf)
NAN = np.float64(np.nan)
ZERO = np.float64(0.0)
HALF = np.float64(0.5)
ONE = np.float64(1.0)
TWO = np.float64(2.0)
LOG2_E = np.float64(1.4426950408889634)
LN2_HIGH = np.float64(0.6931471803691238)  # few bits: k * LN2_HIGH is exact
LN2_LOW = np.float64(1.9082149292705877e-10)  # log(2) - LN2_HIGH
EXP_LEAST = np.float64(-746.0)  # exp is 0 from here on down
EXP_MOST = np.float64(710.0)  # exp is inf from here on up
EXPM1_LEAST = np.float64(-40.0)  # expm1 is -1 from here on down
EXPONENT_LEAST = np.float64(-1100.0)  # a NaN has this one
TANH_MOST = np.float64(20.0)  # tanh is 1 from here on up
NORMAL_LEAST = np.float64(2.2250738585072014e-308)  # smaller ones are denormal
NORMAL_MOST = np.float64(1.7976931348623157e308)
TO_NORMAL = np.float64(4503599627370496.0)  # 2**52
TO_NORMAL_LOG2 = np.float64(52.0)
EXP = (  # (exp(r) - 1 - r) / r**2
    np.float64(2.511454620428216e-08),
    np.float64(2.762640787758862e-07),
    np.float64(2.755722775378921e-06),
    np.float64(2.480150427183758e-05),
    np.float64(0.00019841269903214296),
    np.float64(0.0013888888932490258),
    np.float64(0.008333333333314529),
    np.float64(0.04166666666657343),
    np.float64(0.16666666666666685),
    np.float64(0.5000000000000006),
)
LOG = (  # log(m) = 2 * s + s * z * LOG(z), s = (m - 1) / (m + 1), z = s**2
    np.float64(0.14795549368907496),
    np.float64(0.153140934410444),
    np.float64(0.18183562507378526),
    np.float64(0.22222198611788976),
    np.float64(0.28571428741962424),
    np.float64(0.39999999999416924),
    np.float64(0.6666666666666734),
)
