"""What reads the lake is done again when its files were taken away meanwhile.

What is undone or erased is deleted at once, without a grace for who is just reading it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from habitue.kernel.lake import is_file_gone

READ_AGAIN_SECONDS = (0.05, 0.3, 1.0)
_Found = TypeVar("_Found")


def again(work: Callable[[], _Found], wait: Callable[[float], object] = time.sleep) -> _Found:
    """What `work` gives, which may be begun anew; a file that stays away is an error like any other."""
    for seconds in READ_AGAIN_SECONDS:
        try:
            return work()
        except Exception as error:
            if not is_file_gone(error):
                raise
            wait(seconds)
    return work()
