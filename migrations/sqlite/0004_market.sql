-- The market owns these tables. All money is in integer cents; user ids point into the users service and
-- no foreign key crosses that line.

CREATE TABLE quotes (
    symbol TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 1),
    open INTEGER NOT NULL CHECK (open >= 1),
    quoted_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `orders` counts the orders tried: each order bumps it first, and so holds this row until it commits.
CREATE TABLE accounts (
    user_id INTEGER PRIMARY KEY,
    cash INTEGER NOT NULL CHECK (cash >= 0),
    orders INTEGER NOT NULL,
    opened_at TEXT NOT NULL
) STRICT;

CREATE TABLE holdings (
    user_id INTEGER NOT NULL REFERENCES accounts (user_id),
    symbol TEXT NOT NULL REFERENCES quotes (symbol),
    shares INTEGER NOT NULL CHECK (shares >= 0),
    cost INTEGER NOT NULL CHECK (cost >= 0),
    PRIMARY KEY (user_id, symbol)
) STRICT, WITHOUT ROWID;

-- An order and its escrow: what was set aside while it was RESERVED, and how it ended.
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES accounts (user_id),
    order_key BLOB NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('BUY', 'SELL')),
    symbol TEXT NOT NULL REFERENCES quotes (symbol),
    shares INTEGER NOT NULL CHECK (shares >= 1),
    price INTEGER NOT NULL CHECK (price >= 1),
    total INTEGER NOT NULL CHECK (total >= 1),
    state TEXT NOT NULL CHECK (state IN ('RESERVED', 'SETTLED', 'RELEASED')),
    cash_left INTEGER,
    reason TEXT,
    placed_at TEXT NOT NULL,
    UNIQUE (user_id, order_key),
    CHECK ((state = 'SETTLED') = (cash_left IS NOT NULL)),
    CHECK ((state = 'RELEASED') = (reason IS NOT NULL))
) STRICT;
CREATE INDEX orders_by_user ON orders (user_id, id);

CREATE TRIGGER orders_never_go_back BEFORE UPDATE ON orders
    FOR EACH ROW WHEN OLD.state <> 'RESERVED'
BEGIN
    SELECT RAISE(ABORT, 'an order that is settled or released stays so');
END;

-- Every movement of cash. The amounts of one user add up to their cash.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES accounts (user_id),
    order_id INTEGER UNIQUE REFERENCES orders (id),
    amount INTEGER NOT NULL,
    booked_at TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_by_user ON ledger (user_id, id);
CREATE UNIQUE INDEX ledger_opened_once ON ledger (user_id) WHERE order_id IS NULL;
