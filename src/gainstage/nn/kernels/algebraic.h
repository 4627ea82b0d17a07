/* Functions of arithmetic and roots. float64 inside: squares neither overflow nor cancel, roots are rounded once. */
#ifndef GAINSTAGE_ALGEBRAIC_H
#define GAINSTAGE_ALGEBRAIC_H

#include "core.h"

#define LARGEST 0x1.fffffep127f

INLINE float softsign_value(float x, double a, double b) {
    float c = at_most(at_least(x, -LARGEST), LARGEST);
    return c / (1.0f + fabsf(c));
}

INLINE float softsign_slope(float x, double a, double b) {
    float r = 1.0f / (1.0f + fabsf(x));
    return r * r;
}

INLINE float squareplus_value(float x, double a, double b) {
    double t = fabs((double)x), h = sqrt((double)x * x + a);
    return (float)(x > 0 ? 0.5 * (t + h) : 0.5 * a / (t + h));
}

INLINE float squareplus_slope(float x, double a, double b) {
    double t = fabs((double)x), h = sqrt((double)x * x + a), tail = 0.5 * a / (h * (t + h));
    return (float)(x > 0 ? 1.0 - tail : tail);
}

INLINE float isru_value(float x, double a, double b) {
    double c = at_most(at_least(x, -LARGEST), LARGEST);
    return (float)(c / sqrt(1.0 + a * c * c));
}

INLINE float isru_slope(float x, double a, double b) {
    double r = 1.0 / (1.0 + a * (double)x * x);
    return (float)(r * sqrt(r));
}

INLINE float bent_identity_value(float x, double a, double b) {
    double c = at_most(at_least(x, -LARGEST), LARGEST), h = sqrt(c * c + 1.0);
    return x - x == 0 ? (float)(c + 0.5 * c * c / (h + 1.0)) : x;
}

INLINE float bent_identity_slope(float x, double a, double b) {
    double c = at_most(at_least(x, -LARGEST), LARGEST);
    return (float)(1.0 + 0.5 * c / sqrt(c * c + 1.0));
}

#endif
