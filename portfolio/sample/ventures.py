"""Bets of the domain New business."""

from portfolio.sample.shapes import Aim, Stage, Story

STORIES = [
    Story(
        "NB-01", "Cover inside the car dealer's checkout", "ventures", "grow-direct", "luca.moretti",
        ("embedded",), "acceleration", 2, 364, 180, "on track",
        (
            "our motor cover inside the checkout of car dealers", "buyers of a used car",
            "8.0 % of sales with our cover attached", "the buyer must insure the car before it leaves the yard",
        ),
        (Aim("attached-cover", "dealer-checkout", "ventures", 900, 0.055, ((0, 0.0785), (50, 0.0812)), 0.080, 0.066),),
        (
            Stage(900, "Two dealer groups", "Both groups sign for a year", 0),
            Stage(2100, "Twelve groups", "More than 6.6 % attached for twelve weeks", 130),
            Stage(3000, "Leasing partners, two countries", "Target of 8.0 % held for a quarter", 380),
        ),
    ),
    Story(
        "NB-02", "Travel cover at the airline", "ventures", "grow-direct", "luca.moretti",
        ("embedded",), "validation", 2, 77, 55, "cease",
        (
            "travel cover as a box on the airline's payment page", "passengers on flights within Europe",
            "6.0 % of bookings with our cover attached, from 4.9 % by e-mail",
            "the moment of payment is when trouble is imagined",
        ),
        (Aim("attached-cover", "airline-box", "ventures", 4100, 0.049, ((0, 0.046), (20, 0.0415)), 0.060, 0.048),),
        (
            Stage(450, "Integration with one airline", "Contract with a share of 30 %", 0),
            Stage(1300, "Two more airlines", "More than 4.8 % attached for eight weeks", 100),
            Stage(1600, "Hotels and rail", "Target of 6.0 % reached", 260),
        ),
    ),
    Story(
        "NB-03", "Pay as you drive", "ventures", "keep-customers", "luca.moretti",
        ("embedded",), "validation", 3, 245, 200, "pivot",
        (
            "a price that follows the kilometres and the style of driving", "drivers with fewer than 9,000 km a year",
            "70 % of drivers sharing their trips", "those who drive little know that they pay for others",
        ),
        (Aim("trips-shared", "pay-as-you-drive", "ventures", 520, 0.52, ((0, 0.57), (60, 0.622)), 0.700, 0.550,
             noise=0.04),),
        (
            Stage(1100, "Device and tariff for 2,000 drivers", "Data protection officer agrees", 0),
            Stage(1900, "20,000 drivers", "More than 55 % share their trips", 150),
            Stage(2600, "Open to every new customer", "At or above 70 % for a quarter", 420),
        ),
    ),
    Story(
        "NB-04", "Small business cover in ten minutes", "ventures", "grow-direct", "luca.moretti",
        ("small-business",), "validation", 2, 336, 150, "on track",
        (
            "a liability cover bought in ten minutes", "firms with up to 20 people",
            "14 % of their quotes becoming a policy", "brokers do not answer firms of this size",
        ),
        (
            Aim("small-business-conversion", "small-business-online", "ventures", 240, 0.112,
                ((0, 0.128), (50, 0.1425)),
                0.140, 0.118),
            Aim("premium-per-policy", "small-business-premium", "ventures", 34, 640.0,
                ((0, 660.0), (50, 688.0)), 680.0, 630.0),
        ),
        (
            Stage(700, "Twelve trades", "Wording of covers read by 20 owners", 0),
            Stage(1400, "Sixty trades", "More than 11.8 % for twelve weeks", 140),
            Stage(1100, "Contents and machines", "Both targets reached", 360),
        ),
    ),
    Story(
        "NB-05", "Cyber cover for workshops", "ventures", "", "luca.moretti",
        ("small-business",), "discovery", 3, 189, 110, "too small",
        (
            "a cyber cover with help within the hour", "workshops and practices without own IT",
            "20 % of quotes becoming a policy", "the first hour decides on the damage and nobody knows whom to call",
        ),
        (Aim("small-business-conversion", "cyber-workshops", "ventures", 5, 0.15, 0.172, 0.200, 0.130, noise=0.08,
             starts_with_bet=True),),
        (
            Stage(200, "Help desk partner and 100 policies", "Reinsurer takes 70 %", 0),
            Stage(480, "Sale through chambers of commerce", "More than 13 % on 1,500 quotes", 160),
        ),
    ),
    Story(
        "NB-06", "Cover on a marketplace for used goods", "ventures", "grow-direct", "luca.moretti",
        ("embedded",), "discovery", 3, 63, 120, "missing file",
        (
            "cover against defects on a marketplace for used goods", "buyers of electronics above €200",
            "3.0 % of sales with our cover attached", "fear of a defect is the first reason not to buy used",
        ),
        (Aim("attached-cover", "marketplace", "marketplace", 1500, 0.02, 0.026, 0.030, 0.020),),
        (
            Stage(150, "One category in one country", "Marketplace delivers sales data", 0),
            Stage(350, "Five categories", "More than 2.0 % attached for eight weeks", 90),
        ),
    ),
    Story(
        "NB-07", "Bundle of home and bicycle", "ventures", "grow-direct", "luca.moretti",
        ("small-business",), "validation", 1, 98, 60, "split",
        (
            "a bicycle cover offered together with home", "visitors of the home page",
            "at least 5 % more premium per visitor than without the bundle",
            "bicycles have become the dearest thing in the cellar",
        ),
        (Aim("premium-per-visitor", "bicycle-bundle/premium", "experiments", 1800, 31.0, 0.03, 0.05, 0.0, "relative",
             share=0.53, starts_with_bet=True),),
        (
            Stage(170, "Tariff and experiment", "Tariff approved by the actuaries", 0),
            Stage(290, "Rollout with partners", "Lift of at least 5 % shown against control", 100),
        ),
    ),
    Story(
        "NB-08", "Rent guarantee for tenants", "ventures", "keep-customers", "luca.moretti",
        ("small-business", "embedded"), "discovery", 2, 6, 150, "just starting",
        (
            "a guarantee in place of the rent deposit", "tenants who move to a city",
            "9.0 % of portal visitors with a guarantee attached", "three months' rent is locked away in each tenancy",
        ),
        (Aim("attached-cover", "rent-guarantee", "ventures", 310, 0.07, 0.085, 0.090, 0.070, starts_with_bet=True),),
        (
            Stage(150, "One portal, one city", "Contract with the portal", 0),
            Stage(600, "Ten cities", "More than 7.0 % attached for eight weeks", 80),
            Stage(1200, "Landlords' portals", "Target of 9.0 % reached", 170),
        ),
    ),
    Story(
        "NB-09", "Electric car battery cover", "ventures", "grow-direct", "luca.moretti",
        ("embedded",), "discovery", 2, 3, 190, "draft",
        (
            "a cover for the battery of used electric cars", "buyers of an electric car older than four years",
            "5.0 % of sales with our cover attached", "the battery is half of the price and its state is unknown",
        ),
        (Aim("attached-cover", "battery-cover", "ventures", 180, 0.03, 0.04, 0.050, 0.030, starts_with_bet=True),),
        (
            Stage(180, "Battery test with a partner", "Test agrees with the workshop in 95 of 100 cars", 20),
            Stage(520, "Forty dealers", "More than 3.0 % attached for eight weeks", 110),
        ),
        draft=True,
    ),
]  # fmt: skip
