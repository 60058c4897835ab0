"""The same act from many threads at the same moment."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connection


def at_once(times: int, act: Any) -> tuple[list[int], list[Exception]]:
    """Do an act in as many threads at the same moment: the keys of its rows, and what went wrong."""
    rows: list[int] = []
    errors: list[Exception] = []
    start = threading.Barrier(times)

    def run() -> None:
        try:
            start.wait()
            rows.append(act().pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rows, errors
