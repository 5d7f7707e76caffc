"""An edition as it would be had nothing been sent: for what it looks like, never to be sent."""

from dataclasses import replace
from datetime import datetime

from publisher.plan.planner import Planner
from publisher.plan.proposals import Proposal


def rehearse(planner: Planner, newsletter: str, now: datetime) -> Proposal:
    """The fullest edition that `newsletter` could send `now`; asks for no page.

    Where nothing is young enough, it is the one on the day of the newest post.

    Raises:
        TemplateError: a template is wrong.
    """
    unasked = replace(planner.chooser, live=replace(planner.chooser.live, is_live=None))
    rehearsing = replace(planner, chooser=unasked)
    proposal = rehearsing.propose(newsletter, now, now, again="rehearsal")
    dates = [post.date for post in planner.posts() if post.date and post.date <= now]
    if not proposal.empty_because or not dates:
        return proposal
    return rehearsing.propose(newsletter, max(dates), max(dates), again="rehearsal")
