"""Worker threads that draw pieces of work from many streams, and the main thread that watches over them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from migrate.stages.validate.sides import LEAVE_SECONDS, MOST_SECONDS_AT_END, Sides
from migrate.stages.validate.threads import Threads
from migrate.stages.validate.work import Piece, Stream

TICK_SECONDS = 1.0


class Crew:
    """Compares what the streams hold. The first stream that nobody is drawing from is the next one: what comes first
    in the order is worked on by everybody, and cutting one table never keeps the others waiting."""

    def __init__(self, sides: Sides, workers: int) -> None:
        self._sides = sides
        self._workers = workers
        self._streams: list[Stream] = []
        self._drawing: set[int] = set()
        self._flying = 0
        self._moved = threading.Condition()

    def add(self, stream: Stream) -> None:
        """More work; pieces may add some while they run."""
        with self._moved:
            self._streams.append(stream)
            self._moved.notify_all()

    def work(self, tick: Callable[[], None]) -> None:
        """Return when all is compared. `tick` runs about once a second, and at the end, however that comes.

        An interruption, or an error that is no server's, ends what is under way on both sides and is raised.
        """
        threads = Threads(self._workers, "compare")
        try:
            working = [threads.submit(self._serve) for _ in range(self._workers)]
            for future in working:
                future.add_done_callback(lambda _: self._wake())
            self._watch(working, tick)
        except BaseException:
            self._sides.cancel()
            self._wake()
            threads.close(LEAVE_SECONDS)
            raise
        finally:
            for stream in self._idle():
                stream.close()
        threads.close(MOST_SECONDS_AT_END)

    def _watch(self, working: Sequence[Future[None]], tick: Callable[[], None]) -> None:
        ticked = self._sides.seconds()
        try:
            while not all(_done(future) for future in working):
                with self._moved:
                    self._moved.wait(TICK_SECONDS)
                if self._sides.seconds() - ticked >= TICK_SECONDS:
                    tick()
                    ticked = self._sides.seconds()
        finally:
            tick()

    def _wake(self) -> None:
        with self._moved:
            self._moved.notify_all()

    def _idle(self) -> list[Stream]:
        with self._moved:
            return [stream for stream in self._streams if id(stream) not in self._drawing]

    def _serve(self) -> None:
        while (piece := self._draw()) is not None:
            try:
                piece()
            finally:
                with self._moved:
                    self._flying -= 1
                    self._moved.notify_all()

    def _draw(self) -> Piece | None:
        while (stream := self._take()) is not None:
            piece = None
            try:
                piece = stream.draw()
            finally:
                with self._moved:
                    self._drawing.discard(id(stream))
                    if piece is None:
                        self._streams.remove(stream)
                    else:
                        self._flying += 1
                    self._moved.notify_all()
            if piece is not None:
                return piece
        return None

    def _take(self) -> Stream | None:
        """The first stream that is free, for the calling thread; None when no work is left, nor can come any more."""
        with self._moved:
            while not self._sides.stopped and (self._streams or self._flying):
                for stream in self._streams:
                    if id(stream) not in self._drawing:
                        self._drawing.add(id(stream))
                        return stream
                self._moved.wait()
        return None


def _done(future: Future[None]) -> bool:
    """Raises what the worker raised: nobody waits for the others then."""
    if not future.done():
        return False
    future.result()
    return True
