"""Northwind, a mid-size European insurer: its goals, domains, teams and definitions of metrics."""

from portfolio.sample.shapes import Definition

DOMAINS = {"direct": "Direct sales", "claims": "Claims", "service": "Customer service", "ventures": "New business"}

TEAMS = {
    "quote-and-buy": ("direct", "Quote and buy"),
    "pricing": ("direct", "Pricing and offers"),
    "claims-intake": ("claims", "Claims intake"),
    "repair-network": ("claims", "Repair network"),
    "app": ("service", "Customer app"),
    "contact-centre": ("service", "Contact centre tools"),
    "embedded": ("ventures", "Embedded insurance"),
    "small-business": ("ventures", "Small business"),
}

# Key: name, measure, years from the anchor's year, month and day due.
GOALS = {
    "grow-direct": (
        "Win one in three new motor customers directly",
        "Share of new motor policies bought directly: from 22 % to 33 %",
        (1, 12, 31),
    ),
    "pay-fast": (
        "Pay simple claims within three days",
        "Share of simple claims paid within three days of notice: from 41 % to 75 %",
        (1, 6, 30),
    ),
    "keep-customers": (
        "Keep the customers we have",
        "Policies renewed at their due date: from 83.5 % to 87 %",
        (1, 12, 31),
    ),
}

METRICS = [
    Definition(
        "quote-conversion", "Quote to policy conversion", "proportion", "%",
        "Quotes that become a paid policy within the same day. Test quotes and staff are left out.",
        metric_class="customer",
    ),
    Definition(
        "quote-completion", "Quotes completed", "proportion", "%",
        "Quote sessions that reach a price. Sessions shorter than five seconds are left out.",
    ),
    Definition(
        "premium-per-visitor", "First-year premium per visitor", "mean", "€",
        "Premium of policies bought by a visitor of the quote page, 0 when none was bought; at most €1,500.",
        metric_class="value", cap=1500.0, spread=3.2,
    ),
    Definition(
        "cover-uptake", "Policies with an additional cover", "proportion", "%",
        "New policies with at least one additional cover, not cancelled within the day.", metric_class="value",
    ),
    Definition(
        "premium-per-policy", "First-year premium per policy", "mean", "€",
        "Premium of new policies without tax; at most €3,000 a policy.",
        metric_class="value", cap=3000.0, spread=0.45,
    ),
    Definition(
        "advised-sales", "Advised customers who buy", "proportion", "%",
        "Customers with a finished video advice who buy within the week; counted by the desk.",
        metric_class="customer",
    ),
    Definition(
        "days-to-payment", "Days from notice to payment", "mean", "days",
        "Simple property claims, by day of payment; longer than 60 days counts as 60.",
        direction="lower", metric_class="customer", cap=60.0, spread=0.7,
    ),
    Definition(
        "straight-through", "Claims settled without a handler", "proportion", "%",
        "Claims paid or declined with no manual step. Reopened ones do not count.",
    ),
    Definition(
        "repair-cost", "Repair cost per motor claim", "mean", "€",
        "Invoices of repair shops without tax; at most €12,000 a claim.",
        direction="lower", metric_class="value", cap=12000.0, spread=0.8,
    ),
    Definition(
        "reopened-claims", "Claims reopened within a week", "proportion", "%",
        "Of the claims closed on a day, those opened again within seven days.",
        direction="lower", metric_class="customer", settle_days=7,
    ),
    Definition(
        "fraud-confirmed", "Referred claims confirmed as fraud", "proportion", "%",
        "Claims referred to investigators on a day that were declined for fraud.", metric_class="value",
    ),
    Definition(
        "handling-minutes", "Handling time per claim", "mean", "minutes",
        "Time in which a handler had the claim open; longer than four hours counts as four hours.",
        direction="lower", metric_class="value", cap=240.0, spread=0.75,
    ),
    Definition(
        "calls-per-claim", "Calls per open claim and day", "rate", "calls",
        "Inbound calls about claims over claims open that day.", direction="lower", metric_class="behaviour",
    ),
    Definition(
        "renewals-kept", "Renewals kept at the due date", "proportion", "%",
        "Policies due that day and not cancelled. Deaths and sold vehicles are left out.", metric_class="value",
    ),
    Definition(
        "first-contact", "Requests solved at first contact", "proportion", "%",
        "Requests with no second contact on the same matter recorded by the agent.", metric_class="customer",
    ),
    Definition(
        "self-service", "Requests solved without an agent", "proportion", "%",
        "Requests begun in the app or on the site that end there.",
    ),
    Definition(
        "call-minutes", "Minutes per service call", "mean", "minutes",
        "Talk and wrap-up time; longer than an hour counts as an hour.",
        direction="lower", metric_class="value", cap=60.0, spread=0.65,
    ),
    Definition(
        "complaints", "Contacts that end in a complaint", "proportion", "%",
        "Contacts followed by a recorded complaint on the same day.", direction="lower", metric_class="customer",
    ),
    Definition(
        "app-sessions", "App sessions per user and week", "mean", "sessions",
        "Sessions of users with a policy; at most 40.", cap=40.0, spread=1.1,
    ),
    Definition(
        "attached-cover", "Sales with our cover attached", "proportion", "%",
        "Sales of a partner with our cover in the basket at payment.", metric_class="value",
    ),
    Definition(
        "trips-shared", "Drivers who share their trips", "proportion", "%",
        "Drivers with the telematics cover who recorded a trip that day.",
    ),
    Definition(
        "small-business-conversion", "Small business quotes that become policies", "proportion", "%",
        "Quotes of firms with up to 20 people, bought on the same day.", metric_class="customer",
    ),
    Definition(
        "store-rating", "Rating in the app stores", "level", "stars",
        "Mean of all ratings shown by both stores, one value a day.", metric_class="customer",
    ),
    Definition(
        "milestones-on-time", "Milestones reached on the planned day", "proportion", "%",
        "Milestones of projects. It says that something was built when it was planned, not that it helped anybody.",
        metric_class="delivery",
    ),
]  # fmt: skip

# Key value areas; the others are not said yet.
AREAS = {
    **dict.fromkeys(
        ("premium-per-visitor", "premium-per-policy", "renewals-kept", "repair-cost", "cover-uptake"), "current"
    ),
    **dict.fromkeys(("complaints", "store-rating", "days-to-payment", "first-contact", "advised-sales"), "unrealised"),
}
