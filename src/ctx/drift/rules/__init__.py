"""Every rule there is, in the order in which they are documented."""

from __future__ import annotations

from ctx.drift.rule import Rule
from ctx.drift.rules.bad_ignore import BadIgnore
from ctx.drift.rules.config_error import ConfigProblem
from ctx.drift.rules.contradiction import Contradiction
from ctx.drift.rules.dangling_link import DanglingLink
from ctx.drift.rules.dead_reference import DeadReference
from ctx.drift.rules.done_tasks import DoneTasks
from ctx.drift.rules.duplicate_entry import DuplicateEntry
from ctx.drift.rules.duplicate_stamp import DuplicateStamp
from ctx.drift.rules.harmful_entry import HarmfulEntry
from ctx.drift.rules.invisible_character import InvisibleCharacter
from ctx.drift.rules.large_constitution import LargeConstitution
from ctx.drift.rules.malformed_task import MalformedTask
from ctx.drift.rules.missing_core_file import MissingCoreFile
from ctx.drift.rules.oversized_entry import OversizedEntry
from ctx.drift.rules.secret import Secret
from ctx.drift.rules.similar_tags import SimilarTags
from ctx.drift.rules.soft_cap import SoftCap
from ctx.drift.rules.stale_task import StaleTask
from ctx.drift.rules.tracked_cache import TrackedCache
from ctx.drift.rules.trapped_entry import TrappedEntry
from ctx.drift.rules.unclosed_block import UnclosedBlock
from ctx.drift.rules.unknown_label import UnknownLabel
from ctx.drift.rules.unread_text import UnreadText
from ctx.drift.rules.unreadable_file import UnreadableFile

_RULES: tuple[Rule, ...] = (
    UnreadableFile(),
    ConfigProblem(),
    Secret(),
    InvisibleCharacter(),
    MissingCoreFile(),
    TrackedCache(),
    SoftCap(),
    OversizedEntry(),
    LargeConstitution(),
    DuplicateEntry(),
    Contradiction(),
    DuplicateStamp(),
    TrappedEntry(),
    UnclosedBlock(),
    UnreadText(),
    MalformedTask(),
    UnknownLabel(),
    SimilarTags(),
    DeadReference(),
    DanglingLink(),
    StaleTask(),
    DoneTasks(),
    HarmfulEntry(),
)
RULES = (*_RULES, BadIgnore([rule.name for rule in _RULES]))
