"""Results nearer to 0 than a float's exponent reaches, as text: in a step they are 0.

Adam's means of gradients that have stopped, and what dead units leave, fade into such numbers, and
a processor takes many times as long over one. The relative error is no longer small there, but
the absolute one is below 1.2e-38 (float32) or 2.2e-308 (float64). Evaluating and predicting keep
them.
"""

from __future__ import annotations

import platform

X86 = platform.machine().lower() in ("x86_64", "amd64")

CONTROL = '''\
@intrinsic
def read_control(typing):
    """The processor's word for this thread's arithmetic."""

    def code(context, builder, signature, given):
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()])
        read = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse.stmxcsr")
        place = cgutils.alloca_once(builder, ir.IntType(32))
        builder.call(read, [builder.bitcast(place, ir.IntType(8).as_pointer())])
        return builder.zext(builder.load(place), ir.IntType(64))

    return numba.types.int64(), code


@intrinsic
def write_control(typing, word):
    """Set it."""

    def code(context, builder, signature, given):
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()])
        write = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse.ldmxcsr")
        place = cgutils.alloca_once_value(builder, builder.trunc(given[0], ir.IntType(32)))
        builder.call(write, [builder.bitcast(place, ir.IntType(8).as_pointer())])
        return context.get_dummy_value()

    return numba.types.void(numba.types.int64), code


def without_denormals():
    """Results below 1e-38 (float32) are 0 from here on; what the word was before."""
    return 0


@overload(without_denormals)
def without_denormals_compiled():
    def code():
        before = read_control()
        write_control(before | 0x8000)  # results; what is given stays as it is
        return before

    return code


def with_denormals(before):
    """As it was."""


@overload(with_denormals)
def with_denormals_compiled(before):
    def code(before):
        write_control(before)

    return code
'''

NO_CONTROL = '''\
@kernel
def without_denormals():
    """On this kind of processor they are left as they are."""
    return 0


@kernel
def with_denormals(before):
    """As it was."""
'''


def denormals_text() -> str:
    """The functions that a step begins and ends with, on this kind of processor."""
    return CONTROL if X86 else NO_CONTROL
