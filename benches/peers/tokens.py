"""The tokens that every engine is given: 8 texts of 129, of which 128 are fed and 128 are scored."""

TEXTS = 8
FED = 128
VOCABULARY = 50_257


def tokens() -> list[int]:
    """All texts one after another: the same numbers as `yardstick bench --only scoring` makes."""
    return [i * 7919 % VOCABULARY for i in range(TEXTS * (FED + 1))]
