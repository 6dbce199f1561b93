"""Bets of the domain Customer service."""

from portfolio.sample.shapes import Aim, Part, Stage, Story

STORIES = [
    Story(
        "SV-01", "Call before renewal", "service", "keep-customers", "aoife.byrne",
        ("contact-centre",), "acceleration", 1, 434, 130, "on track",
        (
            "a call four weeks before the due date with a review of the cover", "customers with two or more policies",
            "86.5 % of renewals kept, from 83.5 %", "most leave for a price they never asked us to match",
        ),
        (Aim("renewals-kept", "renewal-call", "service", 760, 0.835, ((0, 0.850), (45, 0.8675)), 0.865, 0.845,
             noise=0.03),),
        (
            Stage(600, "Twenty agents, motor only", "Consent to call for 60 % of customers", 0),
            Stage(1500, "All products", "More than 84.5 % kept for twelve weeks", 120),
            Stage(1200, "Second language desk", "Target of 86.5 % held for a quarter", 450),
        ),
    ),
    Story(
        "SV-02", "Change of address and vehicle in the app", "service", "keep-customers", "aoife.byrne",
        ("app",), "acceleration", 1, 168, 90, "scale",
        (
            "changing address, vehicle and bank account in the app", "customers with the app",
            "62 % of requests solved without an agent, from 51 %", "these three are 44 % of all contacts",
        ),
        (Aim("self-service", "app-changes", "service", 2900, 0.51, ((0, 0.60), (28, 0.672)), 0.620, 0.560,
             noise=0.03, parts=(Part("One policy", "app-changes one policy", 0.62, 0.96),
                                Part("Two or more", "app-changes more policies", 0.38, 1.065))),),
        (
            Stage(400, "Address and bank account", "Identity check passed the audit", 0),
            Stage(850, "Vehicle and drivers", "More than 56 % solved for eight weeks", 70),
            Stage(700, "Web and partner portals", "Target of 62 % exceeded", 190),
        ),
    ),
    Story(
        "SV-03", "Chat assistant for policy questions", "service", "keep-customers", "aoife.byrne",
        ("contact-centre",), "validation", 2, 92, 60, "cease",
        (
            "an assistant that answers questions on covers in writing", "customers who write to us",
            "no more than 1.6 % of contacts ending in a complaint, from 2.1 %",
            "people wait two days for an answer today",
        ),
        (
            Aim("complaints", "chat-complaints", "service", 3100, 0.021, ((0, 0.024), (21, 0.0297)), 0.016, 0.0225),
            Aim("first-contact", "chat-first-contact", "service", 3100, 0.68, ((0, 0.665), (21, 0.652)), 0.720, 0.660,
                noise=0.03, role="guardrail"),
        ),
        (
            Stage(500, "Assistant for 40 questions", "Answers right in 90 of 100 tests", 0),
            Stage(1100, "All questions, evenings and weekends", "Complaints below 2.25 % for eight weeks", 80),
            Stage(1400, "Voice", "Complaints at or below 1.6 %", 210),
        ),
    ),
    Story(
        "SV-04", "New home screen of the app", "service", "keep-customers", "aoife.byrne",
        ("app",), "validation", 1, 140, 40, "scale",
        (
            "a home screen that shows what is due", "users of the app",
            "at least 4 % more sessions per user and week than with the old one",
            "today people open the app once, in the week of a claim",
        ),
        (Aim("app-sessions", "home-screen-sessions", "app", 2300, 1.35, 0.118, 0.04, 0.0, "relative",
             starts_with_bet=True),),
        (
            Stage(240, "Experiment with half of the users", "Usability test passed by 12 of 15", 0),
            Stage(360, "Rollout and widgets", "Lift of at least 4 % shown against control", 130),
        ),
    ),
    Story(
        "SV-05", "Paperless onboarding", "service", "keep-customers", "aoife.byrne",
        ("app",), "validation", 1, 105, 50, "measure",
        (
            "documents in the app with one signature", "new customers",
            "at least 2 points more requests solved without an agent than with paper",
            "new customers call to ask where their papers are",
        ),
        (Aim("self-service", "paperless-self-service", "app", 700, 0.46, 0.020, 0.020, 0.0, "difference",
             starts_with_bet=True),),
        (
            Stage(210, "Motor policies", "Signature accepted by the supervisor", 0),
            Stage(330, "All products", "Not worse than paper after eight weeks", 90),
        ),
    ),
    Story(
        "SV-06", "Call routing by intent", "service", "keep-customers", "aoife.byrne",
        ("contact-centre",), "validation", 1, 203, -5, "noisy",
        (
            "routing by what the caller says in the first sentence", "everyone who calls",
            "7.6 minutes per service call, from 8.4", "one call in three is passed on at least once",
        ),
        (Aim("call-minutes", "intent-routing", "service", 420, 8.4, 8.0, 7.6, 8.3, noise=0.24, memory=0.75),),
        (
            Stage(380, "Two sites", "Words understood in 85 of 100 calls", 0),
            Stage(720, "All sites", "Less than 8.3 minutes for twelve weeks", 120),
        ),
    ),
    Story(
        "SV-07", "Loyalty bonus for claim-free years", "service", "keep-customers", "aoife.byrne",
        ("contact-centre", "app"), "acceleration", 1, 182, 160, "quarantine",
        (
            "a bonus that grows with each claim-free year", "motor customers after their third year",
            "89 % of their renewals kept, from 86.5 %", "today a loyal customer pays more than a new one",
        ),
        (Aim("renewals-kept", "loyalty-bonus", "service", 540, 0.865, ((0, 0.880), (30, 0.8915)), 0.890, 0.872,
             noise=0.03),),
        (
            Stage(1200, "Bonus in two regions", "Actuaries confirm the cost", 0),
            Stage(2400, "All regions", "More than 87.2 % kept for twelve weeks", 110),
            Stage(2200, "Home and travel", "Target of 89 % held for two quarters", 330),
        ),
    ),
    Story(
        "SV-08", "Better reviews in the app stores", "service", "keep-customers", "aoife.byrne",
        ("app",), "discovery", 1, 119, 70, "level",
        (
            "asking for a review after a solved request", "users of the app",
            "4.3 stars in the app stores, from 3.8", "only the annoyed write a review unasked",
        ),
        (Aim("store-rating", "store-rating", "service", 1, 3.8, ((0, 3.85), (110, 4.12)), 4.3, 3.8, noise=0.008),),
        (
            Stage(60, "Prompt after a solved request", "Store rules checked", 0),
            Stage(90, "Answers to reviews within a day", "Above 3.8 stars after twelve weeks", 90),
        ),
    ),
]  # fmt: skip
