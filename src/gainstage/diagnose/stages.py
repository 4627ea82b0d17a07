"""Cuts the recorded sites into stages and finds the main path through them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gainstage.diagnose.stage import Stage
from gainstage.record.run import Run
from gainstage.record.schema import Parameter, Site

OPENS_STAGE = frozenset({"affine", "embedding", "recurrent"})
ADDITIONS = frozenset({"add", "iadd", "radd"})
# Operations that rearrange, average or shift: with only these between two affine operations, both are one affine map.
AFFINE_MAPS = ADDITIONS | frozenset(
    {
        *("view", "view_as", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "permute", "transpose"),
        *("t", "T", "mT", "contiguous", "clone", "detach", "to", "type", "type_as", "float", "double", "half"),
        *("bfloat16", "cpu", "cuda", "expand", "expand_as", "repeat", "movedim", "swapaxes", "roll", "flip", "pad"),
        *("cat", "concat", "stack", "hstack", "vstack", "chunk", "split", "unbind", "getitem", "index_select"),
        *("select", "narrow", "mean", "sum", "sub", "rsub", "isub", "neg", "identity", "alias", "requires_grad"),
        *("avg_pool1d", "avg_pool2d", "avg_pool3d", "interpolate", "ravel", "gather", "masked_select"),
        *("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"),
    }
)


def opens_stage(site: Site) -> bool:
    """Whether a site starts a stage of its own; attention without a weight only mixes what its projections gave."""
    return site.kind in OPENS_STAGE or (site.kind == "attention" and bool(site.weight))


def plain(via: Iterable[str]) -> frozenset[str]:
    """Names of operations without the underscores of their in-place and operator spellings."""
    return frozenset(name.strip("_") for name in via)


def build(run: Run) -> tuple[Stage, ...]:
    """All stages of a run, in order of execution."""
    return _Graph(run).stages()


def main_path(stages: Sequence[Stage], losses: Sequence[Site]) -> tuple[Stage, ...]:
    """The longest way from the first loss back to the input; all stages of the largest network if there is none."""
    start = _before_loss(stages, losses)
    if start is None:
        roots = Counter(stage.site.root for stage in stages)
        return tuple(s for s in stages if s.site.root == roots.most_common(1)[0][0]) if stages else ()
    depth: dict[int, int] = {}
    for stage in stages:
        depth[stage.index] = 1 + max((depth[i] for i in stage.inputs if i < stage.index), default=0)
    path = [start]
    while earlier := [i for i in path[-1].inputs if i < path[-1].index]:
        path.append(stages[max(earlier, key=lambda i: (depth[i], i))])
    return tuple(reversed(path))


def _before_loss(stages: Sequence[Stage], losses: Sequence[Site]) -> Stage | None:
    owner = {site.index: stage for stage in stages for site in (stage.site, *stage.followers)}
    for loss in losses:
        feeding = [owner[source] for source in loss.sources if source in owner]
        if feeding:
            return max(feeding, key=lambda stage: stage.index)
    return None


class _Graph:
    """The sites as a graph, while it is being cut into stages."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.sites = sorted(run.sites, key=lambda site: site.index)
        self.openers = [site for site in self.sites if opens_stage(site)]
        self.has_loss = any(site.kind == "loss" for site in self.sites)
        # Two networks of one run (a GAN's, an encoder and a decoder) may use the same names.
        self.parameters = {(parameter.root, parameter.name): parameter for parameter in run.parameters}
        self.consumers: dict[int, list[Site]] = {}
        for site in self.sites:
            for source in site.sources:
                self.consumers.setdefault(source, []).append(site)
        self.owner = self._owners()
        self.joined = self._joined_by_skip()

    def stages(self) -> tuple[Stage, ...]:
        followers: dict[int, list[Site]] = {site.index: [] for site in self.openers}
        for site in self.sites:
            opener = self.owner.get(site.index, site.index)
            if opener != site.index and site.kind != "loss":
                followers[opener].append(site)
        position = {site.index: number for number, site in enumerate(self.openers)}
        return tuple(self._stage(s, tuple(followers[s.index]), position) for s in self.openers)

    def _owners(self) -> dict[int, int]:
        """Site -> the opener it belongs to: of several stages that feed a site, the one that ran last owns it."""
        owner = {site.index: site.index for site in self.openers}
        for site in self.sites:
            if site.index not in owner and site.kind != "input":
                candidates = [owner[source] for source in site.sources if source in owner]
                if candidates:
                    owner[site.index] = max(candidates)
        return owner

    def _joined_by_skip(self) -> frozenset[int]:
        """Sites whose output is added to a path that leads around them (a residual connection)."""
        ancestors: dict[int, int] = {}  # bit sets, so that 1,000 sites stay cheap
        joined: set[int] = set()
        for site in self.sites:
            bits = 0
            for source in site.sources:
                bits |= ancestors.get(source, 0) | (1 << source)
            ancestors[site.index] = bits
            if len(site.sources) > 1 and ADDITIONS & plain(site.via):
                mask = sum(1 << source for source in set(site.sources))
                joined.update(s for s in site.sources if ancestors.get(s, 0) & mask)
        return frozenset(joined)

    def _stage(self, site: Site, followers: tuple[Site, ...], position: dict[int, int]) -> Stage:
        members = (site, *followers)
        receiver = self._receiver(members)
        takers = [taker for member in members for taker in self.consumers.get(member.index, [])]
        activation = _main_activation(followers)
        inputs = {position[self.owner[source]] for source in site.sources if source in self.owner}
        return Stage(
            index=position[site.index],
            site=site,
            followers=followers,
            path=_path(followers, receiver),
            receiver=receiver,
            inputs=tuple(sorted(inputs - {position[site.index]})),
            activation=activation,
            function=_function(site, activation, followers, takers),
            normalised=any(follower.kind == "normalisation" for follower in followers),
            is_output=any(t.kind == "loss" for t in takers) if self.has_loss else receiver is None,
            residual=any(member.index in self.joined for member in members),
            weight=self._parameter(site, site.weight),
            bias=self._parameter(site, site.bias),
        )

    def _parameter(self, site: Site, name: str) -> Parameter | None:
        return self.parameters.get((site.root, name)) or (self.run.parameter(name) if name else None)

    def _receiver(self, members: tuple[Site, ...]) -> Site | None:
        """The first site outside the stage that takes its last output; a loss only when nothing else does."""
        own = {member.index for member in members}
        for member in reversed(members):
            takers = [t for t in self.consumers.get(member.index, []) if t.index not in own and t.index > member.index]
            if takers:
                return min(takers, key=lambda taker: (taker.kind == "loss", taker.index))
        return None


def _path(followers: tuple[Site, ...], receiver: Site | None) -> tuple[Site, ...]:
    """Followers on the way from the affine operation to the receiver, found backwards through the sources.

    A gate is no factor of its own: x * sigmoid(x) passes a gradient around it.
    """
    own = {follower.index: follower for follower in followers}
    path = list(followers[-1:]) if receiver is None else []
    at = receiver if receiver is not None else (followers[-1] if followers else None)
    while at is not None:
        inside = [source for source in at.sources if source in own and source < at.index]
        at = own[max(inside)] if inside else None
        if at is not None and not at.gate:
            path.append(at)
    return tuple(reversed(path))


def _main_activation(followers: tuple[Site, ...]) -> Site | None:
    """The first activation that is not a gate; a gate alone makes the user's own function, x * sigmoid(x)."""
    return next((f for f in followers if f.kind == "activation" and not f.gate), None)


def _function(site: Site, activation: Site | None, followers: tuple[Site, ...], takers: list[Site]) -> str:
    if activation is not None:
        return activation.function or "custom"
    if site.kind in ("recurrent", "attention"):
        return site.function or "custom"
    operations = {name for taker in (*followers, *takers) for name in plain(taker.via)}
    mixed = any(follower.kind in ("math", "attention") or follower.gate for follower in followers)
    return "custom" if mixed or operations - AFFINE_MAPS else ""
