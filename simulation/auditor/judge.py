"""Judges one life: all rules, on what it left behind."""

from simulation.auditor import mail_rules, record_rules
from simulation.auditor.evidence import Evidence, Violation
from simulation.auditor.reading import case_of

RULES = (*mail_rules.RULES, *record_rules.RULES)


def judge(evidence: Evidence) -> list[Violation]:
    """Returns every violation in the evidence of one life. The folder of the record must still be there."""
    case = case_of(evidence)
    return [each for rule in RULES for each in rule(case)]
