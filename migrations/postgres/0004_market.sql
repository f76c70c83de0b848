-- The market owns these tables. All money is in integer cents; user ids point into the users service and
-- no foreign key crosses that line.

CREATE TABLE quotes (
    symbol TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 1),
    open BIGINT NOT NULL CHECK (open >= 1),
    quoted_at TIMESTAMPTZ NOT NULL
);

-- `orders` counts the orders tried: each order bumps it first, and so holds this row until it commits.
CREATE TABLE accounts (
    user_id BIGINT PRIMARY KEY,
    cash BIGINT NOT NULL CHECK (cash >= 0),
    orders BIGINT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE holdings (
    user_id BIGINT NOT NULL REFERENCES accounts (user_id),
    symbol TEXT NOT NULL REFERENCES quotes (symbol),
    shares BIGINT NOT NULL CHECK (shares >= 0),
    cost BIGINT NOT NULL CHECK (cost >= 0),
    PRIMARY KEY (user_id, symbol)
);

-- An order and its escrow: what was set aside while it was RESERVED, and how it ended.
CREATE TABLE orders (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES accounts (user_id),
    order_key UUID NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('BUY', 'SELL')),
    symbol TEXT NOT NULL REFERENCES quotes (symbol),
    shares BIGINT NOT NULL CHECK (shares >= 1),
    price BIGINT NOT NULL CHECK (price >= 1),
    total BIGINT NOT NULL CHECK (total >= 1),
    state TEXT NOT NULL CHECK (state IN ('RESERVED', 'SETTLED', 'RELEASED')),
    cash_left BIGINT,
    reason TEXT,
    placed_at TIMESTAMPTZ NOT NULL,
    UNIQUE (user_id, order_key),
    CHECK ((state = 'SETTLED') = (cash_left IS NOT NULL)),
    CHECK ((state = 'RELEASED') = (reason IS NOT NULL))
);
CREATE INDEX orders_by_user ON orders (user_id, id);

CREATE FUNCTION orders_never_go_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an order that is % stays so', OLD.state;
END
$$;
CREATE TRIGGER orders_never_go_back BEFORE UPDATE ON orders
    FOR EACH ROW WHEN (OLD.state <> 'RESERVED') EXECUTE FUNCTION orders_never_go_back();

-- Every movement of cash. The amounts of one user add up to their cash.
CREATE TABLE ledger (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES accounts (user_id),
    order_id BIGINT UNIQUE REFERENCES orders (id),
    amount BIGINT NOT NULL,
    booked_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ledger_by_user ON ledger (user_id, id);
CREATE UNIQUE INDEX ledger_opened_once ON ledger (user_id) WHERE order_id IS NULL;
