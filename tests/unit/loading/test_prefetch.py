import threading

import pytest

from busan_safety.loading.prefetch import Prefetch


def test_items_come_in_order():
    with Prefetch(iter(range(100)), depth=2) as items:
        assert list(items) == list(range(100))


def test_a_failure_of_the_source_reaches_the_consumer():
    def broken():
        yield 1
        raise ValueError("page 2")

    seen = []
    with pytest.raises(ValueError, match="page 2"), Prefetch(broken()) as items:
        seen.extend(items)
    assert seen == [1]


def test_the_source_is_never_more_than_its_depth_ahead():
    made = []

    def source():
        for number in range(50):
            made.append(number)
            yield number

    with Prefetch(source(), depth=3) as items:
        for number in items:
            # In the queue, one in the consumer's hand and one waiting to get in.
            assert len(made) <= number + 1 + 3 + 1


def test_the_thread_ends_when_the_consumer_stops_early():
    before = threading.active_count()
    with Prefetch(iter(range(10_000)), depth=1) as items:
        next(items)
    assert threading.active_count() == before
