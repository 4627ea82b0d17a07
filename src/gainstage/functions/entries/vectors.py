"""Functions of a whole vector: every output depends on several inputs."""

from __future__ import annotations

from gainstage.functions.definition import Parameter, VectorDefinition

ENTRIES = (
    VectorDefinition(
        "softmax", "Softmax", "exp(x_i) / sum_j exp(x_j)",
        "F.softmax(x, dim=-1)", "Bridle 1990", "torch.nn.Softmax",
        jacobian="diag(p) - p p^T, with p = softmax(x)",
        line="sigmoid(x)", line_says="the first entry of softmax((x, 0))",
        note="With two entries it is the sigmoid of their difference.",
    ),
    VectorDefinition(
        "log_softmax", "Log-softmax", "x_i - log(sum_j exp(x_j))",
        "F.log_softmax(x, dim=-1)", "Bridle 1990", "torch.nn.LogSoftmax",
        jacobian="I - 1 p^T, with p = softmax(x)",
        line="-softplus(-x)", line_says="the first entry of log_softmax((x, 0))",
        note="cross_entropy computes it itself: give it the logits.",
    ),
    VectorDefinition(
        "softmin", "Softmin", "exp(-x_i) / sum_j exp(-x_j)",
        "F.softmin(x, dim=-1)", "Bridle 1990", "torch.nn.Softmin",
        jacobian="p p^T - diag(p), with p = softmin(x)",
        line="sigmoid(-x)", line_says="the first entry of softmin((x, 0))",
    ),
    VectorDefinition(
        "sparsemax", "Sparsemax", "max(0, x_i - t), t such that the sum is 1",
        "gainstage.nn.functional.sparsemax(x, dim=-1)", "Martins & Astudillo 2016", "gainstage.nn.Sparsemax",
        jacobian="diag(s) - s s^T / sum(s), with s_i = 1 where the output is positive",
        line="0 if x <= -1 else (x + 1)/2 if x < 1 else 1", line_says="the first entry of sparsemax((x, 0))",
        note="The Euclidean projection onto the probability simplex; many outputs are exactly 0.",
    ),
    VectorDefinition(
        "maxout", "Maxout", "max(x_1, ..., x_k), each piece an affine function of the input",
        "x.unflatten(-1, (-1, k)).amax(-1)", "Goodfellow, Warde-Farley, Mirza, Courville & Bengio 2013",
        "gainstage.nn.Maxout",
        (Parameter("k", 2, "number of pieces", "[2, 64]", whole=True),),
        jacobian="1 for the largest piece, 0 for the others",
        line="0 if x <= 0 else x", line_says="the larger of x and 0",
        note="ReLU is the largest of 0 and x, leaky ReLU of a*x and x; the slopes are learned.",
    ),
    VectorDefinition(
        "glu", "Gated linear unit", "a * sigmoid(b), with x = (a, b)",
        "F.glu(x, dim=-1)", "Dauphin, Fan, Auli & Grangier 2017", "torch.nn.GLU",
        jacobian="(sigmoid(b), a * sigmoid(b) * sigmoid(-b))",
        line="sigmoid(x)", line_says="a = 1 and b = x", gate="sigmoid",
    ),
    VectorDefinition(
        "reglu", "Gated linear unit with ReLU", "a * relu(b), with x = (a, b)",
        "x.chunk(2, -1)[0] * F.relu(x.chunk(2, -1)[1])", "Shazeer 2020", "gainstage.nn.ReGLU",
        jacobian="(relu(b), a where b > 0)",
        line="0 if x <= 0 else x", line_says="a = 1 and b = x", gate="relu",
    ),
    VectorDefinition(
        "geglu", "Gated linear unit with GELU", "a * gelu(b), with x = (a, b)",
        "x.chunk(2, -1)[0] * F.gelu(x.chunk(2, -1)[1])", "Shazeer 2020", "gainstage.nn.GEGLU",
        jacobian="(gelu(b), a * gelu'(b))",
        line="x*normal_cdf(x)", line_says="a = 1 and b = x", gate="gelu",
    ),
    VectorDefinition(
        "swiglu", "Gated linear unit with SiLU", "a * silu(b), with x = (a, b)",
        "x.chunk(2, -1)[0] * F.silu(x.chunk(2, -1)[1])", "Shazeer 2020", "gainstage.nn.SwiGLU",
        jacobian="(silu(b), a * silu'(b))",
        line="x*sigmoid(x)", line_says="a = 1 and b = x", gate="silu",
    ),
)
