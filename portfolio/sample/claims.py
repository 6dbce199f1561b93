"""Bets of the domain Claims."""

from portfolio.sample.shapes import Aim, Stage, Story

STORIES = [
    Story(
        "CL-01", "Photo estimate for glass and dents", "claims", "pay-fast", "jonas.lindqvist",
        ("claims-intake",), "acceleration", 1, 230, 110, "scale",
        (
            "an estimate from photos within the hour", "drivers with glass or dent damage",
            "4.5 days from notice to payment, from 6.2",
            "the visit of an assessor takes four of the six days and changes little",
        ),
        (Aim("days-to-payment", "photo-estimate-days", "claims", 410, 6.2, ((0, 5.3), (35, 3.85)), 4.5, 5.6),),
        (
            Stage(600, "Photo upload and estimate for glass", "Error below 8 % on 500 old claims", 0),
            Stage(1300, "Dents, all brands", "Fewer than 5.6 days for eight weeks", 80),
            Stage(1700, "Partner garages and hire cars", "Target of 4.5 days beaten for a quarter", 245),
        ),
    ),
    Story(
        "CL-02", "Straight-through settlement of water damage", "claims", "pay-fast", "jonas.lindqvist",
        ("claims-intake",), "validation", 2, 322, 140, "decaying",
        (
            "settlement by rules for water damage under €2,000", "home owners and tenants",
            "30 % of these claims settled without a handler", "nine in ten of these claims are paid as notified",
        ),
        (Aim("straight-through", "water-straight-through", "claims", 260, 0.18,
             ((0, 0.302), (75, 0.303), (115, 0.225), (322, 0.205)), 0.300, 0.245),),
        (
            Stage(500, "Rules for tap water", "Agreement of the reinsurer", 0),
            Stage(1200, "Storm and sewage", "More than 24.5 % for twelve weeks", 120),
            Stage(1500, "Second country", "Target held after the storm season", 330),
        ),
    ),
    Story(
        "CL-03", "Own appointment system for repair shops", "claims", "pay-fast", "jonas.lindqvist",
        ("repair-network",), "validation", 1, 154, 80, "cease",
        (
            "appointments that repair shops enter themselves", "drivers whose car must be repaired",
            "€1,690 of repair cost per claim, from €1,810", "steering to free shops saves hire-car days and storage",
        ),
        (
            Aim("repair-cost", "shop-appointments-cost", "claims", 340, 1810.0, ((0, 1850.0), (28, 2040.0)),
                1690.0, 1830.0),
            Aim("reopened-claims", "shop-appointments-reopened", "claims", 340, 0.061, 0.064, 0.055, 0.070),
        ),
        (
            Stage(700, "System for 40 shops", "Forty shops signed", 0),
            Stage(1600, "All 310 shops", "Repair cost below €1,830 after twelve weeks", 100),
            Stage(1900, "Parts ordering", "Repair cost at or below €1,690", 260),
        ),
    ),
    Story(
        "CL-04", "Fraud score at notice of loss", "claims", "pay-fast", "tomas.novak",
        ("claims-intake",), "acceleration", 1, 413, 95, "on track",
        (
            "a score at the first notice that decides who investigates", "claims between €1,000 and €15,000",
            "22 % of referred claims confirmed as fraud", "investigators spend most days on honest people",
        ),
        (
            Aim("fraud-confirmed", "fraud-score", "claims", 85, 0.155, ((0, 0.19), (60, 0.222)), 0.220, 0.175,
                noise=0.06, weight=2.0, grace=28),
            Aim("handling-minutes", "fraud-handling", "claims", 540, 52.0, ((0, 49.0), (60, 45.9)), 46.0, 50.5,
                grace=28),
        ),
        (
            Stage(800, "Score on motor claims", "Better than today on 18 months of history", 0),
            Stage(1400, "Home and travel", "More than 17.5 % confirmed for twelve weeks", 120),
        ),
    ),
    Story(
        "CL-05", "Claim status in messages", "claims", "pay-fast", "tomas.novak",
        ("claims-intake",), "validation", 1, 175, 70, "scale",
        (
            "a message at each step of a claim", "everyone with an open claim",
            "0.20 calls per open claim and day, from 0.26", "three in four callers only ask where their claim stands",
        ),
        (Aim("calls-per-claim", "status-messages-calls", "claims", 3900, 0.26, ((0, 0.225), (28, 0.172)), 0.200,
             0.240),),
        (
            Stage(220, "Messages at four steps", "Wording tested with 30 customers", 0),
            Stage(380, "Repair shops report their steps too", "Fewer than 0.24 calls for eight weeks", 90),
        ),
    ),
    Story(
        "CL-06", "Handler desk with suggested next step", "claims", "pay-fast", "tomas.novak",
        ("claims-intake", "repair-network"), "validation", 2, 189, 100, "pivot",
        (
            "a desk that suggests the next step of a claim", "handlers in their first two years",
            "38 minutes of handling time per claim, from 52", "new handlers search for rules half of their time",
        ),
        (Aim("handling-minutes", "handler-desk", "claims", 380, 52.0, ((0, 47.0), (42, 43.6)), 38.0, 49.0),),
        (
            Stage(650, "Desk for home claims", "Ten handlers prefer it after a week", 0),
            Stage(1350, "Motor and liability", "Less than 49 minutes for eight weeks", 100),
            Stage(1800, "All 420 handlers", "At or below 38 minutes", 280),
        ),
    ),
    Story(
        "CL-07", "Drone inspection of roofs", "claims", "pay-fast", "jonas.lindqvist",
        ("repair-network",), "discovery", 3, 260, 120, "too small",
        (
            "a drone flight within two days of the storm", "owners of houses with roof damage",
            "9 days from notice to payment, from 17", "scaffolding for a look takes longer than the repair",
        ),
        (Aim("days-to-payment", "drone-roofs", "claims", 2.6, 17.0, 9.5, 9.0, 14.0, noise=0.08),),
        (
            Stage(300, "Two regions, one partner", "Licence to fly in both regions", 0),
            Stage(900, "Storm season in five regions", "Fewer than 14 days on at least 300 roofs", 210),
        ),
    ),
    Story(
        "CL-08", "Direct settlement with garages", "claims", "pay-fast", "tomas.novak",
        ("repair-network",), "run", 1, 490, 60, "stale",
        (
            "invoices that garages send to us and not to the customer", "drivers with a comprehensive cover",
            "12 days from notice to payment, from 16", "the customer's own bank account is a detour of days",
        ),
        (Aim("days-to-payment", "garage-settlement", "claims", 300, 16.0, ((0, 12.2), (60, 11.9)), 12.0, 14.5,
             silent_from=19),),
        (
            Stage(550, "Invoice portal", "Sixty garages signed", 0),
            Stage(1250, "All garages", "Fewer than 14.5 days for twelve weeks", 120),
        ),
    ),
]  # fmt: skip
