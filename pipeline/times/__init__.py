"""Date expressions and the intervals that they denote."""
