//! A small file system that a test may fill.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, mounted on a directory and gone when dropped, also when the test panics.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of 16 MiB on an empty directory.
    pub fn mount(on: &Path) -> Self {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=16m,mode=700", "dialtone-test"]).arg(on);
        let run = mount.output().expect("mount starts");
        assert!(
            run.status.success(),
            "this test fills a file system of its own and could not mount one: run the tests as root with \
             CAP_SYS_ADMIN, or where `unshare --user --mount` is allowed\n{}",
            String::from_utf8_lossy(&run.stderr)
        );
        Self(on.to_owned())
    }

    /// Takes every byte that is left.
    pub fn fill(&self) {
        let options = std::fs::OpenOptions::new().create(true).append(true).open(self.ballast());
        let mut file = options.expect("a file can be made");
        for piece in [1 << 16, 1 << 10, 1] {
            let bytes = vec![0; piece];
            loop {
                match file.write(&bytes) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("cannot fill the disk: {error}"),
                }
            }
        }
    }

    /// Gives it all back.
    pub fn make_room(&self) {
        std::fs::remove_file(self.ballast()).expect("the disk was filled");
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a board that was just killed may hold its files for another moment.
        let done = Command::new("umount").arg("--lazy").arg(&self.0).status();
        if !done.is_ok_and(|status| status.success()) {
            eprintln!("{} stays mounted", self.0.display());
        }
        let _ = std::fs::remove_dir(&self.0); // the board's own directory, which could not go while this was on it
    }
}

/// Runs `body`, the test called `name`, where it may mount. Who is not root gets a namespace of their own, in which the
/// test runs once more as its root.
pub fn where_one_may_mount(name: &str, body: impl FnOnce()) {
    let root = std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0);
    if root {
        return body();
    }
    let this = std::env::current_exe().expect("a program knows where it is");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount"]).arg(this).args(["--exact", name, "--nocapture"]);
    let status = command.status().expect("unshare starts");
    assert!(status.success(), "{name}, run as root of a namespace of its own: {status}");
}
