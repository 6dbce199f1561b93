"""Money is an integer of minor units with a currency beside it; it becomes text only at the edge."""

from dataclasses import dataclass

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF "}
STEPS = (1_000_000_000, 1_000_000, 1_000)


@dataclass(frozen=True)
class Style:
    """How a language writes money. `letters` stand for 10⁹, 10⁶ and 10³; `order` says where sign and number go."""

    point: str = "."
    group: str = ","
    letters: tuple[str, str, str] = ("B", "M", "k")
    order: str = "{sign}{number}"


ENGLISH = Style()


def short(minor: int, currency: str, style: Style = ENGLISH) -> str:
    """€4.2M, €380k, €950: for reading at a glance; the exact amount is in `exact`."""
    return style.order.format(sign=_sign(currency), number=_short(minor / 100, style))


def _short(major: float, style: Style) -> str:
    for size, letter in zip(STEPS, style.letters, strict=True):
        if abs(major) >= size * 0.9995:
            digits = f"{major / size:.1f}".removesuffix(".0") if abs(major) < 100 * size else f"{major / size:.0f}"
            return digits.replace(".", style.point) + letter
    return f"{major:.0f}"


def exact(minor: int, currency: str, style: Style = ENGLISH) -> str:
    """€4,200,000.00: every digit."""
    whole = f"{abs(minor) // 100:,}".replace(",", style.group)
    minus = "-" if minor < 0 else ""
    return minus + style.order.format(sign=_sign(currency), number=f"{whole}{style.point}{abs(minor) % 100:02d}")


def _sign(currency: str) -> str:
    return SYMBOLS.get(currency, currency + " ")
