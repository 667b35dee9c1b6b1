"""x"""
from app.database import write_transaction
from app.matchmaking.services import refresh_market
from models.permissions import SYSTEM
from tests.app.matchmaking.listings import stored, partners_of
from tests.market import *
def test_x(trading, market):
    with write_transaction(trading) as s:
        m = refresh_market(s, actor=SYSTEM, now=NOON, policy=MATCHING)
        print(stored(s))
        print(partners_of(s, "stream", market.stream_id))
        print(partners_of(s, "demand", market.demand_id))
