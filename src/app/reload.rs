//! Menus, art and languages taken over while callers are on: when their files change, and when the board is asked to
//! (SIGHUP).

use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use tokio::io::unix::AsyncFd;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::assets;
use crate::config::Config;
use crate::server_state::ServerState;

/// A program that saves several files, or one in several steps, is done when it is quiet for so long.
const SETTLED: Duration = Duration::from_millis(100);

/// Takes over what the sysop changes.
pub struct Reload {
    config: Arc<Config>,
    server: Arc<ServerState>,
    asked: Arc<Notify>,
    watch: Option<Watch>,
}

impl Reload {
    /// Watches from now on, and listens to who asks. A system that cannot watch files is told of in the log.
    pub fn new(config: Arc<Config>, server: Arc<ServerState>, asked: Arc<Notify>) -> Self {
        let watch = match Watch::new(&config.storage.data_dir) {
            Ok(watch) => Some(watch),
            Err(error) => {
                tracing::warn!(%error, "menus, art and languages are not watched: send SIGHUP when they have changed");
                None
            }
        };
        Self { config, server, asked, watch }
    }

    /// Works until the board closes.
    pub async fn run(mut self, closing: CancellationToken) {
        loop {
            tokio::select! {
                () = closing.cancelled() => return,
                () = self.asked.notified() => {}
                changed = changed(self.watch.as_mut()) => if let Err(error) = changed {
                    tracing::warn!(%error, "menus, art and languages are watched no more: send SIGHUP when they have changed");
                    self.watch = None;
                    continue;
                },
            }
            self.load().await;
        }
    }

    async fn load(&self) {
        let config = Arc::clone(&self.config);
        let load = move || (assets::load(&config), assets::languages(&config));
        let Ok((loaded, (languages, mistakes))) = tokio::task::spawn_blocking(load).await else { return };
        let taken = loaded.is_ok() || mistakes.is_none();
        match loaded {
            Ok(loaded) => {
                self.server.themes.store(Arc::new(loaded.themes));
                self.server.menus.store(Arc::new(loaded.menus));
                tracing::info!("menus and art reloaded");
            }
            Err(report) => tracing::error!("menus and art stay as they were: {report:?}"),
        }
        match mistakes {
            None => {
                self.server.languages.store(Arc::new(languages));
                tracing::info!("languages reloaded");
            }
            Some(report) => tracing::error!("languages stay as they were: {report:?}"),
        }
        if taken {
            self.server.reloaded.send_replace(());
        }
    }
}

/// Waits until a file has changed and all is quiet again; for ever where nothing is watched.
async fn changed(watch: Option<&mut Watch>) -> io::Result<()> {
    let Some(watch) = watch else { return std::future::pending().await };
    while !watch.next().await? {}
    while let Ok(more) = timeout(SETTLED, watch.next()).await {
        more?;
    }
    Ok(())
}

/// The data directory, and the folders of art and languages in it. Folders are watched, not files: an editor that saves by renaming
/// leaves the old file behind with whoever watches it.
struct Watch {
    events: AsyncFd<OwnedFd>,
    data_dir: PathBuf,
    data: i32,
}

/// A file or folder is there, or is there no more.
const CHANGES: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::ONLYDIR);

impl Watch {
    fn new(data_dir: &Path) -> io::Result<Self> {
        let fd = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        let data = inotify::add_watch(&fd, data_dir, CHANGES)?;
        #[expect(
            deprecated,
            reason = "what replaces it is unsafe; this descriptor is owned here and never replaced"
        )]
        let events = AsyncFd::new(fd)?;
        let watch = Self { events, data_dir: data_dir.to_owned(), data };
        watch.folders();
        Ok(watch)
    }

    /// Watches the folders of art and languages there are. One that is watched already stays so.
    fn folders(&self) {
        let art = self.data_dir.join("ansi-art");
        let inner = std::fs::read_dir(&art).into_iter().flatten().flatten().map(|entry| entry.path());
        for folder in [self.data_dir.join("lang"), art.clone()].into_iter().chain(inner) {
            // What is no folder, or is gone again, need not be watched.
            inotify::add_watch(self.events.get_ref(), &folder, CHANGES).ok();
        }
    }

    /// Waits for something to happen in the folders; true if menus, art or languages may have changed.
    async fn next(&mut self) -> io::Result<bool> {
        let mut ready = self.events.readable().await?;
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(self.events.get_ref(), &mut buffer);
        let (mut ours, mut folders) = (false, false);
        loop {
            match reader.next() {
                Ok(event) => {
                    let name = event.file_name().map_or(&[][..], |name| name.to_bytes());
                    folders |= event.events().contains(ReadFlags::ISDIR);
                    // When events were lost, anything may have happened.
                    ours |= event.events().contains(ReadFlags::QUEUE_OVERFLOW)
                        || if event.wd() == self.data {
                            in_data(name)
                        } else {
                            in_folder(name, event.events())
                        };
                }
                Err(error) if error == rustix::io::Errno::WOULDBLOCK => break,
                Err(error) => return Err(error.into()),
            }
        }
        ready.clear_ready();
        drop(ready);
        if folders {
            self.folders();
        }
        Ok(ours)
    }
}

fn in_data(name: &[u8]) -> bool {
    matches!(name, b"menus.toml" | b"ansi-art" | b"lang")
}

/// Whether something in a folder is art, a folder of it, or a language. Editors leave files of their own for a moment.
fn in_folder(name: &[u8], events: ReadFlags) -> bool {
    let ending = Path::new(OsStr::from_bytes(name)).extension().map(OsStr::as_bytes);
    events.contains(ReadFlags::ISDIR) || matches!(ending, Some(b"ans" | b"asc" | b"toml" | b"ftl"))
}
