"""What the leads of the sample have written down besides their outcomes: assumptions, premortems, effort, worth."""

from decimal import Decimal
from typing import Any

from portfolio.sample.shapes import Thought

# By bet: what must be true, how important it is, and what would tell next.
THOUGHTS: dict[str, tuple[Thought, ...]] = {
    "DS-01": (
        Thought(
            "Drivers trust a quote that already knows their car.", 5, "Ask 12 who left at the price what they thought."
        ),
        Thought("The registry answers within two seconds, also on Monday mornings.", 4, "Load test at the registry."),
        Thought(
            "Vans and motorcycles are in the registry as completely as cars.", 4, "Look 500 number plates of vans up."
        ),
    ),
    "DS-02": (
        Thought(
            "People leave because they are asked for contact details, not because of the price.",
            5,
            "Exit question on the page with the old order.",
        ),
        Thought(
            "Without contact details we do not lose the reminder that brings one in nine back.",
            3,
            "Compare later purchases of both groups after six weeks.",
        ),
    ),
    "DS-03": (
        Thought(
            "A countdown helps people to decide and does not press them.", 5, "Show it to eight customers and listen."
        ),
        Thought("The price guarantee is really limited, so that the clock tells the truth.", 5, ""),
    ),
    "DS-04": (
        Thought("Three levels are easier to choose from than eleven single covers.", 4, ""),
        Thought("The middle level does not take customers from the highest one.", 3, "Mix by week since the start."),
    ),
    "DS-05": (
        Thought(
            "The yearly amount, not the price, keeps younger drivers from buying.",
            5,
            "Ten interviews with those who left.",
        ),
        Thought(
            "Paying monthly does not bring more people who stop paying.", 4, "Reminders in the pilot after six months."
        ),
    ),
    "DS-06": (
        Thought(
            "Families want to talk to somebody before they insure a house.",
            4,
            "Offer the talk to every second visitor.",
        ),
        Thought("One adviser can hold ten talks a day.", 4, "Plan a week with evening hours."),
        Thought("Advice by video sells as well as advice in a branch.", 3, ""),
    ),
    "DS-07": (
        Thought("People speak of their car to a loudspeaker as they would to a person.", 4, "Twenty more dialogues."),
    ),
    "DS-08": (Thought("The portals keep our price on top for as long as it is the best.", 4, ""),),
    "CL-01": (
        Thought("A photo shows enough of a dent to name its cost within 8 %.", 5, "500 old claims with hidden damage."),
        Thought("Partner garages accept our estimate as their order.", 4, "Contract with three garages."),
    ),
    "CL-02": (
        Thought("Claims under €2,000 are paid as notified in nine of ten cases.", 4, ""),
        Thought("The rules hold in a season with storms.", 5, "Run last year's storm claims through them."),
    ),
    "CL-03": (
        Thought(
            "Repair shops keep their calendars up to date by themselves.",
            5,
            "Compare entries of 40 shops with their days.",
        ),
        Thought("Free shops are as good as those that we would have chosen.", 3, ""),
    ),
    "CL-05": (Thought("Who knows where the claim stands does not call.", 5, ""),),
    "CL-06": (
        Thought(
            "New handlers follow a suggestion that they do not know the reason of.",
            4,
            "Sit beside five of them for a day.",
        ),
    ),
    "CL-07": (
        Thought(
            "A flight within two days of a storm is allowed and possible.", 5, "Ask both authorities for their logs."
        ),
    ),
    "SV-01": (
        Thought(
            "Who is called early stays for the review, not for a discount.",
            4,
            "Renewals with and without a lower price.",
        ),
    ),
    "SV-02": (Thought("Customers find the change in the app without being told.", 3, ""),),
    "SV-03": (
        Thought(
            "An answer in writing is as good as one from a colleague.", 5, "Two experts grade 200 answers blindly."
        ),
        Thought("Who is answered at night does not call in the morning.", 3, ""),
    ),
    "NB-01": (
        Thought("Dealers offer the cover also when nobody asks for it.", 5, "Mystery purchases at eight dealers."),
    ),
    "NB-02": (
        Thought(
            "At the moment of payment passengers think of what may go wrong.",
            5,
            "Move the box before the payment page.",
        ),
        Thought("The airline shows our box as prominently as agreed.", 4, ""),
    ),
    "NB-03": (Thought("Who drives little is willing to share every trip.", 5, "Offer sharing of kilometres only."),),
    "NB-05": (Thought("Workshops know that they can be attacked.", 4, "Talk to the chamber about last year's cases."),),
    "NB-08": (
        Thought("Landlords accept a guarantee in place of money.", 5, "Ask the ten largest of the city."),
        Thought("Tenants can afford the yearly fee beside the rent.", 4, "Thirty interviews at the portal."),
    ),
}

# By bet: it has failed, a year from now. Why?
PREMORTEMS = {
    "DS-01": "The registry raised its price per request. Two brands were never connected because their systems were"
    " being replaced. The press wrote of us as the insurer that knows your car, and quotes fell for a month.",
    "DS-02": "Conversion rose and the premium per policy fell: people bought the smallest cover because nobody could"
    " advise them any more.",
    "DS-06": "Advisers were booked out on weekday evenings and idle in the morning. Families came, were advised well,"
    " and bought at the portal for ten euros less.",
    "CL-01": "Garages found hidden damage in every fifth car and sent a second invoice. The estimate stood, the"
    " customer was angry, and handlers spent the time they had saved on complaints.",
    "SV-03": "It answered quickly and wrongly on exactly the covers on which people decide. Nobody noticed for weeks,"
    " because those who were misled had no reason to complain before their claim.",
    "NB-08": "Landlords took the guarantee and the deposit. The portal built its own offer with a bank.",
}

# By bet: team-weeks that it takes of each of its teams.
EFFORTS: dict[str, dict[str, Decimal]] = {
    "DS-01": {"quote-and-buy": Decimal(26)}, "DS-02": {"quote-and-buy": Decimal(9)}, "DS-03": {"pricing": Decimal(7)},
    "DS-04": {"pricing": Decimal(31)}, "DS-06": {"quote-and-buy": Decimal("6.5")},
    "DS-08": {"quote-and-buy": Decimal(14), "pricing": Decimal(12)}, "CL-01": {"claims-intake": Decimal(34)},
    "CL-03": {"repair-network": Decimal(29)},
    "SV-03": {"contact-centre": Decimal(22)}, "NB-02": {"embedded": Decimal(24)},
    "NB-08": {"small-business": Decimal(8), "embedded": Decimal(4)},
}  # fmt: skip

# By team: what a week of it costs, in thousands of euros. One team has no rate yet.
RATES = {
    "quote-and-buy": 21, "pricing": 17, "claims-intake": 24, "repair-network": 16, "app": 26, "contact-centre": 15,
    "embedded": 23,
}  # fmt: skip

# By bet: how the outcome turns into the value that was agreed.
CONVERSIONS = {
    "DS-01": "One point of conversion is 2,300 policies a year at €610 of margin over three years.",
    "DS-02": "One per cent more policies is 800 a year at €640 of margin over three years.",
    "DS-06": "One adviser sells 190 policies a year at €910 of margin over three years.",
    "CL-01": "A day less until payment saves €3.10 of handling in each of 210,000 claims.",
    "CL-03": "Ten euros of repair cost are €560,000 a year.",
    "NB-02": "One point attached is 310,000 covers a year at €4.10 of margin.",
}

# By bet: the day on which the money of its last tranche is used up, days after its start.
LASTS = {"SV-05": 140, "NB-02": 330, "DS-06": 375}

# What product operations allow to discovery bets: thousands of euros, days, most strength of their evidence.
ALLOWANCE = (250, 300, 3)

# Templates of product operations: key, and what it fills in.
TEMPLATES: dict[str, dict[str, Any]] = {
    "new-offer": {
        "name": "New offer",
        "guidance": "For covers and services that nobody has bought from us yet. Talk to customers before you build.",
        "stage": "discovery", "horizon": 2,
        "change": "a cover against …", "whom": "people who …", "result": "… % of them buying it",
        "reason": "today they …",
        "premortem": "Who did not buy, and why? Which partner left? What did the supervisor forbid?",
        "assumptions": ["They have the problem and know it.", "They would pay for it.", "We can settle its claims."],
        "tranches": [
            ["Talk to twenty customers, sell ten by hand", "Ten name the problem unasked"],
            ["First version for one group", "The first outcome is above its kill line for eight weeks"],
        ],
    },
    "better-journey": {
        "name": "Better customer journey",
        "guidance": "For changes of what customers do with us already. Compare with a control group where you can.",
        "stage": "validation", "horizon": 1,
        "change": "…", "whom": "customers who …", "result": "… % of them …, from … %", "reason": "most give up where …",
        "premortem": "Which group was worse off? What moved to another channel? What did the average hide?",
        "assumptions": ["This step is why they give up.", "Nothing else gets worse for it."],
        "tranches": [
            ["Experiment on a part of the traffic", "Legal review passed"],
            ["Rollout", "The lift is shown against control"],
        ],
    },
}  # fmt: skip
