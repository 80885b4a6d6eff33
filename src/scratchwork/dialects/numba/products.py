"""Products by BLAS, as text: C = A @ B for the rows of a block, into memory that is there.

``np.dot`` does the same and is called where there is no compiler. It wants a view of each factor
with just the rows of the block: making and dropping these took as long as a small product, and a
third of the time to compile.
"""

from __future__ import annotations

from collections.abc import Iterable

INTRINSIC = '''\
@intrinsic
def call_gemm(typing, gemm, left, right, columns, rows, inner, B, A, beta, C):
    """BLAS' gemm at an address. Its matrices lie column by column: ours are their transposes."""
    whole = numba.types.intp
    signature = numba.types.void(gemm, left, right, whole, whole, whole, B, A, beta, C)

    def code(context, builder, signature, given):
        gemm, left, right, columns, rows, inner, B, A, beta, C = given
        arrays = {}
        for name, i in (("B", 6), ("A", 7), ("C", 9)):
            arrays[name] = context.make_array(signature.args[i])(context, builder, given[i])

        def place(number):
            return cgutils.alloca_once_value(builder, number)

        def short(number):
            return place(builder.trunc(number, ir.IntType(32)))

        def ends(name):
            """The length of a row, as the distance between two."""
            return short(cgutils.unpack_tuple(builder, arrays[name].shape)[1])

        def letter(number):
            return place(builder.trunc(number, ir.IntType(8)))

        one = place(context.get_constant(signature.args[8], 1.0))
        arguments = [
            letter(left), letter(right), short(columns), short(rows), short(inner), one,
            arrays["B"].data, ends("B"), arrays["A"].data, ends("A"), place(beta),
            arrays["C"].data, ends("C"),
        ]
        kind = ir.FunctionType(ir.VoidType(), [x.type for x in arguments])
        builder.call(builder.inttoptr(gemm, kind.as_pointer()), arguments)
        return context.get_dummy_value()

    return signature, code


AS_IT_IS, TURNED = ord("N"), ord("T")
'''

PRODUCTS = {
    "product": '''\
def product(gemm, A, B, C, rows):
    """C = A @ B"""
    C[:rows] = np.dot(A[:rows], B)


@overload(product, jit_options=OPTIONS)
def product_by_blas(gemm, A, B, C, rows):
    def code(gemm, A, B, C, rows):
        call_gemm(gemm, AS_IT_IS, AS_IT_IS, B.shape[1], rows, B.shape[0], B, A, F(0), C)

    return code
''',
    "product_turned": '''\
def product_turned(gemm, A, B, C, rows):
    """C = A @ B.T"""
    C[:rows] = np.dot(A[:rows], B.T)


@overload(product_turned, jit_options=OPTIONS)
def product_turned_by_blas(gemm, A, B, C, rows):
    def code(gemm, A, B, C, rows):
        call_gemm(gemm, TURNED, AS_IT_IS, B.shape[0], rows, B.shape[1], B, A, F(0), C)

    return code
''',
    "add_product": '''\
def add_product(gemm, A, B, C, rows, first):
    """C = A.T @ B for the first rows, C += A.T @ B for those that follow"""
    product = np.dot(A[:rows].T, B[:rows])
    C[:] = product if first else C + product


@overload(add_product, jit_options=OPTIONS)
def add_product_by_blas(gemm, A, B, C, rows, first):
    def code(gemm, A, B, C, rows, first):
        beta = F(0) if first else F(1)
        call_gemm(gemm, AS_IT_IS, TURNED, B.shape[1], A.shape[1], rows, B, A, beta, C)

    return code
''',
}

OPTIONS = 'OPTIONS = {"nogil": True, "error_model": "numpy", "no_cpython_wrapper": True}\n'


def product_texts(names: Iterable[str]) -> str:
    """The source of the products that a text calls; "" if there are none."""
    texts = [PRODUCTS[name] for name in PRODUCTS if name in names]
    return "\n\n".join([INTRINSIC + OPTIONS, *texts]) if texts else ""
