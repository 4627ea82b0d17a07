"""How to read each chart: the texts, in one place."""

from __future__ import annotations

from gainstage.show.page.markup import Markup, join, tag


def paragraphs(*texts: str) -> Markup:
    """Each text as a paragraph of its own."""
    return join(tag("p", text) for text in texts)


PROFILE = paragraphs(
    "Read the signal from left to right: 0 dB is what enters the network, −20 dB a tenth of it, −40 dB a hundredth. "
    "Read the gradient from right to left: 0 dB is the gradient at the last stage.",
    "A healthy chain stays near 0 dB in both directions. A line that falls steadily loses the same share in every "
    "stage; one that falls at a single place has one stage to look at.",
    "A diamond is the signal as theory expects it of independent weights of the size that the stage has, given what "
    "it received. Away from the diamond the weights have learnt something, or something is wrong with them.",
    "Bars under the chain mark the stages that findings point at: ✗ error, ! warning, i information.",
)
SPLIT = paragraphs(
    "A diamond is the whole gain as theory expects it of independent weights of the size that the stage has.",
    "Each stage's backward gain in decibels, stacked by what causes it; the parts add up exactly. Below the line "
    "the gradient is made smaller, above it larger.",
    "Many stages that each take the same are a fault of the recipe (activation, initialisation); one long bar is a "
    "fault of that stage.",
)
STAGES = paragraphs(
    "One row per stage, each number the median over the last third of the run. The bars are levels: full is the "
    "loudest of the network. Transmission is E[f′²], the share of the gradient's power that the activation passes: "
    "0 is dead, ½ a ReLU at rest, 1 passes everything. Update is ‖Δw‖/‖w‖ in one step: about 1e-3 where trainings "
    "go well.",
    "Neighbours that are alike are told in one line; all of them are under “The numbers”.",
)
LOSS = paragraphs(
    "The loss that backward() was called on, at the steps that were looked at. Where there are more of them than "
    "pixels, the smallest and the largest of each pixel are drawn, so that no spike is lost.",
    "The bars under the curve are the findings: from the first to the last step at which each was seen.",
)
TRANSMISSION = paragraphs(
    "Rows are stages; columns are the steps that were looked at, denser at the start. Each cell is E[f′²], the "
    "share of the gradient's power that the activation lets through: 0 is dead, 1 passes everything; a ReLU at rest "
    "passes 50 %, tanh near zero almost 100 %, a sigmoid 6 % at best.",
    "A row that darkens is a layer that saturates or dies; one that is dark from the start was made so. Where cells "
    "were merged, the lowest of their values is shown.",
)
DEAD = paragraphs(
    "Rows are stages; columns are the steps that were looked at, denser at the start. Each cell is the share of the "
    "stage's units that passed nothing on every one of at least 1,000 examples. Where cells were merged, the "
    "highest of their values is shown.",
)
UPDATE = paragraphs(
    "Rows are stages; columns are the steps that were looked at, denser at the start. Each cell is ‖Δw‖/‖w‖, how "
    "much one step changes the stage's weights. About 1e-3 is usual; below 1e-6 nothing is learnt, above 1e-1 the "
    "weights are overwritten. Where cells were merged, the value farthest from 1e-3 is shown.",
)
LEVELS = paragraphs(
    "0 dB is the signal that enters, or the gradient at the output. A healthy chain stays near 0 dB. Chains of "
    "different length are drawn equally long.",
)
COMPARED = paragraphs(
    "All runs on the same axes: the first optimizer's loss of each, smallest and largest per pixel.",
)
