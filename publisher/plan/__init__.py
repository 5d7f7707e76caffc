"""Decide what to send and queue it; nothing here sends."""

from publisher.plan.explain import Why
from publisher.plan.planner import Planner
from publisher.plan.proposals import NoteProposal, Proposal

__all__ = ["NoteProposal", "Planner", "Proposal", "Why"]
