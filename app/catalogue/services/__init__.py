"""Use cases of the catalogue."""

from app.catalogue.services.loading import CatalogueCounts as CatalogueCounts
from app.catalogue.services.loading import load_catalogue as load_catalogue
