//! Registration: a stranger becomes a caller.

use dialtone_domain::UsersError;
use dialtone_domain::users::{Login, NewAccount};

use crate::call::{Call, EndReason};
use crate::login_throttle::source;
use crate::ui::{Field, Form};

use super::profile::new_password;
use super::show_error;

/// Asks for everything an account needs; none if the stranger wants out.
pub async fn show(call: &mut Call) -> Result<Option<Login>, EndReason> {
    let from = source(call.peer.address);
    let allowed = call.domain.users.may_register(from);
    if show_error(call, allowed).await?.is_none() {
        return Ok(None);
    }
    call.enter("register", "a new caller", "it takes three answers");
    let mut form = Form::new("The handle is the name others see. The password is nobody else's business.");
    let handle = loop {
        let field = Field::open("handle", "2 to 24 letters, digits, spaces . - _", 24);
        let Some(answer) = form.ask(call, &field).await? else { return Ok(None) };
        match call.domain.users.check_handle(&answer).await {
            Ok(handle) => break handle.to_string(),
            Err(error @ UsersError::Unavailable(_)) => {
                show_error::<(), _>(call, Err(error)).await?;
                return Ok(None);
            }
            Err(error) => form.refuse(&error.to_string()),
        }
    };
    form.keep("handle", &handle);
    let Some(password) = new_password(call, &mut form, &handle).await? else { return Ok(None) };
    form.keep("password", "••••••••");
    let field = Field::open("calling from", "a place, real or not; may stay empty", 40);
    let Some(location) = form.ask(call, &field).await? else { return Ok(None) };
    let new =
        NewAccount { handle, password, display_name: None, location: Some(location), source: Some(from) };
    let answer = call.domain.users.register_and_log_in(new).await;
    let made = show_error(call, answer).await?;
    if let Some(Login { caller, .. }) = &made {
        tracing::info!(
            user.handle = caller.handle().as_str(),
            peer.address = %call.peer.address,
            transport = call.peer.transport,
            "registered"
        );
    }
    Ok(made)
}
