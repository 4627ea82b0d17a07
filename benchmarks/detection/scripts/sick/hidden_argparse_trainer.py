"""Train a small image classifier.  usage: train.py [--lr LR] [--epochs N] [--hidden H]"""
import argparse
import copy
import logging

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

from data import mnist

log = logging.getLogger("train")


class Config:
    def __init__(self, **kw):
        self.__dict__.update(kw)


class Trainer:
    def __init__(self, model, cfg):
        self.opt = torch.optim.Adam(model.parameters(), lr=cfg.lr)
        self.model, self.cfg = copy.deepcopy(model), cfg
        self.loss = nn.NLLLoss()
        self.history = {"train": [], "valid": []}

    def _epoch(self, loader, train):
        self.model.train(train)
        total, count = 0.0, 0
        with torch.set_grad_enabled(train):
            for batch in loader:
                x, y = (t.to("cpu") for t in batch)
                loss = self.loss(self.model(x), y)
                if train:
                    self.opt.zero_grad()
                    loss.backward()
                    self.opt.step()
                total, count = total + loss.item() * len(y), count + len(y)
        return total / count

    def fit(self, train, valid):
        for epoch in range(self.cfg.epochs):
            self.history["train"].append(self._epoch(train, True))
            self.history["valid"].append(self._epoch(valid, False))
            log.info("epoch %d: %s", epoch, {k: round(v[-1], 4) for k, v in self.history.items()})
        return self


def build(cfg):
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, cfg.hidden), nn.BatchNorm1d(cfg.hidden), nn.ReLU(True),
        nn.Linear(cfg.hidden, 10),
        nn.LogSoftmax(dim=1),
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=64)
    cfg = Config(**vars(parser.parse_args()))
    torch.manual_seed(7)
    np.random.seed(7)
    x, y = mnist(3000)
    data = TensorDataset(torch.from_numpy(x).view(-1, 28, 28) / 255.0, torch.from_numpy(y))
    train, valid = random_split(data, [2500, 500], generator=torch.Generator().manual_seed(0))
    trainer = Trainer(build(cfg), cfg).fit(DataLoader(train, 50, shuffle=True), DataLoader(valid, 250))
    hits = sum((trainer.model(a).argmax(1) == b).sum().item() for a, b in DataLoader(valid, 250))
    print("valid accuracy", hits / 500)


if __name__ == "__main__":
    main()
