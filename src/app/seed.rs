//! A first start: a sysop, and a board one would want to look at.

use dialtone_domain::{Caller, Domain};
use miette::{IntoDiagnostic, WrapErr};

use crate::telemetry::log;

/// Fills an empty database, or what an earlier first start left unfinished; does nothing to any other. Gives the
/// sysop who has no password yet.
pub async fn first_start(domain: &Domain) -> Result<Option<Caller>, miette::Report> {
    let made =
        domain.users.ensure_sysop().await.into_diagnostic().wrap_err("cannot make the sysop's account")?;
    let Some(sysop) = made else { return Ok(None) };
    domain.messaging.seed(&sysop).await.into_diagnostic().wrap_err("cannot write the first boards")?;
    domain.market.seed().await.into_diagnostic().wrap_err("cannot open the market")?;
    Ok(Some(sysop))
}

/// The sysop's password, shown here and nowhere else. Its hash takes as long as the rest of a start, so the board
/// answers calls meanwhile.
pub async fn show_password(domain: Domain, sysop: Caller) {
    match domain.users.issue_sysop_password(&sysop).await {
        Ok(Some((handle, password))) => {
            let (handle, password) = (handle.as_str(), password.expose());
            tracing::warn!(target: log::NEVER_HIDDEN, handle, password, "sysop created");
        }
        // Another instance of this board was as fast, and has shown it.
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "the sysop has no password yet: start the board again"),
    }
}
