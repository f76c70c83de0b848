//! What a process costs, as the kernel counts it: memory, CPU time, open sockets.

use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use crate::{Outcome, fail};

/// How long sockets may take to be closed after everybody has hung up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process by its number.
#[derive(Debug, Clone, Copy)]
pub struct Process(pub u32);

impl Process {
    /// Resident memory in KiB (`VmRSS`).
    pub fn memory(self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        let number = line.trim().trim_end_matches(" kB");
        number.parse().map_err(|_| fail(format!("no VmRSS of process {}", self.0)))
    }

    /// CPU time used since its start by all of its threads, ended ones too, to the nanosecond, where
    /// `/proc/PID/stat` counts in hundredths of a second.
    pub fn cpu(self) -> Outcome<Duration> {
        let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(self.0)?))?;
        Ok(clock_gettime(clock)?.into())
    }

    /// Open sockets.
    pub fn sockets(self) -> Outcome<usize> {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.0))?;
        // One that is closed meanwhile cannot be read, and is not open.
        let targets = open.flatten().flat_map(|entry| std::fs::read_link(entry.path()));
        Ok(targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count())
    }

    /// Waits until at most `count` sockets are open; says how long that took.
    pub async fn hung_up_to(self, count: usize) -> Outcome<Duration> {
        let begin = Instant::now();
        while self.sockets()? > count {
            if begin.elapsed() > PATIENCE {
                let words = format!("process {} holds {} sockets, {count} expected", self.0, self.sockets()?);
                return Err(fail(words));
            }
            sleep(Duration::from_millis(2)).await;
        }
        Ok(begin.elapsed())
    }
}

/// Lets this process, and those it starts, open `wanted` descriptors. Errors when the system's hard limit forbids.
pub fn allow_descriptors(wanted: u64) -> Outcome<()> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if hard < wanted {
        return Err(fail(format!(
            "{wanted} open files are needed and the hard limit is {hard}: raise it (`ulimit -Hn`) or use fewer --calls"
        )));
    }
    if soft < wanted {
        setrlimit(Resource::RLIMIT_NOFILE, wanted, hard)?;
    }
    Ok(())
}
