"""The text of config.yaml: YAML with lines, secrets and variables."""
