"""In which order equal latent weights become connections.

Entry i of a kernel in rows stands at (i SPREAD + 2^31) modulo 2^32, the largest first.
Multiples of the golden ratio modulo 1 spread as evenly as any sequence does (Knuth, The Art
of Computer Programming, volume 3, section 6.4), so that a part of the entries is taken from
all taps, inputs and outputs alike; and no two entries stand at the same place.
"""

# The golden ratio's part behind the point in steps of 2^-32, an odd number, as an int32.
SPREAD = 0x9E3779B1 - 2**32
