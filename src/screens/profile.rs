//! Profiles: anybody's to read, one's own to change, with its SSH keys and its password.

use dialtone_domain::users::{Profile, ProfileChange, SshKey};
use dialtone_domain::{Secret, UserId, UsersError};

use crate::call::{Call, EndReason};
use crate::login_throttle::LoginRefused;
use crate::ui::{
    Bar, Column, Field, Form, List, ListOutcome, Panel, Text, ViewerOutcome, confirm, notice, pick, read,
    styles,
};

use super::{format, page, pager, show_error};

/// The most characters of an SSH key's line.
const KEY_LINE: usize = 2000;
/// The most characters of a password.
pub const PASSWORD: usize = 256;

fn text(profile: &Profile) -> Text {
    let last = profile.last_call_at.map_or_else(|| "never called".to_owned(), format::moment);
    let mut pairs = vec![
        ("name", profile.display_name.clone()),
        ("since", format::day(profile.created_at)),
        ("from", profile.location.clone()),
        ("last call", last),
        ("likes", profile.interests.clone()),
        ("calls", profile.calls.to_string()),
        ("is", if profile.sysop { "the sysop".to_owned() } else { String::new() }),
    ];
    pairs.retain(|(_, value)| !value.is_empty());
    let heading = Panel { title: profile.handle.to_string(), pairs, ..Panel::default() };
    let body = if profile.bio.trim().is_empty() {
        "|08Nothing is said here.".to_owned()
    } else {
        profile.bio.clone()
    };
    Text { heading, body, ..Text::default() }
}

/// Somebody's profile.
pub async fn view(call: &mut Call, user: UserId) -> Result<(), EndReason> {
    loop {
        let answer = call.domain.users.profile(user).await;
        let Some(profile) = show_error(call, answer).await? else { return Ok(()) };
        call.enter("profile", profile.handle.as_str(), "profile");
        let mut text = text(&profile);
        if !call.caller.is_guest() && user != call.caller.id() {
            text.keys = vec![("P", "page"), ("F", "make a friend")];
        }
        match read(call, &text).await? {
            ViewerOutcome::Key('P') => page::write(call, user).await?,
            ViewerOutcome::Key('F') => {
                let answer = call.domain.users.befriend(&call.caller, user).await;
                if show_error(call, answer).await?.is_some() {
                    let words = format!("You will hear it when {} calls.", profile.handle);
                    notice(call, "a friend", &words).await?;
                }
            }
            ViewerOutcome::Pages => pager(call).await?,
            _ => return Ok(()),
        }
    }
}

/// The caller's own profile.
pub async fn show(call: &mut Call) -> Result<(), EndReason> {
    loop {
        let answer = call.domain.users.profile(call.caller.id()).await;
        let Some(profile) = show_error(call, answer).await? else { return Ok(()) };
        call.enter("profile", "your profile", "what others see of you");
        let mut text = text(&profile);
        text.keys = vec![("E", "edit"), ("K", "ssh keys"), ("W", "new password")];
        match read(call, &text).await? {
            ViewerOutcome::Key('E') => change(call, &profile).await?,
            ViewerOutcome::Key('K') => keys(call).await?,
            ViewerOutcome::Key('W') => password(call).await?,
            ViewerOutcome::Pages => pager(call).await?,
            _ => return Ok(()),
        }
    }
}

async fn change(call: &mut Call, profile: &Profile) -> Result<(), EndReason> {
    let mut form = Form::new("");
    let fields = [
        Field::open("name", "as you want to be called; may stay empty", 40).with(&profile.display_name),
        Field::open("from", "a place, real or not", 40).with(&profile.location),
        Field::open("likes", "what you would talk about", 60).with(&profile.interests),
        Field::open("about you", "a line or two", 300).with(&profile.bio),
    ];
    let Some(answers) = form.fill(call, &fields).await? else { return Ok(()) };
    let mut answers = answers.into_iter();
    let change = ProfileChange {
        display_name: answers.next(),
        location: answers.next(),
        interests: answers.next(),
        bio: answers.next(),
    };
    let answer = call.domain.users.update_profile(&call.caller, change).await;
    show_error(call, answer).await?;
    Ok(())
}

fn about_key(key: &SshKey) -> Panel {
    let line = key.openssh();
    let known = line.split(' ').nth(1).unwrap_or_default();
    let tail = known.get(known.len().saturating_sub(24)..).unwrap_or_default();
    Panel {
        title: key.comment.clone(),
        pairs: vec![
            ("kind", key.kind.clone()),
            ("added", format::moment(key.added_at)),
            ("ends in", tail.to_owned()),
        ],
        ..Panel::default()
    }
}

async fn keys(call: &mut Call) -> Result<(), EndReason> {
    const COLUMNS: [Column; 3] = [
        Column::new("key", 20, styles::NAME),
        Column::new("comment", 0, styles::WORDS),
        Column::new("added", 10, styles::ASIDE).right(),
    ];
    let mut bar = Bar::default();
    loop {
        let answer = call.domain.users.keys(call.caller.id()).await;
        let Some(keys) = show_error(call, answer).await? else { return Ok(()) };
        call.enter("profile", "your ssh keys", "call with a key and no password");
        let mut list = List {
            columns: COLUMNS.to_vec(),
            rows: keys
                .iter()
                .map(|key| {
                    vec![
                        (key.kind.clone(), None),
                        (key.comment.clone(), None),
                        (format::ago(call.language(), key.added_at), None),
                    ]
                })
                .collect(),
            empty: "No keys yet. A pastes one: the line in ~/.ssh/id_ed25519.pub".into(),
            keys: vec![("A", "add"), ("D", "delete")],
            bar: std::mem::take(&mut bar),
            about: Some(Box::new(|n| keys.get(n).map(about_key).unwrap_or_default())),
            ..List::default()
        };
        let picked = pick(call, &mut list).await?;
        bar = list.bar;
        match picked {
            ListOutcome::Key('A') => {
                let mut form =
                    Form::new("Paste the public key: one line that begins with ssh-ed25519 or ssh-rsa.");
                let field = Field::open("public key", "the .pub file, never the other one", KEY_LINE);
                let Some(line) = form.ask(call, &field).await? else { continue };
                let answer = call.domain.users.add_key(call.caller.id(), &line, &call.caller).await;
                show_error(call, answer).await?;
            }
            ListOutcome::Key('D') => {
                if let Some(key) = keys.get(bar.chosen)
                    && confirm(call, &format!("Delete the {} key {}?", key.kind, key.comment)).await?
                {
                    let answer = call.domain.users.remove_key(call.caller.id(), key.id, &call.caller).await;
                    show_error(call, answer).await?;
                }
            }
            ListOutcome::Pages => pager(call).await?,
            ListOutcome::Back => return Ok(()),
            _ => {}
        }
    }
}

async fn password(call: &mut Call) -> Result<(), EndReason> {
    let mut form = Form::new("");
    let old = Field::masked("old password", "", PASSWORD);
    let Some(old) = form.ask(call, &old).await? else { return Ok(()) };
    let handle = call.caller.handle().to_string();
    // Whoever sits down at somebody else's call may guess no faster here than at the door.
    let (users, old) = (&call.domain.users, Secret::new(old));
    let answer = call.server.throttle.log_in(users, call.peer.address, &handle, &old).await;
    if let Err(LoginRefused::Users(UsersError::Unauthenticated)) = &answer {
        tracing::info!(user.handle = %handle, peer.address = %call.peer.address, "wrong old password");
        return notice(call, "new password", "That isn't your old password. Nothing was changed.").await;
    }
    if show_error(call, answer).await?.is_none() {
        return Ok(());
    }
    let Some(new) = new_password(call, &mut form, &handle).await? else { return Ok(()) };
    let Some(credential) = call.credential.clone() else { return Ok(()) };
    let answer = call.domain.users.change_password(&credential, &new).await;
    if show_error(call, answer).await?.is_some() {
        tracing::info!(
            user.handle = handle,
            peer.address = %call.peer.address,
            transport = call.peer.transport,
            "password changed"
        );
        notice(call, "new password", "Your new password counts from now on.").await?;
    }
    Ok(())
}

/// Asks for a new password twice, until it is good enough and both are the same; none if the caller wants out.
pub async fn new_password(
    call: &mut Call,
    form: &mut Form,
    handle: &str,
) -> Result<Option<Secret<String>>, EndReason> {
    loop {
        let first = Field::masked("password", "8 characters or more; a few words make a good one", PASSWORD);
        let Some(password) = form.ask(call, &first).await? else { return Ok(None) };
        let password = Secret::new(password);
        if let Err(error) = call.domain.users.check_password(handle, &password).await {
            form.refuse(&error.to_string());
            continue;
        }
        let second = Field::masked("once more", "so that no finger slipped", PASSWORD);
        let Some(again) = form.ask(call, &second).await? else { return Ok(None) };
        if &again == password.expose() {
            return Ok(Some(password));
        }
        form.refuse("Those were two different passwords.");
    }
}
