//! The systemd files: systemd itself finds no fault with them, and the service is shut in as tightly as it claims.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The files as shipped, in a directory of the test's own. The service names the built program, since systemd
/// looks whether it is there.
fn units() -> TempDir {
    let directory = TempDir::new().expect("a temporary directory can be made");
    let shipped = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("systemd");
    for name in ["dialtone.service", "dialtone.sysusers", "dialtone.tmpfiles"] {
        let text = fs::read_to_string(shipped.join(name)).expect("the file is shipped");
        let text = text.replace("/usr/local/bin/dialtone", env!("CARGO_BIN_EXE_dialtone"));
        fs::write(directory.path().join(name), text).expect("the directory can be written");
    }
    directory
}

/// Adds the drop-in for ports below 1024.
fn add_low_ports(units: &Path) {
    let drop_ins = units.join("dialtone.service.d");
    fs::create_dir(&drop_ins).expect("the directory can be written");
    let shipped = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("systemd/low-ports.conf");
    fs::copy(shipped, drop_ins.join("low-ports.conf")).expect("the file is shipped");
}

/// Runs a program of systemd's, which tests/run installs.
fn run(program: &str, arguments: &[&str], file: &Path) -> (Output, String) {
    let run = Command::new(program)
        .args(arguments)
        .arg(file)
        .env("SYSTEMD_COLORS", "0")
        .output()
        .expect("systemd's programs start; tests/run installs them");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    (run, said)
}

fn verify(service: &Path) {
    let (run, said) = run("systemd-analyze", &["verify", "--man=no"], service);
    // A misspelt key is only a warning to systemd; here it is a fault.
    assert!(run.status.success() && said.is_empty(), "{said}");
}

/// `limit` is the exposure in tenths: systemd calls 20 and below "OK".
fn exposure_at_most(limit: u32, service: &Path) {
    let threshold = format!("--threshold={limit}");
    let (run, said) =
        run("systemd-analyze", &["security", "--offline=true", "--no-pager", &threshold], service);
    assert!(said.contains("Overall exposure level for dialtone.service"), "{said}");
    assert!(run.status.success(), "{said}");
}

#[test]
fn systemd_finds_no_fault() {
    let units = units();
    verify(&units.path().join("dialtone.service"));
    add_low_ports(units.path());
    verify(&units.path().join("dialtone.service"));
}

#[test]
fn a_misspelt_key_would_be_found() {
    let units = units();
    let service = units.path().join("dialtone.service");
    let text = fs::read_to_string(&service).expect("just written");
    fs::write(&service, text.replace("NoNewPrivileges", "NoNewPrivilege")).expect("just written");
    let (_, said) = run("systemd-analyze", &["verify", "--man=no"], &service);
    assert!(said.contains("NoNewPrivilege"), "{said}");
}

#[test]
fn the_service_is_shut_in() {
    let units = units();
    exposure_at_most(13, &units.path().join("dialtone.service"));
    add_low_ports(units.path());
    exposure_at_most(17, &units.path().join("dialtone.service"));
}

#[test]
fn the_account_and_its_directory_are_made() {
    let units = units();
    // A root directory of its own: this machine's accounts stay as they are.
    let root = units.path().join("root");
    fs::create_dir_all(root.join("etc")).expect("the directory can be written");
    let root_argument = format!("--root={}", root.display());
    let (made, said) = run("systemd-sysusers", &[&root_argument], &units.path().join("dialtone.sysusers"));
    assert!(made.status.success(), "{said}");
    let accounts = fs::read_to_string(root.join("etc/passwd")).expect("systemd-sysusers made the account");
    let account = accounts.lines().find(|line| line.starts_with("dialtone:")).expect("the account is there");
    assert!(account.ends_with("nologin"), "{account}");
    // Only what lies under this prefix would be made, so that it runs without root too: the lines are read all the same.
    let arguments = ["--create", "--prefix=/nothing", &root_argument];
    let (made, said) = run("systemd-tmpfiles", &arguments, &units.path().join("dialtone.tmpfiles"));
    assert!(made.status.success() && said.is_empty(), "{said}");
}
