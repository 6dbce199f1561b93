"""The rule replayed over stored signals, as they were known on each day: what it flagged, and what another would have.

`policy` says what may be changed, `known` what was known when, `evidence` reads outcomes night by night, `replay` flags
bets night by night, `compare` sets two policies beside each other. Nothing here writes anything.
"""
