"""What makes time pass: they tick and hold no state."""
