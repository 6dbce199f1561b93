"""Money is an integer of minor units with a currency beside it; it becomes text only at the edge."""

from dataclasses import dataclass

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF "}
STEPS = (1_000_000_000, 1_000_000, 1_000)
# ISO 4217: the currencies whose smallest unit is not a hundredth.
DECIMALS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Style:
    """How a language writes money. `letters` stand for 10⁹, 10⁶ and 10³; `order` says where sign and number go."""

    point: str = "."
    group: str = ","
    letters: tuple[str, str, str] = ("B", "M", "k")
    order: str = "{sign}{number}"


ENGLISH = Style()


def decimals_of(currency: str) -> int:
    """How many decimals amounts of a currency have: 2 for most, 0 for the yen, 3 for the dinar of Bahrain."""
    return DECIMALS.get(currency, 2)


def plain(minor: int, currency: str) -> str:
    """1234.50: for files that another program reads, whatever the language."""
    digits = decimals_of(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{'-' if minor < 0 else ''}{whole}" + (f".{rest:0{digits}d}" if digits else "")


def short(minor: int, currency: str, style: Style = ENGLISH) -> str:
    """€4.2M, €380k, €950: for reading at a glance; the exact amount is in `exact`."""
    return style.order.format(sign=_sign(currency), number=_short(minor / 10 ** decimals_of(currency), style))


def _short(major: float, style: Style) -> str:
    for size, letter in zip(STEPS, style.letters, strict=True):
        if abs(major) >= size * 0.9995:
            digits = f"{major / size:.1f}".removesuffix(".0") if abs(major) < 100 * size else f"{major / size:.0f}"
            return digits.replace(".", style.point) + letter
    return f"{major:.0f}"


def exact(minor: int, currency: str, style: Style = ENGLISH) -> str:
    """€4,200,000.00: every digit."""
    whole, _, rest = plain(abs(minor), currency).partition(".")
    number = f"{int(whole):,}".replace(",", style.group) + (f"{style.point}{rest}" if rest else "")
    return ("-" if minor < 0 else "") + style.order.format(sign=_sign(currency), number=number)


def _sign(currency: str) -> str:
    return SYMBOLS.get(currency, currency + " ")
