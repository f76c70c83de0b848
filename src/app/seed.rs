//! A first start: a sysop, and a board one would want to look at.

use dialtone_domain::Domain;
use miette::{IntoDiagnostic, WrapErr};

/// Fills an empty database; does nothing to any other. The sysop's password is shown here and nowhere else.
pub async fn first_start(domain: &Domain) -> Result<(), miette::Report> {
    let made =
        domain.users.ensure_sysop().await.into_diagnostic().wrap_err("cannot make the sysop's account")?;
    let Some((handle, password)) = made else { return Ok(()) };
    tracing::warn!(%handle, password = password.expose(), "sysop created");
    let sysop = domain.users.by_handle(handle.as_str()).await.into_diagnostic()?;
    domain.messaging.seed(&sysop).await.into_diagnostic().wrap_err("cannot write the first boards")?;
    domain.market.seed().await.into_diagnostic().wrap_err("cannot open the market")
}
