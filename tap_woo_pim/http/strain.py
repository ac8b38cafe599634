"""Tells by the time that answers take whether a store has more to do than it can, and whether less of it helps."""

from __future__ import annotations

import enum
from collections import deque
from statistics import median

SLOW_FACTOR = 2.0
"""A store whose answers take so many times as long as they usually do has more to do than it can, or something else."""

SLOW_SECONDS = 0.2
"""By so much must an answer be slower than the best of its kind, for small differences are the network's."""

RECENT_ANSWERS = 11
"""So many answers are judged together, by their median: a few slow ones among them say nothing."""

TRIAL_ANSWERS = 7
"""So many answers show whether fewer requests in flight help."""

RELIEF_FACTOR = 0.9
"""An answer is a relief against one of before when it takes less than so much of its time."""

QUEUE_SHARE = 0.6
"""Once it is known that the store was strained, fewer again must bring so much of what they would where all the time is
waiting: of half as many, answers in 0.7 of the time."""

RELIEF_SHARE = 0.85
"""So many of all pairs of an answer now and one of before must be a relief. Where times vary by chance, about six pairs
in ten are, for slow answers began the trial."""

MOST_ANSWERS_BETWEEN_TRIALS = 256
"""Each trial that brings no relief makes the answers until the next one four times as many, up to so many."""


class Finding(enum.Enum):
    """What an answer shows."""

    NOTHING = "all is as usual, or too little is known yet"
    SLOW = "answers have become slow; a trial with fewer requests in flight begins"
    RELIEF = "they are faster with fewer in flight, so the store was strained; a trial with still fewer begins"
    NO_RELIEF = "they are not, so it is not the tap that slows them, and the present speed counts as usual"


class Slowness:
    """How long answers take, as a multiple of the best of their kind, against what is usual.

    A store may be slow for reasons of its own: at some hours, for some rows, by chance. So slow answers only begin a
    trial. Answers to requests that were sent before it began still show the load of before and are not to be added.
    """

    def __init__(self) -> None:
        self._best: dict[str, float] = {}
        self._recent = deque[float](maxlen=RECENT_ANSWERS)
        self._before_trial: list[float] = []
        self._relief_factor = RELIEF_FACTOR
        self._answers = 0
        self._next_trial = 0
        self._between_trials = RECENT_ANSWERS

    def add(self, kind: str, seconds: float) -> Finding:
        """Count an answer.

        Args:
            kind: what was asked for, and about how much of it came; only answers of one kind are compared.
            seconds: how long it took.
        """
        best = self._best[kind] = min(seconds, self._best.get(kind, seconds))
        self._recent.append(1.0 if seconds - best < SLOW_SECONDS else seconds / max(best, SLOW_SECONDS / 10))
        self._answers += 1
        if self._before_trial:
            return self._judge_trial()
        if len(self._recent) < RECENT_ANSWERS:
            return Finding.NOTHING
        if median(self._recent) <= SLOW_FACTOR or self._answers < self._next_trial:
            return Finding.NOTHING
        self._before_trial = list(self._recent)[-TRIAL_ANSWERS:]
        self._recent.clear()
        return Finding.SLOW

    @property
    def is_on_trial(self) -> bool:
        """Whether fewer requests are in flight to see if that helps."""
        return bool(self._before_trial)

    def go_on(self, share: float) -> None:
        """Try after a relief whether still fewer in flight bring more of it.

        Args:
            share: how many that are, of those until now.
        """
        self._relief_factor = 1 - QUEUE_SHARE * (1 - share)

    def forget(self) -> None:
        """Begin anew with what is recent, and end a trial: the number in flight has changed for another reason."""
        self._recent.clear()
        self._before_trial = []
        self._relief_factor = RELIEF_FACTOR

    def _judge_trial(self) -> Finding:
        if len(self._recent) < TRIAL_ANSWERS:
            return Finding.NOTHING
        recent = list(self._recent)
        pairs = [now < self._relief_factor * before for now in recent for before in self._before_trial]
        was_strained = self._relief_factor != RELIEF_FACTOR
        self.forget()
        if sum(pairs) >= RELIEF_SHARE * len(pairs):
            self._before_trial = recent
            self._between_trials = RECENT_ANSWERS
            return Finding.RELIEF
        if not was_strained:
            self._between_trials = min(4 * self._between_trials, MOST_ANSWERS_BETWEEN_TRIALS)
        self._next_trial = self._answers + self._between_trials
        return Finding.NO_RELIEF
