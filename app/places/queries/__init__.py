"""Reads of places: regions, sites, geocoding and outlines."""

from app.places.queries.geocoding import FoundPlace as FoundPlace
from app.places.queries.geocoding import find_places as find_places
from app.places.queries.geocoding import geocoder_for as geocoder_for
from app.places.queries.outlines import ProvincePath as ProvincePath
from app.places.queries.outlines import china_svg_height as china_svg_height
from app.places.queries.outlines import china_svg_paths as china_svg_paths
from app.places.queries.outlines import project as project
from app.places.queries.outlines import province_code_at as province_code_at
from app.places.queries.regions import RegionFinder as RegionFinder
from app.places.queries.regions import RegionRow as RegionRow
from app.places.queries.regions import province_codes as province_codes
from app.places.queries.regions import provinces as provinces
from app.places.queries.regions import region_at as region_at
from app.places.queries.regions import region_by_code as region_by_code
from app.places.queries.regions import region_finder as region_finder
from app.places.queries.roads import road_for as road_for
from app.places.queries.sites import OwnSite as OwnSite
from app.places.queries.sites import check_own_sites as check_own_sites
from app.places.queries.sites import own_site as own_site
from app.places.queries.sites import own_sites as own_sites
