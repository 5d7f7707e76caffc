"""Decide what to send and queue it; nothing here sends."""

from publisher.plan.planner import Planner
from publisher.plan.proposals import NoteProposal, Proposal
from publisher.plan.whys import Why

__all__ = ["NoteProposal", "Planner", "Proposal", "Why"]
