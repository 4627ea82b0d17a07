/* The loops: each function's values, and its gradients times a gradient, for the formats of floating point.
 *
 * Called through ctypes with the addresses of dense tensors. `threads` is how many threads may share the work. */
#if defined(__linux__)
#define _GNU_SOURCE
#include <sys/mman.h>
#endif
#include "algebraic.h"
#include "smooth.h"

#define SIMD _Pragma("omp simd")
#define SHARED _Pragma("omp parallel for schedule(static) num_threads(threads) if(threads > 1)")
#define BLOCK 16384
#define BLOCKS(n) SHARED for (int64_t start = 0; start < n; start += BLOCK)
#define LENGTH(n) (n - start < BLOCK ? n - start : BLOCK)
#define HUGE_PAGE ((uintptr_t)1 << 21)

/* A large result is fresh memory, and its page faults take several times as long as the work: ask for large pages. */
INLINE void prepare(void *start, int64_t bytes) {
#ifdef MADV_HUGEPAGE
    uintptr_t first = ((uintptr_t)start + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    uintptr_t last = ((uintptr_t)start + (uintptr_t)bytes) & ~(HUGE_PAGE - 1);
    if (bytes >= (int64_t)(8 * HUGE_PAGE)) madvise((void *)first, last - first, MADV_HUGEPAGE);
#endif
}

/* The format, by -DFORMAT=f32, bf16 or f16, gives its type, and how to read and write it. */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define READ JOIN(from_, FORMAT)
#define WRITE JOIN(to_, FORMAT)
typedef float f32;
typedef uint16_t bf16, f16;
typedef FORMAT number;

#define FUNCTION(name)                                                                                                \
    static void name##_values(const number *restrict x, number *restrict y, int64_t n, double a, double b) {           \
        SIMD for (int64_t i = 0; i < n; i++) y[i] = WRITE(name##_value(READ(x[i]), a, b));                             \
    }                                                                                                                 \
    static void name##_slopes(const number *restrict g, const number *restrict x, number *restrict out, int64_t n,     \
                              double a, double b) {                                                                   \
        SIMD for (int64_t i = 0; i < n; i++) out[i] = WRITE(READ(g[i]) * name##_slope(READ(x[i]), a, b));              \
    }                                                                                                                 \
    void gainstage_##name##_value(const number *x, number *y, int64_t n, int threads, double a, double b) {            \
        prepare(y, n * (int64_t)sizeof(number));                                                                      \
        BLOCKS(n) name##_values(x + start, y + start, LENGTH(n), a, b);                                                \
    }                                                                                                                 \
    void gainstage_##name##_pullback(const number *g, const number *x, number *out, int64_t n, int threads, double a,  \
                                     double b) {                                                                      \
        prepare(out, n * (int64_t)sizeof(number));                                                                    \
        BLOCKS(n) name##_slopes(g + start, x + start, out + start, LENGTH(n), a, b);                                   \
    }

FUNCTION(sigmoid)
FUNCTION(tanh)
FUNCTION(tanhshrink)
FUNCTION(silu)
FUNCTION(swish)
FUNCTION(gelu)
FUNCTION(gelu_tanh)
FUNCTION(mish)
FUNCTION(softplus)
FUNCTION(scaled_softplus)
FUNCTION(logsigmoid)
FUNCTION(elu)
FUNCTION(selu)
FUNCTION(celu)
FUNCTION(gaussian)
FUNCTION(softsign)
FUNCTION(hardswish)
FUNCTION(squared_relu)
FUNCTION(squareplus)
FUNCTION(isru)
FUNCTION(bent_identity)
