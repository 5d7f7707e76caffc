"""What mail servers say when they refuse: words by what they are about.

No pattern has one repetition inside another, and every gap is bounded: a hostile server's words are
read as fast as any other's. All of them are searched in lower case.
"""

import re
from typing import Final

_MAILS: Final = r"(?:e-?mails?|mails?|messages?|recipients?)"
_SOME: Final = r"(?:\S{1,40} ){0,3}"

CONNECTIONS: Final = re.compile(
    rf"too many {_SOME}(?:connections|connects|sessions|transactions|channels|threads)"
    rf"|(?:concurrent|simultaneous|parallel) {_SOME}(?:connect|session|transaction|deliver|thread)"
    r"|(?:connections?|sessions?|transactions?|threads?) (?:\w+ )?(?:count |rate )?limit"
    rf"|max\w* {_SOME}(?:connections|sessions|transactions)\b"
    rf"|(?:number|limit) (?:of|on) {_SOME}(?:connections|sessions|transactions)\b"
)
SESSION: Final = re.compile(
    rf"{_MAILS} {_SOME}(?:this|per|one|single|same|a) (?:smtp )?(?:session|connection)"
    r"|(?:session|connection) (?:has )?(?:sent|carried) (?:too many|enough)"
)
RECIPIENT_THROTTLED: Final = re.compile(
    r"is receiving (?:e?-?mail|messages|too much)"
    r"|receiving .{0,30}(?:at a rate|too (?:quickly|fast|much|many))"
    rf"|recipient address rate|{_MAILS} (?:to|for) this (?:recipient|user|mailbox|address)"
    r"|recipient.{0,30}(?:receiv\w+|per.hour|message) .{0,20}limit|receive limit"
)
FULL: Final = re.compile(
    r"over ?-?quota|disk quota|out of (?:storage|disk|space)|(?:insufficient|no) (?:\w+ )?space"
    r"|quota (?:is |has been |was )?(?:exceeded|full|reached)|exceed\w* .{0,40}(?:quota|storage)"
    r"|(?:mail ?box|inbox|mail ?drop|recipient|user|account)\S{0,60} .{0,30}\b(?:full|over)\b"
    r"|mailbox .{0,30}(?:limit|exceed)|storage (?:is )?full"
)
SENDING: Final = re.compile(
    r"\bsend(?:ing|ers?|s)?\b|out-?going|\brelay|per.?hour|hourly|per.?day|daily|\d.?hours?\b"
    r"|per.?(?:minute|month)|monthly|today|\byour (?:\w+ ){0,3}(?:quota|limit|allowance|plan)"
    r"|e-?mail (?:limit|quota)|message (?:limit|quota)|\bcredits?\b|\byou (?:have|are) .{0,20}quota"
)
TOO_LONG: Final = re.compile(
    r"(?:message|mail|content|body|attachment)s? .{0,40}too (?:large|big|long)"
    r"|\bsize\b.{0,40}(?:exceed|limit|max|large)|(?:exceed|max|limit)\w* .{0,40}\b(?:size|bytes)\b"
    r"|too (?:large|big)\b|message length|larger than"
)
QUOTA: Final = re.compile(
    r"(?:quota|limit|allowance|allotment|credits?|threshold)s?\b.{0,60}"
    r"(?:exceed|reach|\bhit\b|used up|exhaust|\bover\b)"
    r"|(?:exceed\w*|reached|\bover|\bhit|beyond|above|out of) .{0,80}"
    r"(?:quota|limit|allowance|allotment|credits|threshold|max emails|maximum)"
    rf"|max\w* (?:number of |\d+ )?{_MAILS} .{{0,40}}(?:per|hour|day|24|exceed|sent)"
    r"|exceeded the (?:max|number of)|sent \d{1,9} ?(?:/|of|out of) ?\d|limited to \d"
    r"|maximum credits|per.?(?:hour|day) .{0,20}limit"
    rf"|too many {_MAILS} {_SOME}(?:today|this hour|sent|per.?hour|per.?day|in the last|in \d)"
    r"|unusual(?:ly)? .{0,40}(?:activity|volume|rate)"
    r"|(?:daily|hourly|monthly) .{0,30}(?:limit|quota)"
)
RATE: Final = re.compile(
    r"(?<!bounce )(?<!complaint )(?<!spam )\brates?\b|rate-?limit|throttl|ratelimit"
    r"|too (?:fast|quickly|frequent|much mail)"
    rf"|too many (?:\w+ )?(?:{_MAILS}|requests|attempts|logins?)"
    r"|slow(?:ing)? down|per.?(?:second|minute)\b|too many .{0,30}(?:second|minute)"
)
NOT_A_QUOTA: Final = re.compile(
    r"\bspam.{0,20}(?:score|threshold|limit)|\bscore|virus|\bhops?\b|\bloop"
    r"|\blines?\b|lookups?|too many recipients$"
)
SENDER: Final = re.compile(
    rf"\bsender(?:'s)?:? {_SOME}(?:verif|reject|deni|refus|not\b|can ?not|\S+n't\b|invalid|unknown"
    r"|block|unauth|mismatch|is\b|domain|id\b|ident|polic|does\b|must\b|listed|banned)"
    r"|(?:verif\w+|unverified|invalid|unknown|bad|reject\w*|block\w*|outbound|unauthori[sz]ed) "
    r"(?:\S+ )?(?:sender|from)\b"
    r"|\bfrom:? (?:address|header|field|domain|e-?mail|identity)|return.?path"
    r"|(?<!outgoing )\bmail ?from\b"
    r"|envelope.from|send ?as\b|on behalf of|not owned|sender identity|verified (?:domain|identit)"
    rf"|verify your|verif\w+ {_SOME}sender|verification pending"
    r"|address(?:es)? (?:is|are|was) not verified|not (?:been )?verified|identities failed"
    rf"|\bdomain {_SOME}(?:not|n't) (?:been )?"
    r"(?:verif|allow|authori|permit|registered|activat|config)"
    r"|not (?:\w+ )?(?:authori[sz]ed|permitted|allowed) (?:to|for) (?:send|use|relay|deliver)"
    r"|\bspf\b|\bdkim\b|\bdmarc\b|unauthenticated|not authenticated|authentication checks"
    r"|authentication (?:is )?required|(?:log ?in|authenticate) first|must (?:log ?in|authenticate)"
    r"|requires? (?:smtp )?authentication|smtp authentication"
)
RELAY: Final = re.compile(
    rf"\brelay(?:ing|ed)? {_SOME}(?:deni|not|reject|prohib|disallow|forbid|refus|block)"
    rf"|(?:not|n't|unable to|can ?not|no|never) {_SOME}relay|rcpthosts"
)
MACHINE: Final = re.compile(
    r"(?:block|black|deny).?list|blocked using|\brbl\b|dnsbl|spamhaus|spamcop|sorbs|barracuda"
    r"|reputation|client host|\byour (?:ip|server|host|network|mail ?server|isp|domain)\b"
    r"|\bip (?:address )?\S{0,42} ?(?:is |has been |was )?(?:block|listed|ban|reject|den)"
    r"|\bptr\b|reverse dns|\brdns\b|\bhelo\b|banned|abuse detected|not accepted from this ip"
)
ACCOUNT: Final = re.compile(
    r"(?:your|sending|smtp|customer|sender's) (?:\S+ ){0,2}account"
    r"|out-?going (?:e?-?mail|messages?) .{0,80}(?:suspen|block|disab)|out-?going mail suspension"
    r"|sending {0,2}(?:\S+ ){0,5}(?:paused|suspended|disabled|blocked|restricted)"
    rf"|(?:not|n't) {_SOME}(?:allowed|permitted|authori[sz]ed|enabled|able) to send\b"
    r"|(?:trial|subscription|licen[cs]e|plan) (?:\w+ ){0,3}(?:expired|ended|inactive|over)"
    r"|unpaid|insufficient (?:credit|balance|funds)|not (?:yet )?activated|compromised"
    r"|smtp ?(?:auth|client)\S{0,40} .{0,40}disabled|upgrade your"
    r"|account (?:is |has been |was )?(?:paused|on hold|under review|past due)|outboundspam"
    r"|access denied, bad|access denied: user|not authori[sz]ed to perform"
)
SOMEBODYS_ACCOUNT: Final = re.compile(
    r"\baccount\S? (?:is |has been |was )?(?:currently |now )?"
    r"(?:inactive|disabled|deactivated|terminated|closed|suspended|locked|blocked|restricted)"
)
NO_SUCH: Final = re.compile(
    r"(?:user|recipient|mail ?box|address|account|alias|local.?part|addressee)\S{0,80}\W{1,3}"
    r"(?:\S+ ){0,3}?(?:is |was |has been |are )?(?:(?:currently |now )?(?:unknown|not found|invalid"
    r"|not (?:a )?(?:valid|known)|inactive|disabled|deactivated|terminated|closed|discontinued)"
    r"|(?:does|do|did)(?: not|n.?t) (?:exist|have)|not? exist|isn't (?:valid|known)"
    r"|no longer (?:valid|available|exist|active|in use|here|on|with|accept))"
    r"|(?:unknown|no such|invalid|non-?existent|bad|unrout\w+|undeliverable|illegal) (?:\w+ ){0,2}"
    r"(?:user|recipient|mail ?box|address|account|alias|person|local.?part|destination|domain)"
    r"|no (?:mail ?box|user|one|account)\b.{0,20}(?:here|by that|with that|name)"
    r"|(?:does|do)(?: not|n.?t) have an? (?:\S+ )?account|not our customer|user not local"
    r"|no valid recipients"
    r"|you tried to reach (?:does not|doesn't) exist"
    r"|(?:host|domain)(?: name)? (?:or domain name )?(?:was )?(?:not found|does ?n.?t exist"
    r"|does not exist)|null mx|user has moved"
)
RECIPIENT_REFUSED: Final = re.compile(
    rf"(?:recipient|user|mail ?box|group|list) {_SOME}(?:only |not |n't |no longer )(?:\w+ )?accept"
    r"|not accepting|(?:does|do)(?: not|n't) accept (?:\w+ ){0,2}(?:mail|message|e-?mail)"
    rf"|to (?:send|post|mail|write) (?:\w+ ){{0,2}}?to (?:this|the|that) {_SOME}"
    r"(?:recipient|user|mail ?box|group|list|address)"
    r"|recipient.{0,20}restrict|restricted (?:recipient|group)|allowed.{0,3}senders? list"
    r"|resolver\.rst|blocked by (?:the |this )?(?:recipient|user|addressee|owner)"
    r"|(?:recipient|user|addressee) (?:has )?blocked|recipient.s (?:\w+ )?(?:polic|filter|settings)"
)
CONTENT: Final = re.compile(
    r"\bspam|virus|malware|phish|unsolicited|\bbulk\b|\bcontents?\b|\burls?\b|\blinks?\b|attachment"
    r"|polic(?:y|ies)|prohibited|junk|\bscore\b|dangerous|suspicious|blocked|rejected by"
)
LATER: Final = re.compile(
    r"(?:try|retry|again|resend|re-?deliver|come back) .{0,30}later|try (?:\w+ )?again|later time"
    r"|temporar|after some ?time|internal (?:server )?error|server error|\bbusy\b|overload"
    r"|timed? ?out|at this time|local problem|system problem|not available right now"
)
GREY: Final = re.compile(r"gr[ae]y-?\s?list")
IMPATIENT: Final = re.compile(r"rate|too (?:many|fast|much)|throttl|limit|reputation")

NAMED_WAIT: Final = re.compile(
    r"(?:\bin|after|\bfor|wait|within|next|per|every|retry-after:?) "
    r"(?:about |another |at least |the |up to )?"
    r"(\d{1,6}|an?|one|a few|few|some|several) ?"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b"
)
PERIODS: Final = (
    (
        "day",
        re.compile(r"tomorrow|next day|daily|per.?day|a day\b|24.?h|today|/ ?day|month|\bday\b"),
    ),
    ("hour", re.compile(r"hourly|per.?hour|an hour|1.?hour|next hour|/ ?h(?:our)?\b|\bhour\b")),
    ("minute", re.compile(r"per.?min|a minute|/ ?min|\bminute\b")),
    ("second", re.compile(r"per.?sec|a second|/ ?s(?:ec)?\b|\bsecond\b")),
)
