"""How a team of threads meets, as text: atomics are no Python, so they cannot be looked up here."""

from __future__ import annotations

from .denormals import X86

ATOMICS = '''\
@intrinsic
def add_one(typing, numbers, i):
    """numbers[i] += 1 for all threads at once; what it was before."""
    signature = numba.types.int64(numbers, numba.types.intp)

    def code(context, builder, signature, given):
        array = context.make_array(signature.args[0])(context, builder, given[0])
        place = builder.gep(array.data, [given[1]])
        return builder.atomic_rmw("add", place, ir.Constant(ir.IntType(64), 1), "seq_cst")

    return signature, code


@intrinsic
def load(typing, numbers, i):
    """numbers[i], as other threads have left it."""
    signature = numba.types.int64(numbers, numba.types.intp)

    def code(context, builder, signature, given):
        array = context.make_array(signature.args[0])(context, builder, given[0])
        return builder.load_atomic(builder.gep(array.data, [given[1]]), "acquire", 8)

    return signature, code


@intrinsic
def store(typing, numbers, i, number):
    """numbers[i] = number, for other threads to see."""
    signature = numba.types.void(numbers, numba.types.intp, numba.types.int64)

    def code(context, builder, signature, given):
        array = context.make_array(signature.args[0])(context, builder, given[0])
        place = builder.gep(array.data, [given[1]])
        builder.store_atomic(given[2], place, "release", 8)
        return context.get_dummy_value()

    return signature, code


@intrinsic
def pause(typing):
    """Tell the processor that this thread is waiting."""

    def code(context, builder, signature, given):
{pause}
        return context.get_dummy_value()

    return numba.types.void(), code


@kernel
def meet(sync, threads):
    """Wait until all threads of the team are here."""
    if threads > 1:
        round = load(sync, 8)
        if add_one(sync, 0) == threads - 1:
            store(sync, 0, 0)
            store(sync, 8, round + 1)
        else:
            while load(sync, 8) == round and load(sync, 1) == 0:  # 1: a thread of the team is gone
                pause()
'''

PAUSE = """\
        kind = ir.FunctionType(ir.VoidType(), [])
        wait = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse2.pause")
        builder.call(wait, [])"""

NO_PAUSE = "        pass"


def team_text() -> str:
    """The function ``meet``, and what it is made of on this kind of processor."""
    return ATOMICS.replace("{pause}", PAUSE if X86 else NO_PAUSE)
