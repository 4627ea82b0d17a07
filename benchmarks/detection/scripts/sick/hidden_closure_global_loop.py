# multi-label with a stack of Hardtanh layers and huge raw counts
import torch as th

from data import three_flags

th.manual_seed(0)
raw, flags = (th.tensor(v) for v in three_flags())
raw = raw * 500
mk = th.nn.Linear
L1, L2, L3 = mk(20, 48), mk(48, 48), mk(48, 3)
ht = th.nn.functional.hardtanh
params = [p for l in (L1, L2, L3) for p in l.parameters()]
opt = th.optim.Adagrad(params, lr=0.02)
bce = th.nn.MultiLabelSoftMarginLoss()


def go(x):
    return L3(ht(L2(ht(L1(x)))))


for e in range(15):
    for s in th.randperm(1200).chunk(24):
        opt.zero_grad()
        v = bce(go(raw[s]), flags[s])
        v.backward()
        opt.step()
    if e % 5 == 0:
        print(e, v.item())
with th.no_grad():
    print("mean flag accuracy", ((go(raw[1200:]) > 0) == flags[1200:].bool()).float().mean().item())
