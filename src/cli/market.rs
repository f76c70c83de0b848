//! `dialtone market …`: quotes and paper portfolios. Sums are whole cents in the JSON.

use clap::Subcommand;
use dialtone_domain::Domain;
use dialtone_domain::market::{Holding, Quote};
use serde_json::json;

use super::answer::{Answer, Failure};
use super::table::{Edge, Table, moment};
use super::user::account;

/// What may be asked of the market.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// List the last price of every share
    Quotes,
    /// Show what an account holds
    Portfolio {
        /// The account
        handle: String,
    },
}

/// Carries a command out.
pub async fn run(domain: &Domain, command: MarketCommand) -> Result<Answer, Failure> {
    match command {
        MarketCommand::Quotes => quotes(domain).await,
        MarketCommand::Portfolio { handle } => portfolio(domain, &handle).await,
    }
}

async fn quotes(domain: &Domain) -> Result<Answer, Failure> {
    let quotes = domain.market.quotes().await?;
    let mut table = Table::new([
        ("share", Edge::Left),
        ("price", Edge::Right),
        ("open", Edge::Right),
        ("at (UTC)", Edge::Left),
        ("", Edge::Left),
        ("company", Edge::Left),
    ]);
    for quote in &quotes {
        table.row([
            quote.symbol.to_string(),
            quote.price.to_string(),
            quote.open.to_string(),
            moment(quote.at),
            if quote.stale { "stale".to_owned() } else { String::new() },
            quote.name.clone(),
        ]);
    }
    let document = |quote: &Quote| {
        json!({
            "symbol": quote.symbol,
            "name": quote.name,
            "price_cents": quote.price,
            "open_cents": quote.open,
            "at": quote.at,
            "stale": quote.stale,
        })
    };
    Ok(Answer { json: quotes.iter().map(document).collect(), text: table.or("Nothing is traded yet.") })
}

async fn portfolio(domain: &Domain, handle: &str) -> Result<Answer, Failure> {
    let who = account(domain, handle).await?;
    let portfolio = domain.market.portfolio(&who).await?;
    let mut table = Table::new([
        ("share", Edge::Left),
        ("shares", Edge::Right),
        ("cost", Edge::Right),
        ("price", Edge::Right),
        ("value", Edge::Right),
    ]);
    for holding in &portfolio.holdings {
        table.row([
            holding.symbol.to_string(),
            holding.shares.to_string(),
            holding.cost.to_string(),
            holding.price.to_string(),
            holding.value.to_string(),
        ]);
    }
    let document = |holding: &Holding| {
        json!({
            "symbol": holding.symbol,
            "shares": holding.shares,
            "cost_cents": holding.cost,
            "price_cents": holding.price,
            "value_cents": holding.value,
        })
    };
    let holdings: serde_json::Value = portfolio.holdings.iter().map(document).collect();
    let text = format!("{}\n{} in cash, {} in all.", table.or("No shares."), portfolio.cash, portfolio.total);
    let json = json!({
        "handle": who.handle(),
        "cash_cents": portfolio.cash,
        "total_cents": portfolio.total,
        "holdings": holdings,
    });
    Ok(Answer { json, text })
}
