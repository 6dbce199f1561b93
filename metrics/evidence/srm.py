"""Sample ratio mismatch: is the split of exposures the planned one?"""

import numpy as np

from metrics.evidence.mixtures import Floats, beta_ratio

CONCENTRATION = 100.0


def log_e(treatment: Floats, control: Floats, share: Floats) -> Floats:
    """Dirichlet-multinomial e-process on cumulative counts (Lindon & Malek 2022); valid at every moment."""
    a, b = CONCENTRATION * share, CONCENTRATION * (1 - share)
    out: Floats = beta_ratio(a, b, treatment, control) - treatment * np.log(share) - control * np.log1p(-share)
    return out
