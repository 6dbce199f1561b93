"""What the columns of a file of money mean, in the order of the file to fill in."""

from collections.abc import Mapping

from bets.imports.columns import aliases_of

# Each meaning with the headers that are taken for it besides its own name.
BUDGETS: dict[str, tuple[str, ...]] = {
    "code": ("budget", "budget code", "project", "project code", "project id", "id", "key", "number", "no"),
    "name": ("budget name", "project name", "title", "description"),
    "domain": ("product", "platform", "value stream", "area", "department", "business unit", "unit"),
    "funding_class": ("class", "kind", "type", "category", "money class"),
    "team": ("squad", "team name"),
    "starts": ("first day", "start", "start date", "starts on", "from", "begin", "begins", "valid from"),
    "ends": ("last day", "end", "end date", "ends on", "until", "to", "finish", "valid to"),
    "amount": ("original", "original budget", "annual budget", "budget amount", "approved budget", "total"),
    "committed": ("committed not yet released", "committed so far", "open commitments", "commitments", "obligo",
                  "encumbrances", "ordered"),
    "released": ("released not yet spent", "released so far", "released not spent"),
    "spent": ("spent so far", "actuals", "actual", "actual to date", "spend", "ytd", "ytd actuals"),
    "cost_centre": ("cost center", "costcentre", "costcenter", "cc", "kostenstelle"),
    "erp_account": ("account", "gl account", "g l account", "cost element", "ledger account", "erp"),
    "treatment": ("operating expense or capital expenditure", "booked as", "capex or opex", "opex or capex",
                  "capex opex", "opex capex", "expense type"),
    "currency": ("ccy", "cur"),
}  # fmt: skip
ACTUALS: dict[str, tuple[str, ...]] = {
    "document": ("number of the document", "document id", "document number", "document no", "doc", "doc id",
                 "doc number", "id", "voucher", "belegnummer", "journal id"),
    "posted": ("posting date", "posted on", "date", "document date", "booking date", "effective date"),
    "amount": ("amount in local currency", "value", "net", "net amount", "debit", "cost"),
    "cost_centre": ("cost center", "costcentre", "costcenter", "cc", "kostenstelle"),
    "erp_account": ("account", "gl account", "g l account", "cost element", "ledger account"),
    "reference": ("reference tranche or budget", "ref", "bet", "bet and tranche", "budget", "budget code", "wbs",
                  "wbs element", "project", "order"),
    "memo": ("text", "description", "note", "line text", "item text", "vendor"),
    "currency": ("ccy", "cur"),
}  # fmt: skip
TOTALS: dict[str, tuple[str, ...]] = {
    "cost_centre": ("cost center", "costcentre", "costcenter", "cc", "kostenstelle"),
    "erp_account": ("account", "gl account", "g l account", "cost element", "ledger account"),
    "amount": ("total", "sum", "balance", "actual", "actuals", "spent", "value"),
    "currency": ("ccy", "cur"),
}
MEANINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {"budgets": BUDGETS, "actuals": ACTUALS}
NEEDED = {
    "budgets": ("code", "name", "funding_class", "starts", "ends", "amount"),
    "actuals": ("document", "posted", "amount"),
}
DATES = ("starts", "ends", "posted")
ALIASES = {kind: aliases_of(meanings) for kind, meanings in MEANINGS.items()}
ALIASES_OF_TOTALS = aliases_of(TOTALS)
EXAMPLES = {
    "budgets": {
        "code": "CL-2026", "name": "Claims, running projects", "domain": "claims", "funding_class": "project",
        "starts": "2026-01-01", "ends": "2026-12-31", "amount": "250000.00", "committed": "40000.00",
        "released": "0.00", "spent": "82500.50", "cost_centre": "4100", "erp_account": "660000", "treatment": "opex",
        "currency": "EUR",
    },
    "actuals": {
        "document": "5100004711-1", "posted": "2026-07-03", "amount": "1250.00", "cost_centre": "4100",
        "erp_account": "660000", "reference": "CL-2026", "memo": "Licences for July", "currency": "EUR",
    },
}  # fmt: skip
