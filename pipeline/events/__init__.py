"""Who did what to whom, when, said by whom, and did it happen."""
