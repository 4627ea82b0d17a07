/* Piecewise linear functions, in float32. Slopes may be asked at x or at f(x), which have the same sign. */
#ifndef GAINSTAGE_PIECEWISE_H
#define GAINSTAGE_PIECEWISE_H

#include "core.h"

INLINE float relu_value(float x, double a, double b) { return x <= 0 ? 0.0f : x; }
INLINE float relu_slope(float x, double a, double b) { return x > 0 ? 1.0f : x <= 0 ? 0.0f : x; }

INLINE float leaky_relu_value(float x, double a, double b) { return x > 0 ? x : (float)a * x; }
INLINE float leaky_relu_slope(float x, double a, double b) { return x > 0 ? 1.0f : x <= 0 ? (float)a : x; }

INLINE float hardtanh_value(float x, double a, double b) { return at_most(at_least(x, (float)a), (float)b); }
INLINE float hardtanh_slope(float x, double a, double b) {
    return x > (float)a && x < (float)b ? 1.0f : x == x ? 0.0f : x;
}

INLINE float hardsigmoid_value(float x, double a, double b) {
    return at_most(at_least(x + 3.0f, 0.0f), 6.0f) * (1.0f / 6.0f);
}
INLINE float hardsigmoid_slope(float x, double a, double b) {
    return x > -3.0f && x < 3.0f ? 1.0f / 6.0f : x == x ? 0.0f : x;
}

INLINE float hardswish_value(float x, double a, double b) {
    return at_least(x, -3.0f) * (at_most(at_least(x + 3.0f, 0.0f), 6.0f) * (1.0f / 6.0f));
}

INLINE float hardswish_slope(float x, double a, double b) {
    float inside = FMA(2.0f, at_most(at_least(x, -3.0f), 3.0f), 3.0f) * (1.0f / 6.0f);
    return x <= -3.0f ? 0.0f : x >= 3.0f ? 1.0f : inside;
}

INLINE float squared_relu_value(float x, double a, double b) { return x <= 0 ? 0.0f : x * x; }
INLINE float squared_relu_slope(float x, double a, double b) { return x <= 0 ? 0.0f : 2.0f * x; }

/* Derivatives by the weight; `prelu_output` takes f(x) for x, where the weight is positive. */
INLINE float prelu_value(float x, double a, double b) { return leaky_relu_value(x, a, b); }
INLINE float prelu_slope(float x, double a, double b) { return leaky_relu_slope(x, a, b); }
INLINE float prelu_by(float x, double a) { return x > 0 ? 0.0f : x; }
INLINE float prelu_output_value(float y, double a, double b) { return y; }
INLINE float prelu_output_slope(float y, double a, double b) { return leaky_relu_slope(y, a, b); }
INLINE float prelu_output_by(float y, double a) { return y > 0 ? 0.0f : y / (float)a; }

#endif
