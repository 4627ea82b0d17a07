"""Which activation, which initialisation, which learning rate: decided by paired trials, on one machine or on many."""
