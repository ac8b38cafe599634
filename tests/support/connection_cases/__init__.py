"""Every way in which connecting a store fails, each with the one line that the user sees."""

from tests.support.connection_cases import keys, roads, settings, sites
from tests.support.connection_cases.case import THEME, UNKNOWN_KEY, Case, ClosedWithoutKey, Instead, LosesQuery

CASES = (*keys.case, *sites.case, *roads.case, *settings.case)

__all__ = ["CASES", "THEME", "UNKNOWN_KEY", "Case", "ClosedWithoutKey", "Instead", "LosesQuery"]
