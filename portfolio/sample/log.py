"""What happened on the bets of the sample, by people: evidence logged, releases, forecasts, talk, gates, value."""

from portfolio.sample.shapes import Found, Learnt, Said, Shipped, Sure, Talk, Worth

# `bears` names what is supported (+) or opposed (-): a1 is the first assumption, o1 the first outcome.
FINDINGS = (
    Found("DS-01", 190, "interview", 2, "Talked to 26 drivers who had left the quote.",
          "Seventeen did not have their vehicle papers at hand; four distrusted the price.",
          "Vehicle data is the main reason to leave.", "+a1", confirmed=True),
    Found("DS-01", 150, "prototype", 4, "Let 14 drivers type their number plate in a clickable prototype.",
          "Twelve corrected nothing and went on; two asked how we knew.",
          "One line that says where the data come from takes the fright away.", "+a1", confirmed=True),
    Found("DS-01", 95, "behaviour", 4, "Measured the registry for a week with live quotes.",
          "Monday mornings it answered within 1.4 seconds in 98 of 100 requests.",
          "It is quick enough; a second try covers the rest.", "+a2", confirmed=True),
    Found("DS-01", 24, "market-data", 3, "Compared the registry's own count of vans with the federal statistics.",
          "One van in nine is missing, most of them older than twelve years.",
          "Vans need the old questions as a fallback.", "-a3"),
    Found("DS-01", 8, "launch-data", 5, "Read conversion after the last brand was connected.",
          "It stays above the target for the fifth week.", "The effect holds beyond the first brand.", "+o1",
          snapshot=True),
    Found("DS-02", 140, "survey", 2, "Asked on the exit of the quote page for the reason.",
          "41 % of 620 answers name the contact details.", "People say it is the order, not the price.", "+a1",
          confirmed=True),
    Found("DS-02", 30, "behaviour", 4, "Followed both groups for six weeks after their visit.",
          "Later purchases differ by less than one in a hundred.", "The reminder is not missed.", "+a2"),
    Found("DS-03", 50, "prototype", 4, "Showed the countdown to eight customers.",
          "Five said that they felt pressed; two looked for the small print.",
          "The clock costs trust where the price is high.", "-a1", confirmed=True),
    Found("DS-03", 20, "opinion", 1, "Asked the head of pricing whether the guarantee is limited.",
          "It is renewed for anybody who asks.", "The clock does not tell the truth.", "-a2"),
    Found("DS-04", 260, "prototype", 4, "Let 30 visitors choose between three levels and eleven covers.",
          "With levels 22 of 30 decided within three minutes, with covers nine.", "Levels are easier.", "+a1",
          confirmed=True),
    Found("DS-05", 35, "interview", 2, "Talked to ten drivers under 35 who had left at the price.",
          "Six named the amount at once, four the price itself.", "It is the amount for most.", "+a1"),
    Found("DS-06", 230, "behaviour", 4, "Offered the talk to every second visitor of the house page.",
          "7.3 % booked one, and two in three kept the appointment.", "Families want to talk.", "+a1", confirmed=True),
    Found("DS-06", 75, "behaviour", 4, "Counted the talks of four advisers for six weeks.",
          "They held 6.2 a day; mornings are empty.", "Ten a day are out of reach without evenings.", "-a2"),
    Found("DS-06", 12, "interview", 2, "Asked eleven families after their talk what it was worth to them.",
          "Seven would have paid 20 euros, none 50.", "There is a price, and it is small.", "+l1"),
    Found("DS-08", 330, "experiment", 5, "Compared the price of the minute with the price of the day on one portal.",
          "Clicks that saw another price fell from 11 % to 2 %.", "The price of the minute works.", "+a1,+o1",
          confirmed=True),
    Found("CL-01", 205, "market-data", 3, "Ran 500 old glass claims through the estimate.",
          "The error was 6.1 %.", "Good enough for glass.", "+a1", confirmed=True),
    Found("CL-01", 60, "behaviour", 4, "Followed 240 dents to their final invoice.",
          "In 31 of them hidden damage made the invoice more than 8 % higher.", "Dents are harder than glass.", "-a1"),
    Found("CL-02", 250, "market-data", 3, "Ran last year's claims under €2,000 through the rules.",
          "88 % would have been paid as notified.", "The rules fit a quiet season.", "+a1", confirmed=True),
    Found("CL-02", 100, "launch-data", 5, "Read the weeks of both storms of the spring.",
          "The share without a handler fell to 19 %.", "The rules do not hold in a storm.", "-a2", confirmed=True),
    Found("CL-03", 110, "behaviour", 4, "Compared the entries of 40 shops with the days on which cars came.",
          "Eleven shops had entered fewer than half of their appointments.", "Shops do not keep it up.", "-a1",
          confirmed=True),
    Found("CL-05", 120, "behaviour", 4, "Looked at callers who had received two messages.",
          "They called half as often as those without.", "Messages replace calls.", "+a1", confirmed=True),
    Found("CL-06", 90, "prototype", 4, "Sat beside five new handlers for a day.",
          "They followed 34 of 60 suggestions, and none without its reason.", "A suggestion needs its reason.", "-a1"),
    Found("SV-03", 70, "experiment", 5, "Two experts graded 200 answers without knowing who had written them.",
          "The assistant was right in 151, colleagues in 186.", "It is not as good as a colleague yet.", "-a1",
          confirmed=True),
    Found("SV-01", 300, "experiment", 5, "Called half of 4,000 customers, without a lower price for any.",
          "84.9 % of them stayed, 83.4 % of the others.", "The talk itself keeps people.", "+a1,+o1", confirmed=True),
    Found("NB-01", 200, "behaviour", 4, "Bought used cars at eight dealers as a customer.",
          "The cover was offered at five of them.", "Dealers forget it where sellers change often.", "-a1"),
    Found("NB-02", 40, "survey", 2, "Asked 300 passengers why they had not ticked the box.",
          "A third had not seen it, a third has cover by their card.", "The box is not where we agreed it would be.",
          "-a1,-a2"),
    Found("NB-03", 120, "survey", 2, "Asked 410 drivers what they would share.",
          "79 % would share kilometres, 46 % trips.", "Kilometres may be enough.", "-a1", confirmed=True),
    Found("NB-08", 3, "interview", 2, "Asked four large landlords of the city.",
          "Two accept a guarantee today, one would with a bank behind it.", "Landlords are not the wall we feared.",
          "+a1"),
)  # fmt: skip

RELEASES = (
    Shipped("DS-01", 165, "First brand", "Half of its visitors, all after a week."),
    Shipped("DS-01", 70, "All brands on the phone", ""),
    Shipped("DS-01", 33, "Desktop", "Cars only; vans see the old questions."),
    Shipped("DS-02", 148, "New order for half of the visitors", ""),
    Shipped("DS-04", 250, "Three levels for flats", ""),
    Shipped("DS-04", 180, "Houses", "With a new tariff."),
    Shipped("DS-08", 480, "First portal", ""),
    Shipped("DS-08", 390, "Second and third portal", ""),
    Shipped("CL-01", 200, "Glass", ""),
    Shipped("CL-01", 120, "Dents, two brands", ""),
    Shipped("SV-02", 150, "Address and bank account", ""),
    Shipped("SV-02", 60, "Vehicle", "With a photo of the papers."),
    Shipped("SV-03", 88, "Assistant for 40 questions", ""),
    Shipped("NB-02", 75, "Box at the first airline", ""),
)

# Person, bet, days ago, outcome or gate, per cent, why.
FORECASTS = (
    Sure("marta.kowalczyk", "DS-01", 150, "o1", 55, "The prototype worked; the registry is the risk."),
    Sure("marta.kowalczyk", "DS-01", 60, "o1", 75, "All brands are above the line."),
    Sure("marta.kowalczyk", "DS-01", 10, "o1", 90, "Five weeks above the target."),
    Sure("marta.kowalczyk", "DS-01", 10, "t3", 80, "Finance has seen the numbers."),
    Sure("marta.kowalczyk", "DS-08", 100, "o1", 60, ""),
    Sure("marta.kowalczyk", "DS-06", 200, "o1", 65, "Families like it."),
    Sure("marta.kowalczyk", "DS-06", 70, "o1", 45, "Advisers cannot hold ten talks a day."),
    Sure("sofia.almeida", "DS-03", 55, "o1", 60, ""),
    Sure("sofia.almeida", "DS-04", 120, "o1", 70, ""),
    Sure("jonas.lindqvist", "CL-01", 90, "o1", 70, ""),
    Sure("jonas.lindqvist", "CL-03", 120, "o1", 55, ""),
    Sure("luca.moretti", "NB-02", 60, "o1", 70, "The contract is good."),
    Sure("helena.brandt", "DS-01", 20, "o1", 80, ""),
    Sure("helena.brandt", "NB-02", 30, "o1", 25, "Passengers tick nothing."),
    Sure("ingrid.solberg", "DS-01", 20, "o1", 70, ""),
)

# Who says what on which bet, days ago; `asks` has to answer within so many days; `answers` is the place of a remark
# before in this list.
TALK = (
    Talk(
        "DS-01",
        9,
        "ingrid.solberg",
        "How much of the rise is the new price list of October, and how much the number plate?",
        asks="marta.kowalczyk",
        within=16,
    ),
    Talk(
        "DS-01",
        6,
        "helena.brandt",
        "Good to see it hold on the phone. @Marta Kowalczyk, take the vans out of the next"
        " tranche if the registry is not ready.",
        mentions=("marta.kowalczyk",),
    ),
    Talk(
        "DS-02",
        12,
        "helena.brandt",
        "What happens to the reminder by e-mail when nobody leaves an address?",
        asks="marta.kowalczyk",
        within=7,
    ),
    Talk(
        "DS-02",
        10,
        "marta.kowalczyk",
        "We looked: later purchases differ by less than one in a hundred. It is in the evidence of last month.",
        answers=2,
    ),
    Talk(
        "SV-03",
        14,
        "ingrid.solberg",
        "The second tranche is planned although complaints rise. What would stop it?",
        asks="aoife.byrne",
        within=10,
    ),
    Talk(
        "NB-02",
        20,
        "daniel.hoffmann",
        "The box is on the third page in the recording of 2 October. @Luca Moretti, does"
        " the contract say where it stands?",
        mentions=("luca.moretti",),
    ),
)

# Whether the gates that have passed were met.
GATES = (
    Said("DS-01", 1, 196, "helena.brandt", True, "26 interviews, 17 of them name vehicle data."),
    Said("DS-01", 2, 126, "helena.brandt", True, "11.6 % for eight weeks."),
    Said("DS-08", 2, 415, "ingrid.solberg", True, "9.3 % for nine weeks."),
    Said("CL-03", 2, 54, "ingrid.solberg", False, "Repair cost stands at €1,842 after twelve weeks."),
    Said("SV-02", 2, 98, "helena.brandt", True, "57.1 % for eight weeks."),
)

# Gates that have passed and of which nobody has said anything; all others of more than a month ago were met.
UNSAID = {("DS-06", 2), ("SV-07", 2), ("CL-06", 2)}

# Value that finance has found, in thousands of euros, by month before this one.
REALISED = (
    *(Worth("DS-08", months, 96 + 7 * (12 - months), "Policies through portals at the margin agreed.")
      for months in range(12, 0, -1)),
    *(Worth("CL-08", months, 31 + 3 * (12 - months), "Days saved, at the cost of handling agreed.")
      for months in range(12, 0, -1)),
    *(Worth("CL-04", months, 210 - 9 * months, "Confirmed fraud that was not paid, less the cost of looking.")
      for months in range(6, 0, -1)),
    *(Worth("SV-01", months, 330 + 11 * (9 - months), "Renewals kept beyond those without a call.")
      for months in range(9, 0, -1)),
    *(Worth("NB-01", months, 55, "Covers attached at the margin agreed.") for months in range(4, 0, -1)),
)  # fmt: skip

# What discovery bets are to find out where no series can tell.
LEARNING = (
    Learnt("DS-06", "question", "Would families pay for the talk if it were free of selling?", "helena.brandt", 0, 290),
    Learnt("DS-06", "behaviour", "Families who send a friend after their talk", "", 20, 295),
    Learnt("SV-08", "behaviour", "Reviews that name a request by its subject", "", 50, 100),
)
