/* Smooth functions and their slopes in float32: at most 4 ULP and 8 ULP wherever the result is a normal number.
 *
 * t is |x|, e is exp of something that is not positive, times 2^64 (see core.h), d = 1 + e^-t. A tail is computed where
 * it is small: f(x) = x - tail for x > 0, -tail otherwise. Slopes that cross zero are written as (distance to the
 * zero) times (something that does not), since a difference would leave only rounding errors there. */
#ifndef GAINSTAGE_SMOOTH_H
#define GAINSTAGE_SMOOTH_H

#include "core.h"

#define FARTHEST 109.0f /* t e^-t has left the subnormal numbers here */

typedef struct { float t, e, d; } Decay;

INLINE Decay decay(float x) {
    float t = at_most(fabsf(x), FARTHEST), e = lifted(exponential(-t));
    return (Decay){t, e, FMA(e, DOWN, 1.0f)};
}

INLINE Decay decay_of_pair(Pair z) {
    float t = at_most(fabsf(z.high), FARTHEST);
    float e = lifted(exponential_of_sum(-t, z.high > 0 ? -z.low : z.low));
    return (Decay){t, e, FMA(e, DOWN, 1.0f)};
}

INLINE float logistic(float x, Decay k) { return (x > 0 ? 1.0f : k.e) / k.d * (x > 0 ? 1.0f : DOWN); }

INLINE float sigmoid_value(float x, double a, double b) { return logistic(x, decay(x)); }

INLINE float sigmoid_slope(float x, double a, double b) {
    Decay k = decay(x);
    return k.e / (k.d * k.d) * DOWN;
}

INLINE float tanh_value(float x, double a, double b) {
    float m = exponential_minus_one(2.0f * at_most(fabsf(x), 10.0f), 0.0f);
    return copysignf(m / (m + 2.0f), x);
}

INLINE float tanh_slope(float x, double a, double b) {
    Decay k = decay(2.0f * x);
    return 4.0f * k.e / (k.d * k.d) * DOWN;
}

INLINE float tanhshrink_value(float x, double a, double b) {
    float square = x * x, near = square * x * POLYNOMIAL(square, TANHSHRINK_P);
    return fabsf(x) < 1.5f ? near : x - tanh_value(x, a, b);
}

INLINE float tanhshrink_slope(float x, double a, double b) {
    float y = tanh_value(x, a, b);
    return y * y;
}

/* z sigma(z) and its slope sigma(z) (1 + z sigma(-z)), which at -z is one minus this. */
INLINE float silu_value(float x, double a, double b) {
    Decay k = decay(x);
    return (x > 0 ? x : -k.t * k.e) / k.d * (x > 0 ? 1.0f : DOWN);
}

INLINE float silu_slope_of(float z, float low, Decay k) {
    float u = (k.t - SILU_ZERO) + (low - SILU_ZERO_LOW);
    float n = fabsf(u) < 0.5f ? u * POLYNOMIAL(u, SILU_N) : k.d - k.t;
    float tail = k.e * n / (k.d * k.d) * DOWN;
    return z > 0 ? 1.0f - tail : tail;
}

INLINE float silu_slope(float x, double a, double b) { return silu_slope_of(x, 0.0f, decay(x)); }

/* x sigma(a x) (Ramachandran et al., 2017); for infinite x the product stays zero where sigma is. */
INLINE float swish_value(float x, double a, double b) {
    Pair z = product(x, a);
    Decay k = decay_of_pair(z);
    float limit = (float)fmin(FARTHEST / fabs(a), 0x1p60), c = at_most(at_least(x, -limit), limit);
    return (z.high > 0 ? x : c * k.e) / k.d * (z.high > 0 ? 1.0f : DOWN);
}

INLINE float swish_slope(float x, double a, double b) {
    Pair z = product(x, a);
    return silu_slope_of(z.high, z.high > 0 ? z.low : -z.low, decay_of_pair(z));
}

/* Its derivative by a, x^2 sigma(z) sigma(-z). */
INLINE float swish_by(float x, double a) {
    Decay k = decay_of_pair(product(x, a));
    float limit = (float)fmin(FARTHEST / fabs(a), 0x1p60), c = at_most(at_least(x, -limit), limit);
    return c * k.e * c / (k.d * k.d) * DOWN;
}

/* x Phi(x) through Mills' ratio (Hendrycks and Gimpel, 2016). */
INLINE float gelu_value(float x, double a, double b) {
    float t = at_most(fabsf(x), 14.8f), u = t / (t + 2.5f);
    float e = lifted(exponential_of_product(-0.5f * t, t));
    return (x >= 0 ? x : -0.0f) - u * POLYNOMIAL(FMA(2.0f, u, -1.0f), GELU_M) * e * DOWN;
}

INLINE float gelu_slope(float x, double a, double b) {
    float t = at_most(fabsf(x), 14.8f);
    float e = lifted(exponential_of_product(-0.5f * t, t));
    float tail = ((GELU_ZERO - t) + GELU_ZERO_LOW) * POLYNOMIAL((t - 2.0f) / (t + 2.0f), GELU_D) * e * DOWN;
    return x > 0 ? 1.0f - tail : tail;
}

/* v = t m with m = 2 sqrt(2/pi) (1 + 0.044715 t^2), which is kept in two floats; the first part of its constant has so
 * few bits that subtracting m from it is exact. */
#define CONSTANT 0x1.98845p0f
#define CONSTANT_LOW 0x1.9ea1b2p-23f
#define CUBIC 0x1.2444f2p-4f
#define CUBIC_LOW 0x1.49b16ap-29f

INLINE Decay decay_of_cubic(float x) {
    float t = at_most(fabsf(x), 11.2f), square = t * t, square_low = FMA(t, t, -square);
    float m = FMA(CUBIC, square, CONSTANT);
    float low = FMA(CUBIC, square, CONSTANT - m) + FMA(CUBIC, square_low, FMA(CUBIC_LOW, square, CONSTANT_LOW));
    float e = lifted(exponential_of_product_and(-t, m, -t * low));
    return (Decay){t, e, FMA(e, DOWN, 1.0f)};
}

INLINE float gelu_tanh_value(float x, double a, double b) {
    Decay k = decay_of_cubic(x);
    return (x > 0 ? x : -k.t * k.e) / k.d * (x > 0 ? 1.0f : DOWN);
}

INLINE float gelu_tanh_slope(float x, double a, double b) {
    Decay k = decay_of_cubic(x);
    float u = (k.t - GELU_TANH_ZERO) - GELU_TANH_ZERO_LOW;
    float steep = FMA(3.0f * CUBIC * k.t, k.t, CONSTANT + CONSTANT_LOW);
    float n = fabsf(u) < 0.5f ? u * POLYNOMIAL(u, GELU_TANH_N) : FMA(-k.t, steep, k.d);
    float tail = k.e * n / (k.d * k.d) * DOWN;
    return x > 0 ? 1.0f - tail : tail;
}

/* x tanh(softplus(x)) (Misra, 2019) as a rational function of e. */
INLINE float mish_value(float x, double a, double b) {
    Decay k = decay(x);
    float e = k.e * DOWN;
    float above = x > 0 ? x * FMA(2.0f, e, 1.0f) : -k.t * FMA(k.e, e, 2.0f * k.e);
    float below = x > 0 ? FMA(2.0f * e, e + 1.0f, 1.0f) : FMA(e, e + 2.0f, 2.0f);
    return above / below * (x > 0 ? 1.0f : DOWN);
}

INLINE float mish_slope(float x, double a, double b) {
    Decay k = decay(x);
    float e = k.e * DOWN, c = copysignf(k.t, x), u = (c - MISH_ZERO) - MISH_ZERO_LOW;
    float four = FMA(4.0f, c, 4.0f), six = FMA(4.0f, c, 6.0f);
    float far = FMA(e, FMA(e, 4.0f + e, six), four);
    float left = k.e * (fabsf(u) < 0.5f ? u * POLYNOMIAL(u, MISH_N) : far);
    float right = FMA(e, FMA(e, FMA(e, four, six), 4.0f), 1.0f);
    float root = x > 0 ? FMA(2.0f * e, e + 1.0f, 1.0f) : FMA(e, e + 2.0f, 2.0f);
    return (x > 0 ? right : left) / (root * root) * (x > 0 ? 1.0f : DOWN);
}

/* log(1 + e^x), and log(1 + e^(a x)) / a. */
INLINE float softplus_value(float x, double a, double b) {
    Decay k = decay(x);
    return (x > 0 ? x : 0.0f) + k.e * POLYNOMIAL(k.e * DOWN, LOG1P_L) * DOWN;
}

INLINE float scaled_softplus_value(float x, double a, double b) {
    Decay k = decay_of_pair(product(x, a));
    return (x > 0 ? x : 0.0f) + k.e * POLYNOMIAL(k.e * DOWN, LOG1P_L) * (float)(1.0 / a) * DOWN;
}

INLINE float scaled_softplus_slope(float x, double a, double b) {
    Pair z = product(x, a);
    return logistic(z.high, decay_of_pair(z));
}

INLINE float softplus_slope(float x, double a, double b) { return sigmoid_value(x, a, b); }
INLINE float logsigmoid_value(float x, double a, double b) { return -softplus_value(-x, a, b); }
INLINE float logsigmoid_slope(float x, double a, double b) { return sigmoid_value(-x, a, b); }

/* positive x for x > 0, negative (e^z - 1) otherwise. */
INLINE float elu_of(float x, Pair z, float positive, float negative) {
    float m = exponential_minus_one(at_most(at_least(z.high, -64.0f), 0.0f), z.low);
    return x > 0 ? positive * x : negative * m;
}

#define SELU_SCALE 1.0507009873554805f
#define SELU_NEGATIVE 1.7580993408473766f /* scale alpha (Klambauer et al., 2017) */

INLINE float elu_value(float x, double a, double b) { return elu_of(x, (Pair){x, 0.0f}, 1.0f, (float)a); }
INLINE float elu_slope(float x, double a, double b) { return x > 0 ? 1.0f : (float)a * decay(x).e * DOWN; }
INLINE float selu_value(float x, double a, double b) {
    return elu_of(x, (Pair){x, 0.0f}, SELU_SCALE, SELU_NEGATIVE);
}
INLINE float selu_slope(float x, double a, double b) { return x > 0 ? SELU_SCALE : SELU_NEGATIVE * decay(x).e * DOWN; }
INLINE float celu_value(float x, double a, double b) { return elu_of(x, product(x, 1.0 / a), 1.0f, (float)a); }
INLINE float celu_slope(float x, double a, double b) {
    return x > 0 ? 1.0f : decay_of_pair(product(x, 1.0 / a)).e * DOWN;
}

INLINE float gaussian_value(float x, double a, double b) {
    float t = at_most(fabsf(x), 10.45f);
    return lifted(exponential_of_product(-t, t)) * DOWN;
}

INLINE float gaussian_slope(float x, double a, double b) {
    float t = at_most(fabsf(x), 10.45f);
    return copysignf(2.0f * t, -x) * lifted(exponential_of_product(-t, t)) * DOWN;
}

INLINE float erf_value(float x, double a, double b) {
    float t = at_most(fabsf(x), 4.0f), near = t * POLYNOMIAL(t * t, ERF_P);
    float bell = lifted(exponential_of_product(-t, t)) * DOWN, r = 1.0f / (t + 2.0f);
    float far = FMA(-bell * r, POLYNOMIAL(FMA(-4.0f, r, 1.0f), ERF_FAR), 1.0f);
    return copysignf(t < 1.0f ? near : far, x);
}

INLINE float erf_slope(float x, double a, double b) {
    float t = at_most(fabsf(x), 10.45f);
    return 1.1283791670955126f * lifted(exponential_of_product(-t, t)) * DOWN;
}

#endif
