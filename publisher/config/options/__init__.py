"""The options of each block, as pydantic models."""
