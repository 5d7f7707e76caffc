"""Publisher: a newsletter and social publishing bot for static sites."""
