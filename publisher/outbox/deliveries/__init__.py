"""Deliveries: claimed, settled, counted, and what a person does with them."""
