"""A remedy on a model in memory: what it did is written down, so that it can be undone to the last bit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from gainstage.diagnose.finding import Safety
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    import torch


class Ledger:
    """What was changed, and how each change is taken back."""

    def __init__(self) -> None:
        self._actions: list[Callable[[], Any]] = []

    def remember(self, undo: Callable[[], Any]) -> None:
        """Write down how to take back what is done next."""
        self._actions.append(undo)

    def undo(self) -> None:
        """Take everything back, the last change first."""
        while self._actions:
            self._actions.pop()()

    def values(self, tensor: torch.Tensor, optimizer: torch.optim.Optimizer | None) -> None:
        """Keep a tensor's values, and forget the optimizer's memory of it: it belongs to the values that go."""
        import torch

        before = tensor.detach().clone()

        def back() -> None:
            with torch.no_grad():
                tensor.copy_(before)

        self.remember(back)
        if optimizer is not None and tensor in optimizer.state:
            state = optimizer.state.pop(tensor)
            self.remember(lambda: optimizer.state.__setitem__(tensor, state))

    def module(self, parent: torch.nn.Module, name: str, new: torch.nn.Module) -> None:
        """Put a module in another's place."""
        old = parent._modules[name]
        self.remember(lambda: parent._modules.__setitem__(name, old))
        parent._modules[name] = new

    def setting(self, group: dict[str, Any], name: str, value: Any) -> None:
        """Change a setting of a parameter group."""
        before = group[name]
        self.remember(lambda: group.__setitem__(name, before))
        group[name] = value

    def parameters(self, optimizer: torch.optim.Optimizer | None, added: list[torch.nn.Parameter]) -> None:
        """Give new parameters to the optimizer, in a group of their own with the first one's settings."""
        if optimizer is None or not added:
            return
        first = optimizer.param_groups[0]
        optimizer.add_param_group({**{key: value for key, value in first.items() if key != "params"}, "params": added})
        group = optimizer.param_groups[-1]

        def back() -> None:
            optimizer.param_groups[:] = [item for item in optimizer.param_groups if item is not group]
            for parameter in added:
                optimizer.state.pop(parameter, None)

        self.remember(back)


@dataclass(slots=True)
class Treatment(ABC):
    """One remedy, ready to be applied.

    Attributes:
        remedy: its name, as in the findings.
        safety: "safe" where only scale or start change.
        text: what it does, in one sentence.
        predicted: a sentence with a number.
        codes: the findings that it answers.
    """

    remedy: str
    safety: Safety
    text: str
    predicted: str
    codes: tuple[str, ...] = ()
    _ledger: Ledger | None = field(default=None, init=False, repr=False)

    @final
    def apply(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None = None) -> None:
        """Carry the remedy out, in place. After an error everything is as it was.

        The optimizer keeps its memory (momenta) of every parameter that is not touched, and is given what is new.

        Args:
            model: the network that was watched: its outermost module.
            optimizer: what steps it; remedies about steps need it.

        Raises:
            GainstageError: when it is applied already, needs an optimizer, or the model lacks what it is to change.
        """
        if self._ledger is not None:
            raise GainstageError(f"{self.remedy} is applied already: undo() it first")
        ledger = Ledger()
        try:
            self._change(model, optimizer, ledger)
        except BaseException:
            ledger.undo()
            raise
        self._ledger = ledger

    @final
    def undo(self) -> None:
        """Take it back: parameters, modules and the optimizer's groups are as before, bit for bit.

        Raises:
            GainstageError: when it is not applied.
        """
        if self._ledger is None:
            raise GainstageError(f"{self.remedy} is not applied: there is nothing to undo")
        ledger, self._ledger = self._ledger, None
        ledger.undo()

    @abstractmethod
    def _change(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None, ledger: Ledger) -> None:
        """Do it, and write down in ``ledger`` how to take it back, before each change."""


def parameter_of(model: torch.nn.Module, name: str) -> torch.nn.Parameter:
    """The parameter of this name.

    Raises:
        GainstageError: when the model has none.
    """
    found = dict(model.named_parameters()).get(name)
    if found is None:
        raise GainstageError(f"no parameter {name!r} in this {type(model).__name__}: pass the model that was watched")
    return found


def module_of(model: torch.nn.Module, path: str) -> tuple[torch.nn.Module, str]:
    """(the module that holds it, its name in there).

    Raises:
        GainstageError: when the model has no such module, or it is the model itself, which nothing holds.
    """
    parent, _, name = path.rpartition(".")
    holder = dict(model.named_modules()).get(parent)
    if not path or holder is None or name not in holder._modules:
        raise GainstageError(f"no module {path!r} in this {type(model).__name__}: pass the model that was watched")
    return holder, name


def needed(optimizer: torch.optim.Optimizer | None, remedy: str) -> torch.optim.Optimizer:
    """The optimizer.

    Raises:
        GainstageError: when there is none.
    """
    if optimizer is None:
        raise GainstageError(f"{remedy} is about the optimizer's steps: apply(model, optimizer)")
    return optimizer
