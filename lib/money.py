"""Money is an integer of minor units with a currency beside it; it becomes text only at the edge."""

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF "}
STEPS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))


def short(minor: int, currency: str) -> str:
    """€4.2M, €380k, €950: for reading at a glance; the exact amount is in `exact`."""
    symbol = SYMBOLS.get(currency, currency + " ")
    major = minor / 100
    for size, letter in STEPS:
        if abs(major) >= size * 0.9995:
            digits = f"{major / size:.1f}".removesuffix(".0") if abs(major) < 100 * size else f"{major / size:.0f}"
            return f"{symbol}{digits}{letter}"
    return f"{symbol}{major:.0f}"


def exact(minor: int, currency: str) -> str:
    """€4,200,000.00: every digit."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"
