"""Reads of the right to receive: profiles, papers, what is left of a scale, the dossier."""

from app.compliance.queries.dossiers import Dossier as Dossier
from app.compliance.queries.dossiers import StatedCapacity as StatedCapacity
from app.compliance.queries.dossiers import dossier_digest as dossier_digest
from app.compliance.queries.dossiers import dossier_of as dossier_of
from app.compliance.queries.papers import PaperQueue as PaperQueue
from app.compliance.queries.papers import PaperRow as PaperRow
from app.compliance.queries.papers import paper_queue as paper_queue
from app.compliance.queries.papers import papers_by_site as papers_by_site
from app.compliance.queries.papers import papers_of as papers_of
from app.compliance.queries.profiles import CodeFacts as CodeFacts
from app.compliance.queries.profiles import Profile as Profile
from app.compliance.queries.profiles import code_facts as code_facts
from app.compliance.queries.profiles import indicator_sets as indicator_sets
from app.compliance.queries.profiles import number_checks as number_checks
from app.compliance.queries.profiles import number_forms as number_forms
from app.compliance.queries.profiles import profile_of as profile_of
from app.compliance.queries.profiles import schemes_of as schemes_of
from app.compliance.queries.profiles import weight_limits as weight_limits
