"""Workers of a Dask cluster as a pool: reached, checked and sent the script's folder before any trial begins."""

from __future__ import annotations

import importlib
import importlib.metadata
import logging
import platform
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from gainstage.comparison.job import forget
from gainstage.comparison.parcel import pack, root_of
from gainstage.comparison.pool import Pool
from gainstage.errors import GainstageError
from gainstage.verify.order import Order

PATIENCE = 10.0  # seconds for the scheduler to answer
ARRIVAL = 60.0  # seconds for the first worker to come: batch systems take their time
PORT = 8786
ALIKE = ("python", "torch", "gainstage")
QUEUE = 100_000  # jobs that may wait in the scheduler: it sees how much work there is, and may ask for more workers


@contextmanager
def cluster(address: str, order: Order) -> Iterator[Pool]:
    """The workers behind the scheduler at ``address`` (``tcp://host:8786``).

    Raises:
        GainstageError: when Dask is not installed here, the scheduler cannot be reached, no worker comes, or a worker
            has other versions than this process.
    """
    reach(address)
    client = connected(address)
    try:
        alike(told_by(client))
        # A task can be made again when the workers that hold its result are gone; scattered data could not.
        parcel = client.submit(_itself, pack(root_of(order)), pure=False)
        executor = client.get_executor(pure=False)
        addresses: dict[str, str] = {}

        def near(place: str) -> dict[str, Any]:
            """Where a trial waits it goes on; where that worker is gone it begins again on another one."""
            if place and place not in addresses:
                addresses.update({told["place"]: worker for worker, told in told_by(client).items()})
            known = client.scheduler_info(n_workers=-1)["workers"]
            there = addresses.get(place)
            return {"workers": [there], "allow_other_workers": True} if there in known else {}

        pool = Pool(executor, QUEUE, parcel, near=near)
        yield pool
        executor.shutdown(wait=False)
        client.run(forget, pool.session)
    finally:
        client.close(timeout=PATIENCE)


def reach(address: str) -> None:
    """Raise at once where nobody listens: the client itself would try for a while."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if not parts.hostname:
        raise GainstageError(f"--cluster {address}: expected a scheduler's address, as in tcp://host:{PORT}")
    try:
        socket.create_connection((parts.hostname, parts.port or PORT), timeout=PATIENCE).close()
    except (OSError, ValueError) as error:
        raise GainstageError(
            f"--cluster {address}: no scheduler answers there ({error}). Is it running? Start one with: dask scheduler"
        ) from error


def connected(address: str) -> Any:
    """A Dask client."""
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        raise GainstageError("--cluster needs dask.distributed: pip install 'gainstage[cluster]'") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a lost worker is told by its trial, not by a trace
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise GainstageError(f"--cluster {address}: what listens there is no Dask scheduler: {error}") from error
    try:
        client.wait_for_workers(1, timeout=ARRIVAL)
    except TimeoutError as error:
        client.close()
        raise GainstageError(
            f"--cluster {address}: the scheduler has no worker. Start one with: dask worker {address} --nthreads 1"
        ) from error
    return client


def told_by(client: Any) -> dict[str, dict[str, str]]:
    """What each worker says of itself: versions and place."""

    def tell() -> dict[str, str]:  # sent as it is: a worker may not have this package
        import importlib.metadata
        import os
        import platform
        import socket

        found = {"python": platform.python_version(), "place": f"{socket.gethostname()}:{os.getpid()}"}
        for name in ("torch", "gainstage"):
            try:
                found[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found[name] = "missing"
        return found

    return client.run(tell)


def alike(workers: Mapping[str, Mapping[str, str]]) -> None:
    """Raise where a worker would compute something else.

    Raises:
        GainstageError: naming the first worker with another version of Python, torch or this package.
    """
    here = {name: importlib.metadata.version(name) for name in ("torch", "gainstage")}
    here["python"] = platform.python_version()
    for worker, told in workers.items():
        differing = [name for name in ALIKE if _series(told[name]) != _series(here[name])]
        other = [f"{name} {told[name]} (here {here[name]})" for name in differing]
        if other:
            raise GainstageError(
                f"--cluster: the worker {worker} has {', '.join(other)}: trials would not be comparable. "
                "Start the workers from an environment with the same packages"
            )


def _series(version: str) -> str:
    """``3.11`` for ``3.11.7``, ``2.13.0`` for ``2.13.0+cpu``: what changes results, or what can be sent."""
    plain = version.partition("+")[0]
    return ".".join(plain.split(".")[:2]) if plain.startswith("3.") else plain


def _itself(value: Any) -> Any:
    return value
