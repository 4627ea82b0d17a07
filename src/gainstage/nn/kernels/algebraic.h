/* Functions of arithmetic and roots, in float32. Far out a root of x^2 + b is |x| to the last digit, and x is taken
 * itself, since its square could overflow. */
#ifndef GAINSTAGE_ALGEBRAIC_H
#define GAINSTAGE_ALGEBRAIC_H

#include "core.h"

#define LARGEST 0x1.fffffep127f

/* sqrt(t^2 + b) for t >= 0. */
INLINE float root(float t, float b) {
    float near = sqrtf(FMA(t, t, b));
    return t > 0x1p60f ? t : near;
}

INLINE float softsign_value(float x, double a, double b) {
    float c = at_most(at_least(x, -LARGEST), LARGEST);
    return c / (1.0f + fabsf(c));
}

INLINE float softsign_slope(float x, double a, double b) {
    float r = 1.0f / (1.0f + fabsf(x));
    return r * r;
}

INLINE float squareplus_value(float x, double a, double b) {
    float t = fabsf(x), sum = t + root(t, (float)a);
    return x > 0 ? 0.5f * t + 0.5f * root(t, (float)a) : 0.5f * (float)a / sum;
}

INLINE float squareplus_slope(float x, double a, double b) {
    float t = fabsf(x), h = root(t, (float)a), tail = 0.5f * (float)a / h / (t + h);
    return x > 0 ? 1.0f - tail : tail;
}

INLINE float isru_value(float x, double a, double b) {
    float limit = (float)(0x1p30 / sqrt(a)), c = at_most(at_least(x, -limit), limit);
    return c / sqrtf(FMA((float)a * c, c, 1.0f));
}

INLINE float isru_slope(float x, double a, double b) {
    float r = 1.0f / sqrtf(FMA((float)a * x, x, 1.0f));
    return r * r * r;
}

INLINE float bent_identity_value(float x, double a, double b) {
    float near = 0.5f * x / (root(fabsf(x), 1.0f) + 1.0f);
    return x * (1.0f + (fabsf(x) > 0x1p30f ? copysignf(0.5f, x) : near));
}

INLINE float bent_identity_slope(float x, double a, double b) {
    float near = 0.5f * x / root(fabsf(x), 1.0f);
    return 1.0f + (fabsf(x) > 0x1p30f ? copysignf(0.5f, x) : near);
}

#endif
