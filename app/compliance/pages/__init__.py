"""Pages of compliance: papers, their verification, the trustee dossier."""

from app.compliance.pages.dossier import dossier_pages as dossier_pages
from app.compliance.pages.papers import compliance_pages as compliance_pages
from app.compliance.pages.verification import verification_pages as verification_pages
