"""Use cases of compliance: profiles, papers and their verification, quota, warnings."""

from app.compliance.services.endings import warn_of_endings as warn_of_endings
from app.compliance.services.papers import attach_document as attach_document
from app.compliance.services.papers import file_paper as file_paper
from app.compliance.services.papers import file_papers as file_papers
from app.compliance.services.papers import move_paper as move_paper
from app.compliance.services.profiles import load_profiles as load_profiles
from app.compliance.services.quotas import release_quota as release_quota
from app.compliance.services.quotas import reserve_quota as reserve_quota
from app.compliance.services.quotas import use_quota as use_quota
