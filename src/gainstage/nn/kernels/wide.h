/* Functions that are computed in float64, where their slopes cross zero as a sum of several terms, and waves. */
#ifndef GAINSTAGE_WIDE_H
#define GAINSTAGE_WIDE_H

#include "core.h"

/* Where the instruction is missing this is a slow call: taking multiples of pi off needs its digits. */
#define WIDE_FMA(a, b, c) __builtin_fma(a, b, c)
#define WIDE_SHIFT 0x1.8p52 /* adding it rounds to an integer and leaves that in the low bits */
#define WIDE(x, ...) wide_polynomial(x, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / 8)
#define PER_ROOT_PI 1.1283791670955126 /* 2 / sqrt(pi) */

INLINE double wide_polynomial(double x, const double *c, int count) {
    double sum = c[count - 1];
    for (int i = count - 2; i >= 0; i--) sum = WIDE_FMA(sum, x, c[i]);
    return sum;
}

INLINE int64_t wide_bits(double x) { int64_t bits; memcpy(&bits, &x, 8); return bits; }
INLINE double as_double(int64_t bits) { double x; memcpy(&x, &bits, 8); return x; }
INLINE double between(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/* e^x - 1 and e^x for |x| <= 700. */
typedef struct { double minus_one, whole; } WideExponential;

INLINE WideExponential wide_exponential(double x) {
    double shifted = WIDE_FMA(x, 0x1.71547652b82fep0, WIDE_SHIFT), n = shifted - WIDE_SHIFT;
    double r = WIDE_FMA(n, -0x1.abc9e3b39803fp-56, WIDE_FMA(n, -0x1.62e42fefa39efp-1, x));
    double rest = WIDE_FMA(r * r, WIDE(r, WIDE_EXP), r);
    double two = as_double((int64_t)((uint64_t)wide_bits(shifted) << 52) + (1023LL << 52));
    return (WideExponential){WIDE_FMA(two, rest, two - 1.0), WIDE_FMA(two, rest, two)};
}

INLINE double wide_exp(double x) { return wide_exponential(between(x, -700.0, 700.0)).whole; }

/* log(1 + e) for 0 <= e <= 1. */
INLINE double wide_log1p(double e) {
    double z = e / (2.0 + e);
    return 2.0 * z * WIDE(z * z, WIDE_ATANH);
}

/* erf(s) for s >= 0, given e^(-s^2). */
INLINE double wide_erf(double s, double bell) {
    double c = between(s, 1.0, 6.0), far = 1.0 - bell * WIDE((c - 2.0) / (c + 2.0), WIDE_ERFC) / (c + 2.0);
    double near = s * WIDE(s * s, WIDE_ERF);
    return s < 1.0 ? near : s < 6.0 ? far : 1.0;
}

INLINE float tanhexp_value(float x, double a, double b) {
    double m = wide_exponential(2.0 * wide_exp(between((double)x, -700.0, 4.0))).minus_one;
    return (float)((x > 4.0f ? (double)x : between((double)x, -700.0, 4.0)) * (m / (m + 2.0)));
}

INLINE float tanhexp_slope(float x, double a, double b) {
    double c = between((double)x, -700.0, 700.0), e = wide_exp(between(c, -700.0, 4.0));
    double m = wide_exponential(2.0 * e).minus_one, d = m + 2.0;
    return (float)((m + 4.0 * c * e * (m + 1.0) / d) / d);
}

INLINE float serf_value(float x, double a, double b) {
    double s = between((double)x, 0.0, 30.0) + wide_log1p(wide_exp(-fabs((double)x)));
    return (float)((x > 0 ? (double)x : between((double)x, -700.0, 0.0)) * wide_erf(s, wide_exp(-s * s)));
}

INLINE float serf_slope(float x, double a, double b) {
    double c = between((double)x, -700.0, 700.0), e = wide_exp(-fabs(c));
    double s = between(c, 0.0, 30.0) + wide_log1p(e), bell = wide_exp(-s * s);
    return (float)(wide_erf(s, bell) + c * PER_ROOT_PI * bell * (c > 0 ? 1.0 : e) / (1.0 + e));
}

INLINE float logish_value(float x, double a, double b) {
    double e = wide_exp(-fabs((double)x)), gate = (x > 0 ? 1.0 : e) / (1.0 + e);
    return (float)((x > 0 ? (double)x : between((double)x, -700.0, 0.0)) * wide_log1p(gate));
}

INLINE float logish_slope(float x, double a, double b) {
    double c = between((double)x, -700.0, 700.0), e = wide_exp(-fabs(c)), d = 1.0 + e;
    double gate = (c > 0 ? 1.0 : e) / d, other = (c > 0 ? e : 1.0) / d;
    return (float)(wide_log1p(gate) + c * gate * other / (1.0 + gate));
}

/* sin(z + quarter pi / 2) for |z| < 2^30: pi/2 in two parts, whose products are not rounded. */
#define FAR_OUT 0x1p30

INLINE double wave(double z, int quarter) {
    double shifted = WIDE_FMA(z, 0x1.45f306dc9c883p-1, WIDE_SHIFT), k = shifted - WIDE_SHIFT;
    double r = WIDE_FMA(k, -0x1.921fb54442d18p0, z);
    r = WIDE_FMA(k, -0x1.1a62633145c07p-54, r);
    int64_t turn = wide_bits(shifted) + quarter;
    double square = r * r, y = turn & 1 ? WIDE(square, WIDE_COS) : r * WIDE(square, WIDE_SIN);
    return turn & 2 ? -y : y;
}

INLINE float sine_value(float x, double a, double b) { return (float)wave(a * x, 0); }
INLINE float sine_slope(float x, double a, double b) { return (float)(a * wave(a * x, 1)); }
static float sine_value_far(float x, double a) { return (float)sin(a * x); }
static float sine_slope_far(float x, double a) { return (float)(a * cos(a * x)); }

#define EIGHTH_TURN 0x1.921fb54442d18p-1

INLINE float snake_value(float x, double a, double b) {
    double y = wave(a * x, 0);
    return (float)(x + y * y / a);
}
INLINE float snake_slope(float x, double a, double b) { /* 1 + sin(2 a x), as a square */
    double y = wave(a * x + EIGHTH_TURN, 0);
    return (float)(2.0 * y * y);
}
static float snake_value_far(float x, double a) {
    double y = sin(a * x);
    return (float)(x + y * y / a);
}
static float snake_slope_far(float x, double a) {
    double y = sin(a * x + EIGHTH_TURN);
    return (float)(2.0 * y * y);
}

#endif
