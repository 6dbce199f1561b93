"""How often a second clients do something, each in a process of its own with a connection of its own."""

import multiprocessing
import time
from collections.abc import Callable

FORK = multiprocessing.get_context("fork")
Work = Callable[[], object]


def per_second(clients: int, make_work: Callable[[int], Work], seconds: float = 4) -> float:
    """What all clients did together, a second. `make_work` is called in each process, which then connects anew."""
    done, gate = FORK.Array("l", clients), FORK.Barrier(clients)

    def run(place: int) -> None:
        work, count = make_work(place), 0
        for _ in range(5):  # connects, and fills what is kept for the next time
            work()
        gate.wait(60)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            work()
            count += 1
        done[place] = count

    started = [FORK.Process(target=run, args=(place,)) for place in range(clients)]
    for one in started:
        one.start()
    for one in started:
        one.join()
    if any(one.exitcode for one in started):
        raise RuntimeError("A client of the bench failed.")
    return sum(done) / seconds
