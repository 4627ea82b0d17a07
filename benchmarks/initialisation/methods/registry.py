"""All contestants, in the order of the tables."""

from __future__ import annotations

from methods.analytic import autoinit
from methods.learned import gradinit
from methods.method import Method
from methods.ours import init, stage
from methods.shaping import dks, orthogonal, shapeable, tat
from methods.standard import he, xavier
from methods.unit_variance import lsuv

DKS = ("dks",)

METHODS = {
    "default": Method("torch's default"),
    "xavier": Method("Xavier", xavier),
    "he": Method("He", he),
    "lsuv": Method("LSUV", lsuv, needs=("lsuv",)),
    "autoinit": Method("AutoInit", autoinit),
    "gradinit": Method("GradInit", gradinit),
    "dks": Method("DKS", orthogonal, dks, shapeable, DKS),
    "tat": Method("TAT", orthogonal, tat, shapeable, DKS),
    "init": Method("`init_`", init),
    "stage": Method("`stage_`", stage),
}
