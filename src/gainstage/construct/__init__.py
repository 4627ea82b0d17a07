"""Universal approximation by construction: a function and a tolerance in, a network that is proved to meet it out.

Cybenko 1989 and Hornik, Stinchcombe & White 1989 say that one hidden layer of sigmoids comes as close to a continuous
function on a compact set as one wants; Leshno, Lin, Pinkus & Schocken 1993 that every activation which is no polynomial
will do. Here the networks are built, unit by unit, and checked. Nothing is trained, and only ``module`` imports torch.
"""
