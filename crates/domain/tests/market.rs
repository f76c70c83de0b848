//! The market: quotes, portfolios, and orders that add up whatever happens at once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod people;
mod raw;
mod support;

use dialtone_domain::market::feed::SimulatedFeed;
use dialtone_domain::market::{Fill, MAX_PRICE, Order, START_CASH, Side, Symbol};
use dialtone_domain::{Caller, Cents, Domain, EventBody, MarketError};
use people::{caller, for_each_database, sysop};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use raw::Raw;
use support::operator;
use tokio::task::JoinSet;
use uuid::Uuid;

fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

fn order(side: Side, text: &str, shares: i64) -> Order {
    Order { key: Uuid::new_v4(), side, symbol: symbol(text), shares }
}

async fn trade(domain: &Domain, who: &Caller, order: Order) -> Result<Fill, MarketError> {
    let trader = domain.market.trader(who).await.unwrap();
    domain.market.order(&trader, order).await
}

async fn price(domain: &Domain, text: &str, cents: i64) {
    domain.market.publish(&[(symbol(text), Cents(cents))]).await.unwrap();
}

/// What must hold at any moment: cash is the sum of the ledger, the ledger that of the orders, the shares those
/// bought less those sold, and nothing is below zero or left reserved.
async fn reconcile(raw: &mut Raw) {
    let wrong = [
        "SELECT COUNT(*) FROM accounts a WHERE cash <> \
         (SELECT SUM(amount) FROM ledger l WHERE l.user_id = a.user_id)",
        "SELECT COUNT(*) FROM accounts a WHERE cash <> 10000000 + \
         (SELECT COALESCE(SUM(CASE side WHEN 'BUY' THEN -total ELSE total END), 0) FROM orders o \
          WHERE o.user_id = a.user_id AND state = 'SETTLED')",
        "SELECT COUNT(*) FROM holdings h WHERE shares <> \
         (SELECT COALESCE(SUM(CASE side WHEN 'BUY' THEN shares ELSE -shares END), 0) FROM orders o \
          WHERE o.user_id = h.user_id AND o.symbol = h.symbol AND state = 'SETTLED')",
        "SELECT COUNT(*) FROM holdings WHERE shares < 0 OR cost < 0 OR (shares = 0 AND cost <> 0)",
        "SELECT COUNT(*) FROM accounts WHERE cash < 0",
        "SELECT COUNT(*) FROM orders WHERE state = 'RESERVED'",
        "SELECT COUNT(*) FROM orders o WHERE (SELECT COUNT(*) FROM ledger l WHERE l.order_id = o.id) <> \
         (CASE state WHEN 'SETTLED' THEN 1 ELSE 0 END)",
    ];
    for sql in wrong {
        assert_eq!(raw.number(sql).await, 0, "{sql}");
    }
}

#[test]
fn quotes_come_from_the_feed_in_batches() {
    for_each_database(|domain, url| async move {
        domain.market.seed().await.unwrap();
        let listed = domain.market.quotes().await.unwrap();
        assert_eq!(listed.len(), 12);
        assert!(listed.iter().all(|quote| !quote.stale && quote.price == quote.open));
        let mut events = domain.events.reader().await.unwrap();

        let mut rng = SmallRng::seed_from_u64(2600);
        let ticks = SimulatedFeed::new().next(&mut rng, &listed);
        domain.market.publish(&ticks).await.unwrap();
        let told = events.next_batch().await.unwrap();
        assert_eq!(told.len(), 1, "one event a batch");
        let EventBody::QuotesUpdated { quotes } = &told[0].body else { panic!("{told:?}") };
        assert_eq!(quotes.len(), 12);
        let after = domain.market.quotes().await.unwrap();
        let prices: Vec<(Symbol, Cents)> = after.iter().map(|q| (q.symbol.clone(), q.price)).collect();
        assert_eq!(prices, ticks);
        assert!(after.iter().zip(&listed).all(|(new, old)| new.open == old.open && new.at > old.at));

        domain.market.seed().await.unwrap();
        assert_eq!(domain.market.quotes().await.unwrap(), after, "listed once");
        domain.market.publish(&[(symbol("NOWHER"), Cents(5))]).await.unwrap();
        domain.market.publish(&[]).await.unwrap();
        for bad in [Cents(0), Cents(-1), Cents(MAX_PRICE.0 + 1)] {
            let batch = [(symbol("TRUNK"), Cents(7)), (symbol("HOOKS"), bad)];
            assert!(matches!(domain.market.publish(&batch).await, Err(MarketError::Invalid(_))));
        }
        assert_eq!(domain.market.quotes().await.unwrap(), after, "a bad batch changes nothing");
        assert!(events.next_batch().await.unwrap().is_empty());

        // Yesterday's last price is what today opens with, and a feed that fell silent shows.
        let mut raw = Raw::open(&url).await;
        let sql = "UPDATE quotes SET quoted_at = '2026-01-01T00:00:00+00:00' WHERE symbol = 'TRUNK'";
        raw.execute(sql).await.unwrap();
        let trunk = || async {
            let quotes = domain.market.quotes().await.unwrap();
            quotes.into_iter().find(|quote| quote.symbol == symbol("TRUNK")).unwrap()
        };
        let old = trunk().await;
        assert!(old.stale);
        price(&domain, "TRUNK", 4_321).await;
        let new = trunk().await;
        assert_eq!((new.open, new.price, new.stale), (old.price, Cents(4_321), false));
    });
}

#[test]
fn nothing_is_traded_at_a_stale_price() {
    for_each_database(|domain, url| async move {
        domain.market.seed().await.unwrap();
        price(&domain, "TRUNK", 1_234).await;
        let me = caller(&domain, 7).await;
        let before = order(Side::Buy, "TRUNK", 2);
        let filled = trade(&domain, &me, before.clone()).await.unwrap();
        let mut raw = Raw::open(&url).await;
        let old = match &raw {
            Raw::Postgres(_) => "clock_timestamp() - INTERVAL '7 minutes'",
            Raw::Sqlite(_) => "strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now', '-7 minutes')",
        };
        raw.execute(&format!("UPDATE quotes SET quoted_at = {old} WHERE symbol = 'TRUNK'")).await.unwrap();
        let mut events = domain.events.reader().await.unwrap();
        for (side, done) in [(Side::Buy, "bought"), (Side::Sell, "sold")] {
            let refused = trade(&domain, &me, order(side, "TRUNK", 1)).await.unwrap_err();
            let words =
                format!("The feed is silent: the last price of TRUNK is 7 minutes old. Nothing was {done}.");
            assert_eq!(refused, MarketError::Conflict(words));
        }
        assert!(events.next_batch().await.unwrap().is_empty());
        assert_eq!(raw.number("SELECT COUNT(*) FROM orders").await, 1, "nothing is set aside");
        assert_eq!(trade(&domain, &me, before).await.unwrap(), filled, "a repeat has its answer");
        reconcile(&mut raw).await;
        // The feed speaks again, and an order that was refused may be sent again.
        price(&domain, "TRUNK", 1_300).await;
        assert_eq!(trade(&domain, &me, order(Side::Sell, "TRUNK", 1)).await.unwrap().price, Cents(1_300));
    });
}

#[test]
fn shares_are_bought_and_sold_at_the_last_price() {
    for_each_database(|domain, url| async move {
        domain.market.seed().await.unwrap();
        price(&domain, "TRUNK", 1_234).await;
        let mut events = domain.events.reader().await.unwrap();
        let me = caller(&domain, 7).await;
        let fresh = domain.market.portfolio(&me).await.unwrap();
        assert_eq!((fresh.cash, fresh.total, fresh.holdings.len()), (START_CASH, START_CASH, 0));

        let bought = trade(&domain, &me, order(Side::Buy, "trunk", 100)).await.unwrap();
        assert_eq!((bought.price, bought.total), (Cents(1_234), Cents(123_400)));
        assert_eq!(bought.cash_left, Cents(START_CASH.0 - 123_400));
        price(&domain, "TRUNK", 2_000).await;
        let held = domain.market.portfolio(&me).await.unwrap();
        assert_eq!(held.holdings.len(), 1);
        let holding = &held.holdings[0];
        assert_eq!((holding.shares, holding.cost, holding.value), (100, Cents(123_400), Cents(200_000)));
        assert_eq!(held.total, Cents(START_CASH.0 - 123_400 + 200_000));

        let sold = trade(&domain, &me, order(Side::Sell, "TRUNK", 40)).await.unwrap();
        assert_eq!(sold.cash_left, Cents(START_CASH.0 - 123_400 + 80_000));
        let rest = domain.market.portfolio(&me).await.unwrap();
        assert_eq!((rest.holdings[0].shares, rest.holdings[0].cost), (60, Cents(74_040)));
        assert_eq!(domain.market.history(&me, 10).await.unwrap(), [sold.clone(), bought.clone()]);
        assert_eq!(domain.market.history(&me, 1).await.unwrap(), [sold]);
        trade(&domain, &me, order(Side::Sell, "TRUNK", 60)).await.unwrap();
        assert!(domain.market.portfolio(&me).await.unwrap().holdings.is_empty());

        let told: Vec<EventBody> =
            events.next_batch().await.unwrap().into_iter().map(|event| event.body).collect();
        let first = told.iter().find(|body| matches!(body, EventBody::OrderSettled { .. })).unwrap();
        let expected = EventBody::OrderSettled {
            user: me.id(),
            symbol: "TRUNK".into(),
            side: "buy".into(),
            shares: 100,
            cents: 123_400,
        };
        assert_eq!(*first, expected);
        reconcile(&mut Raw::open(&url).await).await;
    });
}

#[test]
fn refusals_say_why_and_move_nothing() {
    for_each_database(|domain, url| async move {
        domain.market.seed().await.unwrap();
        price(&domain, "TRUNK", 1_000_000).await;
        let me = caller(&domain, 7).await;
        let mut events = domain.events.reader().await.unwrap();
        let refused = async |order: Order| trade(&domain, &me, order).await.unwrap_err().to_string();
        let dear = order(Side::Buy, "TRUNK", 11);
        let words = "Not enough cash: 11 shares cost $110,000.00, you have $100,000.00.";
        assert_eq!(refused(dear.clone()).await, words);
        assert_eq!(refused(order(Side::Sell, "TRUNK", 1)).await, "You have no shares of TRUNK.");
        for shares in [0, -1, 1_000_001, i64::MIN, i64::MAX] {
            let words = "An order is for 1 to 1,000,000 shares.";
            assert_eq!(refused(order(Side::Buy, "TRUNK", shares)).await, words);
        }
        assert_eq!(refused(order(Side::Buy, "NOWHER", 1)).await, "There is no NOWHER on this market.");
        price(&domain, "TRUNK", MAX_PRICE.0).await;
        assert!(refused(order(Side::Buy, "TRUNK", 1_000_000)).await.starts_with("Not enough cash"));
        // What was refused stays refused under its key, though it could be paid by now.
        price(&domain, "TRUNK", 1).await;
        assert_eq!(refused(dear.clone()).await, words);
        let other = Order { shares: 12, ..dear };
        assert_eq!(refused(other).await, "That order was placed before, for something else.");

        let join = "Guests may watch, not trade: call again as NEW to join.";
        assert_eq!(domain.market.trader(&domain.users.guest()).await.unwrap_err().to_string(), join);
        assert_eq!(domain.market.portfolio(&domain.users.guest()).await.unwrap_err().to_string(), join);
        assert_eq!(domain.market.portfolio(&me).await.unwrap().cash, START_CASH);
        assert!(domain.market.history(&me, 10).await.unwrap().is_empty());
        let told = events.next_batch().await.unwrap();
        assert!(told.iter().all(|event| matches!(event.body, EventBody::QuotesUpdated { .. })));

        let mut raw = Raw::open(&url).await;
        reconcile(&mut raw).await;
        assert_eq!(raw.number("SELECT COUNT(*) FROM orders WHERE state = 'RELEASED'").await, 3);
    });
}

#[test]
fn an_order_that_has_ended_never_changes() {
    for_each_database(|domain, url| async move {
        domain.market.seed().await.unwrap();
        let me = caller(&domain, 7).await;
        trade(&domain, &me, order(Side::Buy, "PAYFN", 1)).await.unwrap();
        trade(&domain, &me, order(Side::Sell, "TRUNK", 1)).await.unwrap_err();
        let mut raw = Raw::open(&url).await;
        for (state, back) in [
            ("SETTLED", "state = 'RESERVED', cash_left = NULL"),
            ("SETTLED", "state = 'RELEASED', cash_left = NULL, reason = 'no'"),
            ("SETTLED", "total = total + 1"),
            ("RELEASED", "state = 'RESERVED', reason = NULL"),
            ("RELEASED", "state = 'SETTLED', cash_left = 1, reason = NULL"),
        ] {
            let sql = format!("UPDATE orders SET {back} WHERE state = '{state}'");
            assert!(raw.execute(&sql).await.is_err(), "{sql}");
        }
        let sql = "UPDATE accounts SET cash = -1";
        assert!(raw.execute(sql).await.is_err(), "the database itself keeps cash above zero");
        reconcile(&mut raw).await;
    });
}

#[test]
fn the_same_key_fills_once() {
    for_each_database(|domain, url| async move {
        domain.market.seed().await.unwrap();
        let mut events = domain.events.reader().await.unwrap();
        let once = order(Side::Buy, "TRUNK", 3);
        let mut orders = JoinSet::new();
        for _ in 0..8 {
            let (domain, once) = (domain.clone(), once.clone());
            orders.spawn(async move { trade(&domain, &caller(&domain, 7).await, once).await.unwrap() });
        }
        let fills = orders.join_all().await;
        assert!(fills.iter().all(|fill| *fill == fills[0]));
        trade(&domain, &sysop(&domain).await, once).await.unwrap();
        assert_eq!(domain.market.portfolio(&caller(&domain, 7).await).await.unwrap().holdings[0].shares, 3);
        assert_eq!(events.next_batch().await.unwrap().len(), 2, "one for each caller");
        reconcile(&mut Raw::open(&url).await).await;
    });
}

#[test]
fn a_portfolio_is_opened_once() {
    for_each_database(|domain, url| async move {
        domain.market.seed().await.unwrap();
        let mut looks = JoinSet::new();
        for n in 0..16 {
            let domain = domain.clone();
            looks.spawn(async move {
                if n % 2 == 0 {
                    domain.market.portfolio(&caller(&domain, 7).await).await.unwrap();
                } else {
                    trade(&domain, &caller(&domain, 7).await, order(Side::Buy, "PAYFN", 1)).await.unwrap();
                }
            });
        }
        looks.join_all().await;
        let mut raw = Raw::open(&url).await;
        assert_eq!(raw.number("SELECT COUNT(*) FROM ledger WHERE order_id IS NULL").await, 1);
        let mine = domain.market.portfolio(&caller(&domain, 7).await).await.unwrap();
        assert_eq!((mine.total, mine.holdings[0].shares), (START_CASH, 8));
        reconcile(&mut raw).await;
    });
}

/// Sixteen orders at a time, more than there is cash or shares for, while prices move: nothing is made or lost.
#[test]
fn orders_at_once_add_up() {
    for_each_database(|domain, url| async move {
        domain.market.seed().await.unwrap();
        price(&domain, "TRUNK", 300_000).await;
        price(&domain, "HOOKS", 70_001).await;
        let mut tasks = JoinSet::new();
        for task in 0..16_i64 {
            let domain = domain.clone();
            tasks.spawn(async move {
                let (mut filled, mut refused) = (0, 0);
                for n in 0..10_i64 {
                    let side = if (task + n) % 3 == 0 { Side::Sell } else { Side::Buy };
                    let text = if (task * 7 + n) % 2 == 0 { "TRUNK" } else { "HOOKS" };
                    let mine = order(side, text, 1 + (task + n) % 9);
                    match trade(&domain, &caller(&domain, 7 + task % 2).await, mine).await {
                        Ok(fill) => {
                            assert!(fill.cash_left >= Cents::ZERO);
                            assert_eq!(fill.price.checked_mul(fill.shares), Some(fill.total));
                            filled += 1;
                        }
                        Err(MarketError::Conflict(words)) => {
                            assert!(
                                words.starts_with("Not enough") || words.starts_with("You have no"),
                                "{words}"
                            );
                            refused += 1;
                        }
                        Err(other) => panic!("{other:?}"),
                    }
                    if task == 0 {
                        price(&domain, "TRUNK", 300_000 + n * 1_111).await;
                    }
                }
                (filled, refused)
            });
        }
        let done = tasks.join_all().await;
        let (filled, refused) = done.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        assert_eq!(filled + refused, 160);
        assert!(filled > 10 && refused > 10, "{filled} filled, {refused} refused");
        let mut raw = Raw::open(&url).await;
        reconcile(&mut raw).await;
        assert_eq!(raw.number("SELECT COUNT(*) FROM orders WHERE state = 'SETTLED'").await, filled);
    });
}

#[test]
fn a_banned_caller_trades_no_more() {
    for_each_database(|domain, _| async move {
        domain.market.seed().await.unwrap();
        let me = caller(&domain, 7).await;
        let trader = domain.market.trader(&me).await.unwrap();
        domain.market.order(&trader, order(Side::Buy, "PAYFN", 1)).await.unwrap();
        domain.users.ban(me.id(), "", operator()).await.unwrap();
        let refused = domain.market.order(&trader, order(Side::Buy, "PAYFN", 1)).await.unwrap_err();
        assert_eq!(refused, MarketError::Forbidden("This account is closed.".to_owned()));
        assert_eq!(domain.market.history(&me, 10).await.unwrap().len(), 1);
    });
}
