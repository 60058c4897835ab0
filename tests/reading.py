"""How hard a text is to read."""

import re

import pyphen

_SYLLABLES = pyphen.Pyphen(lang="en_US")


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of English text; a line counts as a sentence even without its full stop."""
    sentences = [part for part in re.split(r"[.!?:;]+(?:\s|$)|\n+", text) if re.search(r"\w", part)]
    words = re.findall(r"[A-Za-z’']+", text)
    syllables = sum(len(_SYLLABLES.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
