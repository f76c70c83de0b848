//! A line that plays at an old modem: so many bits a second, ten to a byte. Nothing ticks while nothing is sent.

use std::time::Duration;

use tokio::time::Instant;

/// How much goes out at once: short enough to look even, long enough for timers.
const BEAT: Duration = Duration::from_millis(20);

/// The pace of one line.
#[derive(Debug)]
pub struct Throttle {
    speed: Option<u32>,
    due: Instant,
}

impl Throttle {
    /// As fast as the line.
    pub fn full() -> Self {
        Self { speed: None, due: Instant::now() }
    }

    /// Goes at `speed` bits a second from here on; none is as fast as the line.
    pub fn set(&mut self, speed: Option<u32>) {
        self.speed = speed.map(|speed| speed.max(1));
        self.due = Instant::now();
    }

    /// Whether it is slower than the line.
    pub fn slow(&self) -> bool {
        self.speed.is_some()
    }

    /// When the next bytes may go; none if now.
    pub fn wait(&self) -> Option<Instant> {
        self.speed.is_some().then_some(self.due).filter(|due| *due > Instant::now())
    }

    /// How many of so many bytes may go at once.
    pub fn slice(&self, bytes: usize) -> usize {
        let Some(speed) = self.speed else { return bytes };
        let beat = u128::from(speed) * BEAT.as_millis() / 10_000;
        bytes.min(usize::try_from(beat).unwrap_or(bytes).max(1))
    }

    /// How long so many bytes take at this speed; no time at full speed.
    pub fn time(&self, bytes: usize) -> Duration {
        let Some(speed) = self.speed else { return Duration::ZERO };
        let bits = u32::try_from(bytes).unwrap_or(u32::MAX).saturating_mul(10);
        Duration::from_secs_f64(f64::from(bits) / f64::from(speed))
    }

    /// So many bytes went.
    pub fn sent(&mut self, bytes: usize) {
        if self.speed.is_some() {
            let now = Instant::now();
            // What a timer was late is made good, or a long text would take longer than it is given.
            self.due = self.due.max(now.checked_sub(BEAT).unwrap_or(now)) + self.time(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_at_2400_baud_is_240_bytes() {
        let mut throttle = Throttle::full();
        assert_eq!((throttle.slice(5000), throttle.wait()), (5000, None));
        for (speed, slice) in [(300, 1), (2400, 4), (115_200, 230)] {
            throttle.set(Some(speed));
            let (start, mut sent) = (Instant::now(), 0);
            while start.elapsed() < Duration::from_secs(1) {
                match throttle.wait() {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => {
                        assert_eq!(throttle.slice(5000), slice);
                        throttle.sent(slice);
                        sent += slice;
                    }
                }
            }
            let exact = usize::try_from(speed / 10).unwrap();
            assert!(sent.abs_diff(exact) <= exact / 20 + slice, "{speed}: {sent}");
        }
        throttle.set(None);
        assert_eq!((throttle.slice(5000), throttle.wait()), (5000, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_text_takes_its_time_and_no_more() {
        let mut throttle = Throttle::full();
        throttle.set(Some(300));
        let start = Instant::now();
        for _ in 0..3000 {
            if let Some(due) = throttle.wait() {
                // As late as a timer may be.
                tokio::time::sleep_until(due + Duration::from_millis(1)).await;
            }
            throttle.sent(1);
        }
        let late = start.elapsed().saturating_sub(throttle.time(3000));
        assert!(late < Duration::from_millis(100), "{late:?}");
    }
}
