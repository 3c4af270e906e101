"""Buffers of a memory plan that share bytes while both are alive."""


def overlaps(buffers, offsets) -> list[tuple[int, int]]:
    return [
        (i, j)
        for i in range(len(buffers))
        for j in range(i)
        if buffers[i].first <= buffers[j].last
        and buffers[j].first <= buffers[i].last
        and offsets[i] < offsets[j] + buffers[j].bytes
        and offsets[j] < offsets[i] + buffers[i].bytes
    ]
