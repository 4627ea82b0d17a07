/* What the functions are made of: exponentials in parts, polynomials, the sixteen-bit formats.
 *
 * Everything is straight-line code without calls, so that compilers vectorise the loops around it. Contraction is
 * off and fused multiply-adds are written out: the vector body and the scalar tail of a loop must round alike. */
#ifndef GAINSTAGE_CORE_H
#define GAINSTAGE_CORE_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#include "polynomials.h"

#define INLINE static inline __attribute__((always_inline))

/* Without the instruction, fmaf would be a call that takes a hundred times as long. */
#if defined(__FMA__) || defined(__aarch64__)
#define FMA(a, b, c) __builtin_fmaf(a, b, c)
#else
#define FMA(a, b, c) ((float)((double)(a) * (double)(b) + (double)(c)))
#endif

#define LOG2E 0x1.715476p0f
#define LN2_HIGH 0x1.62e400p-1f /* 15 bits: its product with any exponent of float32 is exact */
#define LN2_LOW 0x1.7f7d1cp-20f
#define SHIFT 12582912.0f /* 1.5 * 2^23: adding it rounds to an integer and leaves that in the low bits */
#define POLYNOMIAL(x, ...) polynomial(x, (const float[]){__VA_ARGS__}, sizeof((const float[]){__VA_ARGS__}) / 4)

INLINE float as_float(uint32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
INLINE uint32_t as_bits(float x) { uint32_t bits; memcpy(&bits, &x, 4); return bits; }

INLINE float polynomial(float x, const float *c, int count) {
    float sum = c[count - 1];
    for (int i = count - 2; i >= 0; i--) sum = FMA(sum, x, c[i]);
    return sum;
}

/* Comparisons are written so that a NaN goes through. */
INLINE float at_most(float x, float bound) { return x > bound ? bound : x; }
INLINE float at_least(float x, float bound) { return x < bound ? bound : x; }

/* e^x = (1 + rest) 2^power. `lifted` is e^x 2^64: a result may be normal where e^x itself is not, so results are
 * computed 2^64 times too large and brought down by one exact, or once rounded, product. -190 <= power <= 63. */
typedef struct { float rest; uint32_t power; } Exponential;
#define DOWN 0x1p-64f

INLINE float lifted(Exponential e) {
    float two = as_float((e.power << 23) + ((127u + 64u) << 23));
    return FMA(two, e.rest, two);
}

/* The remainder after `shifted` has told the power. */
INLINE Exponential finish(float r, float shifted) {
    return (Exponential){FMA(r * r, POLYNOMIAL(r, EXP_Q), r), as_bits(shifted)};
}

INLINE Exponential exponential(float x) {
    float shifted = FMA(x, LOG2E, SHIFT), n = shifted - SHIFT;
    return finish(FMA(n, -LN2_LOW, FMA(n, -LN2_HIGH, x)), shifted);
}

INLINE Exponential exponential_of_sum(float x, float low) {
    float shifted = FMA(x, LOG2E, SHIFT), n = shifted - SHIFT;
    return finish(FMA(n, -LN2_LOW, FMA(n, -LN2_HIGH, x)) + low, shifted);
}

/* e^(left right), the product never rounded before ln 2 has been taken out. */
INLINE Exponential exponential_of_product(float left, float right) {
    float shifted = FMA(left * right, LOG2E, SHIFT), n = shifted - SHIFT;
    return finish(FMA(n, -LN2_LOW, FMA(left, right, n * -LN2_HIGH)), shifted);
}

INLINE Exponential exponential_of_product_and(float left, float right, float low) {
    float shifted = FMA(left * right, LOG2E, SHIFT), n = shifted - SHIFT;
    return finish(FMA(n, -LN2_LOW, FMA(left, right, n * -LN2_HIGH)) + low, shifted);
}

/* e^x - 1 without cancellation near zero, for -87 < x < 87. */
INLINE float exponential_minus_one(float x, float low) {
    float shifted = FMA(x, LOG2E, SHIFT), n = shifted - SHIFT;
    float r = FMA(n, -LN2_LOW, FMA(n, -LN2_HIGH, x)) + low;
    float two = as_float((as_bits(shifted) << 23) + (127u << 23));
    return FMA(two, FMA(r * r, POLYNOMIAL(r, EXPM1_Q), r), two - 1.0f);
}

/* x c in two floats: an exponential turns the relative error of a large argument into an absolute one. */
typedef struct { float high, low; } Pair;

INLINE Pair product(float x, double c) {
    float first = (float)c, second = (float)(c - (double)first), high = x * first;
    float low = FMA(x, second, FMA(x, first, -high));
    /* Far out the rest does not matter, and of an infinity it is no number. */
    return (Pair){high, fabsf(high) < 1e6f ? low : 0.0f};
}

INLINE float from_f32(float x) { return x; }
INLINE float to_f32(float x) { return x; }

INLINE float from_bf16(uint16_t x) { return as_float((uint32_t)x << 16); }
INLINE uint16_t to_bf16(float x) {
    uint32_t bits = as_bits(x), rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    return (uint16_t)(x != x ? 0x7fc0u : rounded);
}

/* float16 by arithmetic on bits: compilers do not vectorise loops over the type itself. */
INLINE float from_f16(uint16_t x) {
    uint32_t size = ((uint32_t)x & 0x7fffu) << 13, sign = ((uint32_t)x & 0x8000u) << 16;
    uint32_t bits = size >= (0x7c00u << 13) ? size | 0x7f800000u : as_bits(as_float(size) * 0x1p112f);
    return as_float(bits | sign);
}
INLINE uint16_t to_f16(float x) {
    float t = fabsf(x);
    uint32_t bits = as_bits(t) - (112u << 23), small = as_bits(t + 0.5f) - as_bits(0.5f);
    uint32_t normal = (bits + 0xfffu + ((bits >> 13) & 1u)) >> 13;
    uint32_t size = t < 0x1p-14f ? small : t >= 65520.0f ? 0x7c00u : normal;
    return (uint16_t)((x != x ? 0x7e00u : size) | ((as_bits(x) >> 16) & 0x8000u));
}

#endif
