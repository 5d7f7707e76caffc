"""How much may go out now: rates, quotas, quiet hours."""
