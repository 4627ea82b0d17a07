/* The loops: each function's values, and its gradients times a gradient, for the formats of floating point.
 *
 * Called through ctypes with the addresses of dense tensors. `threads` is how many threads may share the work. */
#if defined(__linux__)
#define _GNU_SOURCE
#include <sys/mman.h>
#endif
#include "algebraic.h"
#include "piecewise.h"
#include "smooth.h"
#include "wide.h"

#define SIMD _Pragma("omp simd")
#define SHARED _Pragma("omp parallel for schedule(static) num_threads(threads) if(threads > 1)")
#define BLOCK 16384
#define CHUNK 4096 /* as many numbers are summed in float32 before the sum goes on in float64 */
#define BLOCKS(n) SHARED for (int64_t start = 0; start < n; start += BLOCK)
#define LENGTH(n) (n - start < BLOCK ? n - start : BLOCK)
#define HUGE_PAGE ((uintptr_t)1 << 21)

/* A large result is fresh memory, and its page faults take several times as long as the work: ask for large pages. */
INLINE void prepare(void *start, int64_t bytes) {
#ifdef MADV_HUGEPAGE
    uintptr_t first = ((uintptr_t)start + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    uintptr_t last = ((uintptr_t)start + (uintptr_t)bytes) & ~(HUGE_PAGE - 1);
    if (first < last) madvise((void *)first, last - first, MADV_HUGEPAGE);
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

#define EXPORTED(name)                                                                                                \
    void gainstage_##name##_value(const number *x, number *y, int64_t n, int threads, double a, double b) {            \
        prepare(y, n * (int64_t)sizeof(number));                                                                      \
        BLOCKS(n) name##_values(x + start, y + start, LENGTH(n), a, b);                                                \
    }                                                                                                                 \
    void gainstage_##name##_pullback(const number *g, const number *x, number *out, int64_t n, int threads, double a,  \
                                     double b) {                                                                      \
        prepare(out, n * (int64_t)sizeof(number));                                                                    \
        BLOCKS(n) name##_slopes(g + start, x + start, out + start, LENGTH(n), a, b);                                   \
    }

#define FUNCTION(name)                                                                                                \
    static void name##_values(const number *restrict x, number *restrict y, int64_t n, double a, double b) {           \
        SIMD for (int64_t i = 0; i < n; i++) y[i] = WRITE(name##_value(READ(x[i]), a, b));                             \
    }                                                                                                                 \
    static void name##_slopes(const number *restrict g, const number *restrict x, number *restrict out, int64_t n,     \
                              double a, double b) {                                                                   \
        SIMD for (int64_t i = 0; i < n; i++) out[i] = WRITE(READ(g[i]) * name##_slope(READ(x[i]), a, b));              \
    }                                                                                                                 \
    EXPORTED(name)

/* The same for waves, whose far inputs need more digits of pi than the loop has: those are looked up one by one. */
#define WAVE(name)                                                                                                    \
    static void name##_values(const number *restrict x, number *restrict y, int64_t n, double a, double b) {           \
        double farthest = 0;                                                                                          \
        _Pragma("omp simd reduction(max : farthest)") for (int64_t i = 0; i < n; i++) {                               \
            float v = READ(x[i]);                                                                                     \
            farthest = fabs(a * v) > farthest ? fabs(a * v) : farthest;                                                \
            y[i] = WRITE(name##_value(v, a, b));                                                                      \
        }                                                                                                             \
        if (farthest < FAR_OUT) return;                                                                               \
        for (int64_t i = 0; i < n; i++)                                                                               \
            if (fabs(a * READ(x[i])) >= FAR_OUT) y[i] = WRITE(name##_value_far(READ(x[i]), a));                        \
    }                                                                                                                 \
    static void name##_slopes(const number *restrict g, const number *restrict x, number *restrict out, int64_t n,     \
                              double a, double b) {                                                                   \
        double farthest = 0;                                                                                          \
        _Pragma("omp simd reduction(max : farthest)") for (int64_t i = 0; i < n; i++) {                               \
            float v = READ(x[i]);                                                                                     \
            farthest = fabs(a * v) > farthest ? fabs(a * v) : farthest;                                                \
            out[i] = WRITE(READ(g[i]) * name##_slope(v, a, b));                                                        \
        }                                                                                                             \
        if (farthest < FAR_OUT) return;                                                                               \
        for (int64_t i = 0; i < n; i++)                                                                               \
            if (fabs(a * READ(x[i])) >= FAR_OUT) out[i] = WRITE(READ(g[i]) * name##_slope_far(READ(x[i]), a));         \
    }                                                                                                                 \
    EXPORTED(name)

/* The same with a weight for each channel. Row r of `inner` numbers belongs to channel r % channels; the last row may
 * be short. The pullback leaves the weights' gradient as one sum a row, so that threads never share one. With one
 * number a row (the inputs of a linear layer), whole groups of channels are a row, and there is one sum a channel. */
#define WEIGHTED(name)                                                                                                \
    static float name##_row(const number *restrict g, const number *restrict x, number *restrict out, int64_t n,       \
                            double a) {                                                                               \
        float sum = 0;                                                                                                \
        _Pragma("omp simd reduction(+ : sum)") for (int64_t i = 0; i < n; i++) {                                      \
            float gradient = READ(g[i]), v = READ(x[i]);                                                              \
            out[i] = WRITE(gradient * name##_slope(v, a, 0));                                                          \
            sum += gradient * name##_by(v, a);                                                                        \
        }                                                                                                             \
        return sum;                                                                                                   \
    }                                                                                                                 \
    static void name##_across(const number *restrict x, number *restrict y, const float *restrict w, int64_t n) {      \
        SIMD for (int64_t i = 0; i < n; i++) y[i] = WRITE(name##_value(READ(x[i]), w[i], 0));                          \
    }                                                                                                                 \
    static void name##_row_across(const number *restrict g, const number *restrict x, number *restrict out,            \
                                  const float *restrict w, double *restrict sums, int64_t n) {                        \
        SIMD for (int64_t i = 0; i < n; i++) {                                                                        \
            float gradient = READ(g[i]), v = READ(x[i]);                                                              \
            out[i] = WRITE(gradient * name##_slope(v, w[i], 0));                                                       \
            sums[i] += (double)(gradient * name##_by(v, w[i]));                                                       \
        }                                                                                                             \
    }                                                                                                                 \
    void gainstage_##name##_weighted_value(const number *x, const float *w, number *y, int64_t n, int64_t channels,    \
                                           int64_t inner, int threads) {                                              \
        int64_t length = inner == 1 ? channels : inner, rows = (n + length - 1) / length;                              \
        prepare(y, n * (int64_t)sizeof(number));                                                                      \
        SHARED for (int64_t r = 0; r < rows; r++) {                                                                   \
            int64_t start = r * length, size = n - start < length ? n - start : length;                                \
            if (inner == 1) name##_across(x + start, y + start, w, size);                                              \
            else name##_values(x + start, y + start, size, w[r % channels], 0);                                        \
        }                                                                                                             \
    }                                                                                                                 \
    void gainstage_##name##_weighted_pullback(const number *g, const number *x, const float *w, number *out,           \
                                              double *sums, int64_t n, int64_t channels, int64_t inner,               \
                                              int threads) {                                                          \
        prepare(out, n * (int64_t)sizeof(number));                                                                    \
        if (inner == 1) {                                                                                             \
            for (int64_t s = 0; s < n; s += channels)                                                                  \
                name##_row_across(g + s, x + s, out + s, w, sums, channels);                                           \
            return;                                                                                                   \
        }                                                                                                             \
        int64_t rows = (n + inner - 1) / inner;                                                                        \
        SHARED for (int64_t r = 0; r < rows; r++) {                                                                   \
            int64_t end = (r + 1) * inner < n ? (r + 1) * inner : n;                                                   \
            double sum = 0;                                                                                           \
            for (int64_t s = r * inner; s < end; s += CHUNK)                                                           \
                sum += name##_row(g + s, x + s, out + s, end - s < CHUNK ? end - s : CHUNK, w[r % channels]);          \
            sums[r] = sum;                                                                                            \
        }                                                                                                             \
    }

/* a f(b) of the two halves of x along a dimension after which there are `inner` numbers in a half. */
#define GATE(name)                                                                                                    \
    static void name##_gated(const number *restrict a, const number *restrict b, number *restrict y, int64_t n) {      \
        SIMD for (int64_t i = 0; i < n; i++) y[i] = WRITE(READ(a[i]) * name##_value(READ(b[i]), 0, 0));                \
    }                                                                                                                 \
    static void name##_ungated(const number *restrict g, const number *restrict a, const number *restrict b,           \
                               number *restrict to_a, number *restrict to_b, int64_t n) {                             \
        SIMD for (int64_t i = 0; i < n; i++) {                                                                        \
            float gradient = READ(g[i]), v = READ(b[i]);                                                              \
            to_a[i] = WRITE(gradient * name##_value(v, 0, 0));                                                         \
            to_b[i] = WRITE(gradient * READ(a[i]) * name##_slope(v, 0, 0));                                            \
        }                                                                                                             \
    }                                                                                                                 \
    void gainstage_##name##_gate_value(const number *x, number *y, int64_t outer, int64_t inner, int threads) {        \
        prepare(y, outer *inner * (int64_t)sizeof(number));                                                           \
        SHARED for (int64_t o = 0; o < outer; o++)                                                                    \
            name##_gated(x + 2 * o * inner, x + (2 * o + 1) * inner, y + o * inner, inner);                            \
    }                                                                                                                 \
    void gainstage_##name##_gate_pullback(const number *g, const number *x, number *out, int64_t outer, int64_t inner, \
                                          int threads) {                                                              \
        prepare(out, 2 * outer * inner * (int64_t)sizeof(number));                                                    \
        SHARED for (int64_t o = 0; o < outer; o++) {                                                                  \
            int64_t a = 2 * o * inner, b = a + inner;                                                                 \
            name##_ungated(g + o * inner, x + a, x + b, out + a, out + b, inner);                                      \
        }                                                                                                             \
    }

/* The largest of `pieces` blocks of `inner` numbers each, and which one it was: the first of equals, any NaN. */
static void larger(const number *restrict x, number *restrict y, uint8_t *restrict which, int64_t n, int piece) {
    SIMD for (int64_t i = 0; i < n; i++) {
        float v = READ(x[i]);
        int wins = v > READ(y[i]) || v != v;
        y[i] = wins ? x[i] : y[i];
        which[i] = wins ? (uint8_t)piece : which[i];
    }
}

static void to_winner(const number *restrict g, const uint8_t *restrict which, number *restrict out, int64_t n,
                      int piece) {
    SIMD for (int64_t i = 0; i < n; i++) out[i] = which[i] == piece ? g[i] : 0;
}

void gainstage_maxout_value(const number *x, number *y, uint8_t *which, int64_t outer, int pieces, int64_t inner,
                            int threads) {
    prepare(y, outer * inner * (int64_t)sizeof(number));
    SHARED for (int64_t o = 0; o < outer; o++) {
        memcpy(y + o * inner, x + o * pieces * inner, (size_t)inner * sizeof(number));
        memset(which + o * inner, 0, (size_t)inner);
        for (int p = 1; p < pieces; p++)
            larger(x + (o * pieces + p) * inner, y + o * inner, which + o * inner, inner, p);
    }
}

void gainstage_maxout_pullback(const number *g, const uint8_t *which, number *out, int64_t outer, int pieces,
                               int64_t inner, int threads) {
    prepare(out, outer * pieces * inner * (int64_t)sizeof(number));
    SHARED for (int64_t o = 0; o < outer; o++)
        for (int p = 0; p < pieces; p++)
            to_winner(g + o * inner, which + o * inner, out + (o * pieces + p) * inner, inner, p);
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
FUNCTION(hardsigmoid)
FUNCTION(squared_relu)
FUNCTION(squareplus)
FUNCTION(isru)
FUNCTION(bent_identity)
FUNCTION(relu)
FUNCTION(leaky_relu)
FUNCTION(hardtanh)
FUNCTION(prelu)
FUNCTION(prelu_output)
FUNCTION(erf)
FUNCTION(tanhexp)
FUNCTION(serf)
FUNCTION(logish)
WAVE(sine)
WAVE(snake)

WEIGHTED(prelu)
WEIGHTED(prelu_output)
WEIGHTED(swish)

GATE(relu)
GATE(sigmoid)
GATE(gelu)
GATE(silu)
