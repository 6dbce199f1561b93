"""Bets of the domain Direct sales."""

from portfolio.sample.shapes import Aim, Stage, Story

STORIES = [
    Story(
        "DS-01", "Prefilled quote from the number plate", "direct", "grow-direct", "marta.kowalczyk",
        ("quote-and-buy",), "acceleration", 1, 196, 120, "scale",
        (
            "a motor quote that fills itself in from the number plate", "drivers who compare on their phone",
            "at least 12.0 % of quotes becoming a policy, from 11.0 %",
            "two thirds of those who leave do so at the questions on vehicle data",
        ),
        (Aim("quote-conversion", "motor-prefill", "direct", 3400, 0.110, ((0, 0.119), (28, 0.1285)), 0.120, 0.112),),
        (
            Stage(350, "Registry link and a first version for one brand", "Problem confirmed in 26 interviews", 0),
            Stage(900, "All brands, phone and desktop", "Eight weeks above the kill line of 11.2 %", 70),
            Stage(1450, "Vans and motorcycles, two more countries",
                  "Target of 12.0 % exceeded and finance agrees", 230),
        ),
    ),
    Story(
        "DS-02", "Price shown before contact details", "direct", "grow-direct", "marta.kowalczyk",
        ("quote-and-buy",), "validation", 1, 148, 60, "scale",
        (
            "showing the price before asking for name and e-mail", "visitors of the quote page",
            "at least 4 % more policies than with the old order", "asking for contact details first feels like a trap",
        ),
        (Aim("quote-conversion", "price-first/conversion", "experiments", 2600, 0.104, 0.125, 0.04, 0.0, "relative",
             starts_with_bet=True),),
        (
            Stage(180, "Experiment on half of the traffic", "Legal review passed", 0),
            Stage(420, "Rollout to all quote pages", "Lift of at least 4 % shown against control", 150),
        ),
    ),
    Story(
        "DS-03", "Countdown on the offer page", "direct", "grow-direct", "sofia.almeida",
        ("pricing",), "validation", 1, 60, -12, "cease",
        (
            "a countdown that shows how long the price is guaranteed", "visitors with a price on screen",
            "at least 3 % more policies than without it", "people postpone the purchase and then forget it",
        ),
        (Aim("quote-conversion", "countdown/conversion", "experiments", 2400, 0.106, -0.105, 0.03, 0.0, "relative",
             starts_with_bet=True),),
        (
            Stage(150, "Design and experiment", "Compliance agrees with the wording", 0),
            Stage(300, "Rollout to home and travel", "No loss against control in eight weeks", 120),
        ),
    ),
    Story(
        "DS-04", "Three levels of home cover", "direct", "grow-direct", "sofia.almeida",
        ("pricing",), "acceleration", 1, 301, 150, "on track",
        (
            "one page with three levels of home cover", "people who insure a flat or a house",
            "24 % of new policies with an additional cover and €312 of premium each",
            "today the additional covers sit on page five and nobody gets there",
        ),
        (
            Aim("cover-uptake", "home-levels-uptake", "direct", 620, 0.205, ((0, 0.225), (35, 0.2425)), 0.240, 0.215),
            Aim("premium-per-policy", "home-levels-premium", "direct", 620, 288.0, ((0, 300.0), (35, 314.0)),
                312.0, 295.0),
        ),
        (
            Stage(450, "Page, tariff and training of the desk", "Tariff approved by the actuaries", 0),
            Stage(1100, "All home products", "Both outcomes above their kill lines for 12 weeks", 110),
            Stage(950, "Business contents and landlords", "Target uptake of 24 % held for a quarter", 320),
        ),
    ),
    Story(
        "DS-05", "Monthly payment by default", "direct", "grow-direct", "sofia.almeida",
        ("pricing",), "validation", 1, 45, 75, "pivot",
        (
            "offering monthly payment first, at the same yearly price", "motor customers under 35",
            "at least 13.5 % of their quotes becoming a policy, from 11.8 %",
            "the yearly amount is more than many have at hand in one month",
        ),
        (Aim("quote-conversion", "motor-monthly", "direct", 1900, 0.118, ((0, 0.1235), (21, 0.1245)), 0.135, 0.118),),
        (
            Stage(280, "Payment plans and reminders", "Credit risk below 0.8 % in the pilot", 0),
            Stage(640, "All motor tariffs", "At least halfway from kill line to target", 130),
        ),
    ),
    Story(
        "DS-06", "Advice by video", "direct", "grow-direct", "marta.kowalczyk",
        ("quote-and-buy",), "discovery", 2, 280, 100, "typed",
        (
            "a booked talk by video with an adviser", "families who insure a house for the first time",
            "35 % of advised customers buying within the week",
            "the decision is large and the wording of policies is not trusted",
        ),
        (Aim("advised-sales", "video-advice", "desk", 11, 0.27, 0.352, 0.350, 0.280, noise=0.06),),
        (
            Stage(90, "Four advisers and a booking page", "Ten families would book again", 0),
            Stage(160, "Twelve advisers, evenings too", "More than 28 % buy after twelve weeks", 100),
        ),
    ),
    Story(
        "DS-07", "Quote by voice assistant", "direct", "grow-direct", "sofia.almeida",
        ("pricing",), "discovery", 3, 217, 90, "too small",
        (
            "a motor quote in a spoken dialogue", "owners of a smart speaker",
            "half of the dialogues reaching a price", "speaking is quicker than forty form fields",
        ),
        (Aim("quote-completion", "voice-quote", "direct", 6, 0.45, 0.485, 0.50, 0.40, noise=0.08,
             starts_with_bet=True),),
        (
            Stage(120, "One assistant, one language", "Twenty spoken dialogues with test users", 0),
            Stage(260, "Second assistant", "More than 40 % of dialogues reach a price", 180),
        ),
    ),
    Story(
        "DS-08", "Comparison portal price feed", "direct", "grow-direct", "marta.kowalczyk",
        ("quote-and-buy", "pricing"), "run", 1, 505, 40, "on track",
        (
            "prices of the same minute on the three large portals", "drivers who compare prices",
            "9.5 % of portal quotes becoming a policy", "a price that changes on the click loses one in four",
        ),
        (Aim("quote-conversion", "portal-feed", "direct", 5200, 0.0905, ((0, 0.093), (30, 0.0953)), 0.095, 0.091),),
        (
            Stage(400, "Feed to the first portal", "Contract signed", 0),
            Stage(800, "Second and third portal", "Conversion above 9.1 % for eight weeks", 90),
            Stage(500, "Prices for young drivers", "Target of 9.5 % reached", 300),
        ),
    ),
]  # fmt: skip
