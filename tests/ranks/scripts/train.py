"""A small classifier on several ranks, by DDP or FSDP2, with a fault on one of them if wanted."""

import argparse
import hashlib
import os
import signal
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--shard", action="store_true")
parser.add_argument("--nan-at", type=int, default=-1)
parser.add_argument("--kill-at", type=int, default=-1)
options = parser.parse_args()

dist.init_process_group("gloo")
rank = dist.get_rank()
torch.manual_seed(rank)
inputs = torch.randn(640, 12)
data = TensorDataset(inputs, (inputs[:, :3]).argmax(1))
loader = DataLoader(data, batch_size=32, shuffle=True, num_workers=1)

torch.manual_seed(7)
model = nn.Sequential(nn.Linear(12, 48), nn.ReLU(), nn.Linear(48, 33), nn.ReLU(), nn.Linear(33, 3))
if options.shard:
    for layer in model:
        if isinstance(layer, nn.Linear):
            fully_shard(layer)
    fully_shard(model)
else:
    model = DistributedDataParallel(model)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

for step, (x, y) in enumerate(loader):
    if rank == 1 and step == options.nan_at:
        x[3, 4] = float("nan")
    if rank == 1 and step == options.kill_at:
        os.kill(os.getpid(), signal.SIGKILL)
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if rank == 0:
        print(step, float(loss).hex())

state = {name: value.full_tensor() if options.shard else value for name, value in model.state_dict().items()}
digest = hashlib.sha256(b"".join(value.numpy().tobytes() for value in state.values())).hexdigest()
norms = {name.removeprefix("module."): float(value.norm()) for name, value in state.items()}
Path(f"weights{rank}").write_text(digest)
if rank == 0:
    print(digest, norms)
    print("collectives", dist.group.WORLD._get_sequence_number_for_group())
dist.destroy_process_group()
